import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes } from '../../layout.ts'
import { withNewest } from '../../newest-first.ts'
import { roomOf } from '../../peer/blocks/requesting.ts'
import { viewOf } from '../../peer/peer-view.ts'
import { isOpen, peerChoking } from '../../peer/selectors.ts'
import type { ReleaseCause } from '../../peer/vocabulary/events.ts'
import { isWebSeed, type PeerRecord } from '../peers/peer-table.ts'
import type { Displaced } from '../picking/asking-again.ts'
import { askStorage, type Command, order } from '../vocabulary/commands.ts'
import { isDiskBehind } from './disk-backlog.ts'
import type { DownloadCore } from './slice.ts'

/** Suggestions of a peer that are remembered, the newest (libtorrent). */
const suggestionsMax = 16

/**
 * How long the requests of a peer last while somebody waits to read, in milliseconds, and how many there are at least: what is asked for next
 * is due soon. Our own numbers: a third of what they cover otherwise, and a slow start on a long link.
 */
const hurriedQueueMs = 1_000
const hurriedDepthMin = 16

/** Hungry peers that are fed at once: looking for a block that each could give takes its time. */
const fedMax = 100

/**
 * Asks a peer for as many blocks as it has room for. What cannot be asked for now waits: the peer is hungry. How deep its queue may be, its
 * chart knows; what it was asked for, the picker, from the decision on.
 */
export function feed(core: DownloadCore, record: PeerRecord): Command[] {
  core.hungry.delete(record.peer)
  const view = viewOf(record)
  if (!record.isMember || !view || !isOpen(view)) return []
  const { allowedFast } = view.context
  const chokes = peerChoking(view)
  const most = core.picker.hurried.length > 0 ? hurriedDepth(rateOfPeer(record)) : undefined
  const room = roomOf(view.context, core.picker.requested(record.peer), most)
  if (room === 0 || (chokes && allowedFast.length === 0)) return []
  const allowed = chokes ? new Set(allowedFast) : undefined
  const { requests, cancels } = whyNotAsked(core, record) === undefined ? pick(core, record, room, allowed) : nothing
  if (room > requests.length) core.hungry.add(record.peer)
  if (requests.length === 0) return cancels
  return [...cancels, ...order(record, { type: 'torrent.request', requests, at: core.now })]
}

/** Why a peer that could be asked for more is asked for nothing, whatever blocks there are; undefined if nothing speaks against it. */
export function whyNotAsked(
  core: DownloadCore,
  { refusals, wanted }: PeerRecord,
): 'nothing_wanted' | 'refused' | 'disk_backlog' | undefined {
  if (wanted === 0) return 'nothing_wanted'
  if (refusals.areTooMany) return 'refused'
  return isDiskBehind(core) ? 'disk_backlog' : undefined
}

/** What a peer is asked for, and the orders to cancel that make it free. */
interface Picked {
  readonly requests: readonly BlockRequest[]
  readonly cancels: Command[]
}

const nothing: Picked = { requests: [], cancels: [] }

/**
 * Picks for a peer, among pieces that are `allowed` if it chokes us (BEP 6); when there is nothing for it, a piece may be taken from an
 * owner that is too slow.
 */
function pick(core: DownloadCore, record: PeerRecord, room: number, allowed: ReadonlySet<number> | undefined): Picked {
  const { blame, now, picker, swarm } = core
  const { peer, refusals, suggestions: preferred } = record
  const refused = (index: number, begin: number) => refusals.areTooMany || refusals.has(index, begin)
  const rateOf = (other: number) => rateOfPeer(swarm.peers.get(other))
  const ways = { alone: blame.isOnParole(peer), inRuns: isWebSeed(record) }
  const filter = { refused, preferred, rateOf, ...ways, ...(allowed && { allowed }) }
  const displaced: Displaced[] = []
  const requests = picker.pick(peer, room, filter, displaced)
  const cancels = displaced.flatMap((one) => cancelAt(core, one.peer, [one.request]))
  const taken = requests.length === 0 ? picker.takeAway(peer, now, filter) : undefined
  if (taken === undefined) return { requests, cancels }
  return { cancels: cancelAt(core, taken.owner, taken.requests), requests: picker.pick(peer, room, filter) }
}

