import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { repeatWish } from '../choking/super-seeding-mode.ts'
import { partAll } from '../connections/close-useless.ts'
import { regreet } from '../connections/greetings.ts'
import { isChosenHere } from '../content/chosen.ts'
import { isNothingLeft } from '../content/losses.ts'
import { isPlacing } from '../content/placing.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import { randomFirstPieces } from '../picking/free-blocks.ts'
import { save } from '../resume/saving.ts'
import { type Command, tellChart } from '../vocabulary/commands.ts'
import type { TorrentEmitted } from '../vocabulary/emitted.ts'
import type { PiecesNews } from '../vocabulary/news.ts'
import type { Core } from './core.ts'
import { progressOf } from './progress.ts'

/**
 * How the pieces stand; undefined as long as that is not known, before the disk was looked at, and while all are there and files of them have
 * yet to come to their places.
 */
export function standingOf(core: Core): PiecesNews['type'] | undefined {
  const { awaitsCheck, have, isChecked, layout, picker, readOnly } = core
  if (layout === unknownLayout || !isChecked || awaitsCheck) return undefined
  if (isChosenHere(core) && isPlacing(core)) return undefined
  if (have.isAll) return 'pieces.complete'
  if (isChosenHere(core)) return 'pieces.chosen'
  if (isNothingLeft(core)) return 'pieces.partial'
  if (readOnly) return 'pieces.read_only'
  if (picker.inEndgame) return 'pieces.endgame'
  return have.count < randomFirstPieces ? 'pieces.random_first' : 'pieces.rarest_first'
}

/** Tells the chart how the pieces stand, when that has changed; when nothing is left to fetch, all peers are told, and it is saved. */
export function tellPieces(core: Core): Command[] {
  const standing = standingOf(core)
  if (!standing || standing === core.toldPieces) return []
  if (!wantsNothing(core)) return sayPieces(core, standing, [])
  const commands = core.isRunning ? [...regreet(core), ...partAll(core)] : []
  commands.push(...sayPieces(core, standing, [{ type: 'progress', ...progressOf(core) }]))
  return [...commands, ...save(core, { isLast: false })]
}

/** Tells the chart how the pieces stand, as the disk was looked at. */
export function tellChecked(core: Core): Command[] {
  const { pieces, total } = progressOf(core)
  const news: TorrentEmitted[] = [{ type: 'verified', pieces, total }]
  if (pieces === total) news.push({ type: 'progress', ...progressOf(core) })
  const standing = standingOf(core)
  return standing ? sayPieces(core, standing, news) : []
}

function sayPieces(core: Core, standing: PiecesNews['type'], news: readonly TorrentEmitted[]): Command[] {
  core.toldPieces = standing
  // What there was nothing to trade with is of use again.
  if (!wantsNothing(core)) core.addresses.recall()
  const { downloaded } = core
  if (standing === 'pieces.complete')
    return [tellChart(core, { type: standing, downloaded, news }), ...repeatWish(core)]
  return [
    tellChart(core, standing === 'pieces.chosen' ? { type: standing, downloaded, news } : { type: standing, news }),
  ]
}
