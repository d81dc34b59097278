import { unknownLayout } from '../../peer/context.ts'
import { partAll } from '../connections/close-useless.ts'
import { regreet } from '../connections/greetings.ts'
import { isDiskBehind } from '../download/downloading.ts'
import { wantsNothing } from '../download/interest.ts'
import { isNothingLeft } from '../download/losses.ts'
import { randomFirstPieces } from '../picking/free-blocks.ts'
import { save } from '../resume/saving.ts'
import { type Command, emit, tellChart } from './commands.ts'
import type { Core } from './core.ts'
import type { ContentNews } from './news.ts'
import { progressOf } from './summary.ts'

/** How the pieces stand; undefined before the disk was looked at. */
export function contentOf(core: Core): ContentNews | undefined {
  const { downloaded, have, isChecked, layout, picker, readOnly } = core
  if (layout === unknownLayout || !isChecked) return undefined
  if (have.isAll) return { type: 'content.complete', downloaded }
  if (isNothingLeft(core)) return { type: 'content.partial' }
  if (readOnly) return { type: 'content.read_only' }
  if (picker.inEndgame) return { type: 'content.endgame' }
  return { type: have.count < randomFirstPieces ? 'content.random_first' : 'content.rarest_first' }
}

/** Tells the chart how the pieces stand, when that has changed; that there is nothing left to fetch all peers are to hear, and is saved. */
export function tellContent(core: Core): Command[] {
  const content = contentOf(core)
  const told = core.toldContent
  if (!content || content.type === told?.type) return []
  core.toldContent = content
  // What there was nothing to trade with is of use again.
  if (!wantsNothing(core)) core.addresses.recall()
  const commands: Command[] = []
  if (told && wantsNothing(core)) {
    if (core.isRunning) commands.push(...regreet(core), ...partAll(core))
    commands.push(...emit(core, { type: 'progress', ...progressOf(core) }), ...save(core, { isLast: false }))
  }
  return [...commands, tellChart(core, content)]
}

/** Tells the chart that the disk is behind, or keeps up again. */
export function tellDisk(core: Core): Command[] {
  const isBehind = isDiskBehind(core)
  if (isBehind === core.toldDiskBehind) return []
  core.toldDiskBehind = isBehind
  return [tellChart(core, { type: isBehind ? 'disk.behind' : 'disk.keeping_up' })]
}