/** Payload that a peer gives at present, bytes a second. */
const rateOfPeer = (record: PeerRecord | undefined): number =>
  (record && viewOf(record))?.context.rateDown.bytesPerSecond ?? 0

const hurriedDepth = (bytesPerSecond: number): number =>
  Math.max(hurriedDepthMin, Math.ceil((bytesPerSecond * hurriedQueueMs) / 1000 / blockBytes))

/** A peer is not to answer these requests; it has room for others. */
export function cancelAt(core: DownloadCore, peer: number, requests: readonly BlockRequest[]): Command[] {
  const record = core.swarm.peers.get(peer)
  if (!record) return []
  core.hungry.add(peer)
  return order(record, { type: 'torrent.cancel', requests })
}

/** Asks the peers that wait for blocks, the longest first; of very many no more than a hundred, as each tick asks some more. */
export function feedHungry(core: DownloadCore): Command[] {
  const { hungry, swarm } = core
  if (hungry.size === 0) return []
  return [...hungry].slice(0, fedMax).flatMap((peer) => {
    const record = swarm.peers.get(peer)
    return record ? feed(core, record) : []
  })
}

/** Takes blocks to their pieces, in the one copy they are worth; whole pieces go to be verified. */
export function takeBlocks(core: DownloadCore, record: PeerRecord, blocks: readonly Block[]): Command[] {
  const { buffers, picker } = core
  const commands: Command[] = []
  const cancels = new Map<number, BlockRequest[]>()
  for (const { index, begin, data } of blocks) {
    core.downloaded += data.length
    if (isWebSeed(record)) core.downloadedFromWebSeeds += data.length
    const { accepted, complete, others } = picker.receive(record.peer, index, begin, data.length)
    if (!accepted) {
      core.wasted += data.length
      continue
    }
    buffers.put(index, begin, data)
    for (const other of others) {
      const requests = cancels.get(other) ?? []
      requests.push({ index, begin, length: data.length })
      cancels.set(other, requests)
    }
    if (!complete) continue
    const piece = buffers.take(index)
    core.verifying.add(index)
    core.verifyingBytes += piece.length
    const contributors = new Set(picker.contributors(index)).size
    const wantsDigests = core.blame.needsDigests(index)
    commands.push(...askStorage(core, { type: 'storage.verify', index, data: piece, contributors, wantsDigests }))
  }
  for (const [peer, requests] of cancels) commands.push(...cancelAt(core, peer, requests))
  return commands
}

/**
 * A peer chokes us: what it was asked for is free, and pieces that were to come from it alone may come from any peer. With the Fast
 * extension each request has an answer of its own, so that they stay asked for until they are rejected, or its chart gives them up (BEP 6).
 */
export function onChoked(core: DownloadCore, record: PeerRecord): Command[] {
  if (viewOf(record)?.context.features.fast) {
    core.picker.close(record.peer)
    return []
  }
  core.picker.releaseAll(record.peer)
  return feedHungry(core)
}

/** It would rather be asked for a piece (BEP 6, Suggest Piece): that counts when it is asked next. */
export function noteSuggestion(record: PeerRecord, index: number): void {
  record.suggestions = withNewest(record.suggestions, index, suggestionsMax)
}

/**
 * A peer gives requests back: they are free for all, but for itself if it has just refused them. Pieces it refuses it did not
 * mean to suggest.
 */
export function takeBack(
  core: DownloadCore,
  record: PeerRecord,
  requests: readonly BlockRequest[],
  cause: ReleaseCause,
): Command[] {
  core.picker.release(record.peer, requests, { timedOut: cause === 'timed_out' })
  if (cause === 'rejected') {
    const refused = new Set(requests.map(({ index }) => index))
    record.refusals.add(requests, core.now)
    record.suggestions = record.suggestions.filter((index) => !refused.has(index))
  }
  return [...feedHungry(core), ...feed(core, record)]
}

/** A peer owes blocks for longer than it should: peers that have nothing to do may be asked for them. */
export function onLate(core: DownloadCore, record: PeerRecord): Command[] {
  core.picker.late(record.peer)
  return feedHungry(core)
}

/** Forgets what peers refused, and asks again. */
export function forgetRefusals(core: DownloadCore): Command[] {
  for (const record of core.swarm.peers.values()) record.refusals.forget()
  return feedHungry(core)
}
