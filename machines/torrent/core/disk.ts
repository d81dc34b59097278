import { PieceSet } from '../../piece-set.ts'
import { tellCompletion } from '../announcing/announcing.ts'
import { tellBatch } from '../connections/broadcast.ts'
import { noteCompletion, regreet } from '../connections/greetings.ts'
import { adopt, awaitCheck, endCheck, gainPiece, takeStock, wantedOf } from '../content/holdings.ts'
import { isRechecking } from '../content/recheck-count.ts'
import { beginRecheck, endRecheck } from '../content/rechecking.ts'
import { tellDisk } from '../download/disk-backlog.ts'
import { feedHungry } from '../download/downloading.ts'
import { wantLess } from '../download/interest.ts'
import { renounce } from '../download/renouncing.ts'
import { dropBlocks, endVerifying, noteSpoilt } from '../download/verifying.ts'
import { renewPicker } from '../picking/renew-picker.ts'
import { recall } from '../resume/resuming.ts'
import { save } from '../resume/saving.ts'
import { onCorrupt, onVerified } from '../trust/verdicts.ts'
import { announce, askStorage, type Command, emit, tellChart } from '../vocabulary/commands.ts'
import type { StorageNews } from '../vocabulary/events.ts'
import type { CoreCommand } from '../vocabulary/news.ts'
import type { Core } from './core.ts'
import { tellChecked, tellPieces } from './pieces-standing.ts'
import { progressOf } from './progress.ts'
import { describeLoss, takeUp, withdraw } from './withdrawing.ts'

type News<Type extends StorageNews['type']> = Extract<StorageNews, { type: Type }>

/** What is on disk is hashed. */
export function check(core: Core, { anew }: Extract<CoreCommand, { type: 'core.check' }>): Command[] {
  awaitCheck(core)
  return askStorage(core, { type: 'storage.check', wanted: wantedOf(core), ...(anew && { anew }) })
}

/** Nothing waits for that any more. */
export function giveUpCheck(core: Core): Command[] {
  endCheck(core)
  return []
}

/** The disk was looked at: what is there is ours. Checked again after a failure, it knows better than what it saved. */
export function noteChecked(core: Core, { have, recalled }: News<'storage.checked'>): Command[] {
  if (!core.awaitsCheck) return []
  dropBlocks(core, have)
  const wasRechecking = isRechecking(core)
  const isFirst = !core.isChecked
  takeStock(core, have, recalled?.priorities)
  adopt(core, core.selection.reading([...core.readers.values()]))
  renewPicker(core)
  if (recalled && isFirst) recall(core, recalled)
  noteCompletion(core)
  return [
    ...teachPeers(core),
    ...(core.greeting.uploadOnly ? regreet(core) : []),
    ...tellDisk(core),
    ...tellChecked(core),
    ...(wasRechecking ? [tellChart(core, { type: 'recheck.over' })] : []),
  ]
}

/** Peers that connected before the metadata came learn how the torrent divides, and what we have of it. */
function teachPeers(core: Core): Command[] {
  core.telling.addLesson(core.swarm.peers.keys())
  return tellBatch(core)
}

/** A piece is hashed, right and written. */
export function noteVerified(core: Core, { index, data, digests }: News<'storage.verified'>): Command[] {
  if (!endVerifying(core, index, data)) return []
  gainPiece(core, index)
  noteCompletion(core)
  const punishment = onVerified(core, index, digests)
  for (const record of core.swarm.peers.values()) if (record.isMember) wantLess(core, record, index)
  core.telling.addPiece(index, core.swarm.peers.keys())
  return [
    ...emit(core, { type: 'piece', index }),
    ...announce(core, punishment),
    ...tellCompletion(core),
    ...tellBatch(core),
    ...feedHungry(core),
    ...tellDisk(core),
    ...tellPieces(core),
  ]
}

/** A piece is hashed and wrong. */
export function noteCorrupt(core: Core, { index, data, digests }: News<'storage.corrupt'>): Command[] {
  if (!endVerifying(core, index, data)) return []
  noteSpoilt(core, data)
  const { addresses, ...punishment } = onCorrupt(core, index, digests)
  return [
    ...emit(core, { type: 'corrupt', index, addresses }),
    ...announce(core, punishment),
    // Its file was lost meanwhile, or is not wanted any more.
    ...(core.losses.held.has(index) || core.selection.skipped.has(index) ? renounce(core, index) : []),
    ...feedHungry(core),
    ...tellDisk(core),
  ]
}

/** Others took away or changed data: its pieces are withdrawn, and taken up again when they are found right. */
export function noteLoss(core: Core, { pieces, isThere, message, path }: News<'storage.lost'>): Command[] {
  const { orders, ...cost } = withdraw(core, pieces)
  const isNews = cost.served + cost.fetched > 0
  const told = { message: describeLoss(message, cost), ...(path !== undefined && { path }) }
  return [
    ...orders,
    ...tellBatch(core),
    ...(isNews ? emit(core, { type: 'warning', ...told }) : []),
    // It may have been the times of the file alone.
    ...(isThere ? recheck(core, pieces, false) : []),
    ...(core.isRunning ? [...regreet(core), ...emit(core, { type: 'progress', ...progressOf(core) })] : []),
    ...tellPieces(core),
  ]
}

/** All pieces are hashed anew. */
export const recheckAll = (core: Core): Command[] => recheck(core, PieceSet.all(core.have.size), true)

function recheck(core: Core, pieces: PieceSet, isWished: boolean): Command[] {
  const wasRechecking = isRechecking(core)
  return [
    ...askStorage(core, beginRecheck(core, pieces, isWished)),
    ...(wasRechecking ? [] : [tellChart(core, { type: 'recheck.began' })]),
  ]
}

/** What was hashed anew is ours, or is not. */
export function noteRechecked(core: Core, { recheck: number, ...found }: News<'storage.rechecked'>): Command[] {
  const orders = takeUp(core, found)
  const isLast = found.isOver && number === core.rechecks.asked
  if (found.isOver) endRecheck(core, number)
  const commands = [...orders, ...tellBatch(core)]
  if (isLast) {
    const { pieces, total } = progressOf(core)
    if (core.isRunning) commands.push(...regreet(core))
    commands.push(
      ...emit(core, { type: 'rechecked', pieces, total }, { type: 'progress', ...progressOf(core) }),
      ...(core.isRunning ? save(core, { isLast: false }) : []),
    )
  }
  // How the pieces stand comes first: what is over leaves a state that holds.
  return [...commands, ...tellPieces(core), ...(isLast ? [tellChart(core, { type: 'recheck.over' })] : [])]
}

/** Something about a file that the owner of the torrent is to know. */
export const noteWarning = (core: Core, { type, ...warning }: News<'storage.warning'>): Command[] =>
  emit(core, { ...warning, type: 'warning' })
