import { addressKey } from '../../../transport/address.ts'
import type { ReachedAddress } from '../../../transport/reached-address.ts'
import type { Block } from '../../../transport/wire/messages.ts'
import type { StorageCommand } from '../vocabulary/events.ts'
import type { Recollection } from '../vocabulary/recollection.ts'
import type { ResumeCore } from './slice.ts'

/**
 * Blocks of unfinished pieces that are kept, in bytes: half of a piece of 16 MiB, the largest in use, or many small ones. They are copied,
 * written and hashed in one go, which for these takes some 15 ms; for 32 MiB it would be too long for a program that has other work.
 */
export const keptBlockBytesMax = 8 * 1024 * 1024

/** Memory for the pieces these are of, in bytes: each takes a whole piece's, even if a single block of it was kept. */
export const keptPieceBytesMax = 128 * 1024 * 1024

/** Addresses kept: as many as some hours of a swarm are worth, and more than a torrent connects to. */
export const keptAddressesMax = 200

/** Time between two saves while something changes: what a crash may cost is hashed again. Our own number. */
const saveIntervalMs = 10_000

/** A save with blocks writes them all: for each MiB of them the next comes so much later, so that the disk sees at most 0.5 MiB/s. */
const saveIntervalPerMibMs = 2_000

/**
 * How long the end waits for the last save, and the writes it waits for, in milliseconds. It takes far less than a second; 30 s is how
 * long Linux itself waits for a disk that does not answer.
 */
export const savingMs = 30_000

/** What is worth keeping of a torrent now. The blocks are copies. */
export function recollect(core: ResumeCore): Recollection {
  const { selection, wishes } = core
  const { files, pieces } = selection
  return {
    blocks: blocksWorthKeeping(core),
    downloaded: core.earlier.downloaded + core.downloaded,
    uploaded: core.earlier.uploaded + core.uploaded,
    addresses: addressesWorthKeeping(core),
    ...((pieces !== undefined || wishes === undefined) && { priorities: files }),
  }
}

/**
 * Takes up what an earlier run kept: the counters go on, the blocks are here, and came from no peer of this run; the addresses are no
 * better than those that peers tell of, and no use for a private torrent, whose tracker tells of them (BEP 27). What does not fit the
 * torrent is passed over.
 */
export function recall(core: ResumeCore, recalled: Recollection): void {
  const { isPrivate, layout } = core
  // A torrent that was restored from a snapshot may know of more than was last saved.
  core.earlier = {
    downloaded: Math.max(core.earlier.downloaded, recalled.downloaded),
    uploaded: Math.max(core.earlier.uploaded, recalled.uploaded),
  }
  const pieces = new Set<number>()
  let bytes = 0
  for (const { index, begin, data } of recalled.blocks) {
    bytes += data.length
    if (bytes > keptBlockBytesMax) break
    if (pieces.size * layout.pieceLength >= keptPieceBytesMax && !pieces.has(index)) continue
    if (!core.picker.restore(index, begin, data.length)) continue
    pieces.add(index)
    core.buffers.put(index, begin, data)
  }
  if (isPrivate) return
  for (const address of recalled.addresses.slice(0, keptAddressesMax)) core.addresses.addHearsay(address)
}

/** The next save, with what is worth keeping now. */
export function saveCommand(core: ResumeCore): Extract<StorageCommand, { type: 'storage.save' }> {
  core.saves++
  const recollection = recollect(core)
  core.savedMark = progressMark(core)
  core.savedBlockBytes = recollection.blocks.reduce((bytes, { data }) => bytes + data.length, 0)
  return { type: 'storage.save', save: core.saves, recollection }
}

/** Whether anything has changed since the last save. */
export function hasNews(core: ResumeCore): boolean {
  return progressMark(core) !== core.savedMark
}

/** The last save failed: what it was to keep is still to be saved. */
export function forgetSave(core: ResumeCore): void {
  core.savedMark = -1
}

/** Differs from what it was as soon as there is something new to save: each of its parts only grows. */
function progressMark(core: ResumeCore): number {
  return core.have.count + core.downloaded + core.uploaded
}

/** How long after a save the next may come, in milliseconds. */
export function saveDelayMs(core: ResumeCore): number {
  return saveIntervalMs + saveIntervalPerMibMs * Math.ceil(core.savedBlockBytes / (1024 * 1024))
}

/** Of the fullest pieces first. Those that failed before are not kept: which peer spoilt them is not known in the next run. */
function blocksWorthKeeping({ blame, buffers, layout, picker }: ResumeCore): Block[] {
  const blocks: Block[] = []
  const piecesMax = Math.max(1, Math.floor(keptPieceBytesMax / layout.pieceLength))
  const partials = picker.partials
    .filter(({ index, owner, received }) => received > 0 && owner === undefined && !blame.needsDigests(index))
    .sort((one, other) => other.received - one.received)
    .slice(0, piecesMax)
  let bytes = 0
  for (const { index } of partials) {
    const piece = buffers.peek(index)
    if (!piece) continue
    for (const block of picker.blocksHere(index)) {
      const { begin, length } = layout.blockAt(index, block)
      bytes += length
      if (bytes > keptBlockBytesMax) return blocks
      blocks.push({ index, begin, data: piece.slice(begin, begin + length) })
    }
  }
  return blocks
}

/** Those connected first, then those that brought payload. */
function addressesWorthKeeping({ addresses, swarm }: ResumeCore): ReachedAddress[] {
  const connected = [...swarm.peers.values()].filter(({ isMember, link }) => isMember && link.direction === 'out')
  const all = [...connected.map(({ link }) => addresses.reached(link.address)), ...addresses.worked]
  return [...new Map(all.map((address) => [addressKey(address), address])).values()].slice(0, keptAddressesMax)
}
