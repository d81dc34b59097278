import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { eachBit, PieceSet } from '../../piece-set.ts'
import { noteCompletion, regreet } from '../connections/greetings.ts'
import { adopt, choose, wantedOf } from '../content/holdings.ts'
import { beginPlacing, endPlacing, isInPlace, isPlacing } from '../content/placing.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import { cancelAt, feedHungry } from '../download/downloading.ts'
import { interestAnew } from '../download/interest.ts'
import { noteDropped } from '../download/verifying.ts'
import { forgetSave } from '../resume/resuming.ts'
import { askStorage, type Command, emit } from '../vocabulary/commands.ts'
import type { StorageNews, TorrentWish } from '../vocabulary/events.ts'
import type { FilePriority } from '../vocabulary/file-priority.ts'
import type { Core } from './core.ts'
import { standingOf, tellPieces } from './pieces-standing.ts'
import { progressOf } from './progress.ts'

/**
 * Its owner wants other files. Pieces of which no file is wanted any more are given up, with the blocks of them that came; those that are
 * being verified are kept. What is said of us follows: which peers we are interested in, whether we download, whether all is there.
 */
export function select(core: Core, { priorities }: Extract<TorrentWish, { type: 'torrent.select' }>): Command[] {
  const { layout, selection: before, wishes } = core
  if (layout === unknownLayout) return []
  const isOther = before.with(priorities) !== before
  // What it says may be what it is, and not what was saved.
  if (!isOther && wishes === undefined) return []
  forgetSave(core)
  const orders = isOther ? turnTo(core, () => takeWish(core, priorities)) : []
  if (!isOther) choose(core, priorities)
  return [
    ...askStorage(core, { type: 'storage.select', select: core.placings.asked, wanted: wantedOf(core) }),
    ...orders,
  ]
}

/** What is there of files that were skipped is brought into their places. */
function takeWish(core: Core, priorities: ReadonlyMap<number, FilePriority>): void {
  const before = core.selection
  choose(core, priorities)
  beginPlacing(core, before)
}

/** The files that are wanted are in their places. Where all was there before they were, the chart knows how the pieces stand: it is done once more. */
export function noteSelected(
  core: Core,
  { select: number }: Extract<StorageNews, { type: 'storage.selected' }>,
): Command[] {
  if (!isPlacing(core)) return []
  endPlacing(core, number)
  const standing = standingOf(core)
  const isDoneAgain = isInPlace(core) && standing !== undefined && standing === core.toldPieces
  return isDoneAgain ? emit(core, { type: 'done', downloaded: core.downloaded }) : tellPieces(core)
}

/** Of skipped files what is read is wanted, as long as it is; readers of others change nothing. */
export function wantAsRead(core: Core): Command[] {
  const { readers, selection: before } = core
  const selection = before.reading([...readers.values()])
  if (!selection.skipped.equals(before.skipped)) return turnTo(core, () => adopt(core, selection))
  adopt(core, selection)
  return []
}

/** Has other pieces fetched than before. */
function turnTo(core: Core, take: () => void): Command[] {
  const before = core.selection
  const wantedNothing = wantsNothing(core)
  take()
  const cancels = wantOthers(core, before.skipped)
  core.picker.rank(core.selection)
  const members = [...core.swarm.peers.values()].filter(({ isMember }) => isMember)
  const interest = members.flatMap((record) => interestAnew(core, record))
  noteCompletion(core)
  const { pieces, total } = progressOf(core)
  return [
    ...cancels,
    ...interest,
    ...emit(core, { type: 'selected', pieces, total }),
    // That we download no more `tellPieces` has told.
    ...(core.isRunning && wantedNothing && !wantsNothing(core) ? regreet(core) : []),
    ...(core.isRunning ? feedAll(core, members) : []),
    ...tellPieces(core),
  ]
}

/** Pieces are wanted that were not, and others are not any more; answers the orders to cancel. */
function wantOthers(core: Core, skipped: PieceSet): Command[] {
  const { buffers, have, losses, picker, selection, verifying } = core
  const cancels = new Map<number, BlockRequest[]>()
  const giveUp = (index: number) => {
    if (verifying.has(index)) return
    noteDropped(core, index)
    for (const [peer, requests] of picker.settle(index)) {
      const all = cancels.get(peer)
      if (all) all.push(...requests)
      else cancels.set(peer, [...requests])
    }
    buffers.drop(index)
  }
  PieceSet.differences(skipped, selection.skipped, (word, old, now) => {
    eachBit(word, now & ~old, giveUp)
    eachBit(word, old & ~now, (index) => {
      if (!have.has(index) && !losses.held.has(index) && !verifying.has(index)) picker.want(index)
    })
  })
  return [...cancels].flatMap(([peer, requests]) => cancelAt(core, peer, requests))
}

/** Whoever may have more for us is asked. */
function feedAll(core: Core, members: readonly { readonly peer: number }[]): Command[] {
  for (const { peer } of members) core.hungry.add(peer)
  return feedHungry(core)
}
