import type { Block, BlockRequest } from '../../transport/wire/messages.ts'
import type { ReleaseCause } from '../peer/events.ts'
import type { Displaced } from './asking-again.ts'
import type { TorrentContext } from './context.ts'
import type { StorageCommand } from './events.ts'
import { type Order, order } from './order.ts'
import { withNewest } from './suggesting.ts'
import type { PeerRecord } from './swarm.ts'

/** Bytes that may wait for the disk before no more are asked for: a slow disk slows the download, it does not fill memory. */
const verifyingBytesMax = 64 * 1024 * 1024

/** Suggestions of a peer that are remembered, the newest (libtorrent). */
const suggestionsMax = 16

/** Hungry peers that are fed at once: looking for a block that each could give takes its time. */
const fedMax = 100

/** Asks a peer for as many blocks as it has room for. What can not be asked for now waits: the peer is hungry. */
export function feed(context: TorrentContext, record: PeerRecord): Order[] {
  const { work } = context
  work.hungry.delete(record.peer)
  if (record.room <= 0 || record.state !== 'open') return []
  if (record.choking && record.allowedFast.size === 0) return []
  const { requests, cancels } = whyNotAsked(context, record) === undefined ? pick(context, record) : nothing
  record.room -= requests.length
  if (record.room > 0) work.hungry.add(record.peer)
  if (requests.length === 0) return cancels
  return [...cancels, ...order(record, { type: 'torrent.request', requests, at: work.now })]
}

/** Why a peer that could be asked for more is asked for nothing, whatever blocks there are; undefined if nothing speaks against it. */
export function whyNotAsked(
  context: TorrentContext,
  { amInterested, refusals }: PeerRecord,
): 'nothing_wanted' | 'refused' | 'disk_backlog' | undefined {
  if (!amInterested) return 'nothing_wanted'
  if (refusals.areTooMany) return 'refused'
  return isDiskBehind(context) ? 'disk_backlog' : undefined
}

/** So much waits to be verified that nobody is asked for more. */
export const isDiskBehind = ({ work }: TorrentContext): boolean => work.verifyingBytes > verifyingBytesMax

/** What a peer is asked for, and the orders to cancel that make it free. */
interface Picked {
  readonly requests: readonly BlockRequest[]
  readonly cancels: Order[]
}

const nothing: Picked = { requests: [], cancels: [] }

/** Picks for a peer; when there is nothing for it, a piece may be taken from an owner that is too slow. */
function pick(context: TorrentContext, record: PeerRecord): Picked {
  const { blame, now, picker, swarm } = context.work
  const { peer, room, refusals, suggestions: preferred, allowedFast: allowed, choking } = record
  const refused = (index: number, begin: number) => refusals.areTooMany || refusals.has(index, begin)
  const rateOf = (other: number) => rateOfPeer(swarm.peers.get(other))
  const filter = { refused, preferred, rateOf, alone: blame.isOnParole(peer), ...(choking && { allowed }) }
  const displaced: Displaced[] = []
  const requests = picker.pick(peer, room, filter, displaced)
  const cancels = displaced.flatMap((one) => cancelAt(context, one.peer, [one.request]))
  const taken = requests.length === 0 ? picker.takeAway(peer, now, filter) : undefined
  if (taken === undefined) return { requests, cancels }
  return { cancels: cancelAt(context, taken.owner, taken.requests), requests: picker.pick(peer, room, filter) }
}

/** Payload that a peer gives at present, bytes a second. */
const rateOfPeer = (record: PeerRecord | undefined): number =>
  record?.ref?.getSnapshot().context.rateDown.bytesPerSecond ?? 0

/** A peer is not to answer these requests; it has room for others. */
export function cancelAt({ work }: TorrentContext, peer: number, requests: readonly BlockRequest[]): Order[] {
  const record = work.swarm.peers.get(peer)
  if (!record) return []
  record.room += requests.length
  work.hungry.add(peer)
  return order(record, { type: 'torrent.cancel', requests })
}

/** Feeds those who wait, the longest first; of very many no more than a hundred, as each tick feeds some more. */
export function feedHungry(context: TorrentContext): Order[] {
  const { hungry, swarm } = context.work
  if (hungry.size === 0) return []
  return [...hungry].slice(0, fedMax).flatMap((peer) => {
    const record = swarm.peers.get(peer)
    return record ? feed(context, record) : []
  })
}

/** What a batch of blocks brings about. */
export interface Delivery {
  readonly orders: readonly Order[]
  readonly verify: readonly Extract<StorageCommand, { type: 'storage.verify' }>[]
}

/** Takes blocks to their pieces, in the one copy they are worth; whole pieces go to be verified. */
export function takeBlocks(context: TorrentContext, record: PeerRecord, blocks: readonly Block[]): Delivery {
  const { work } = context
  const { buffers, picker } = work
  const verify: Delivery['verify'][number][] = []
  const cancels = new Map<number, BlockRequest[]>()
  for (const { index, begin, data } of blocks) {
    work.downloaded += data.length
    const { accepted, complete, others } = picker.receive(record.peer, index, begin, data.length)
    if (!accepted) continue
    buffers.put(index, begin, data)
    for (const other of others) {
      const requests = cancels.get(other) ?? []
      requests.push({ index, begin, length: data.length })
      cancels.set(other, requests)
    }
    if (!complete) continue
    const piece = buffers.take(index)
    work.verifying.add(index)
    work.verifyingBytes += piece.length
    verify.push({
      type: 'storage.verify',
      index,
      data: piece,
      contributors: new Set(picker.contributors(index)).size,
      wantsDigests: work.blame.needsDigests(index),
    })
  }
  const orders: Order[] = []
  for (const [peer, requests] of cancels) orders.push(...cancelAt(context, peer, requests))
  return { orders, verify }
}

/**
 * A peer chokes us: what it was asked for is free, and pieces that were to come from it alone are anybody's. With the Fast extension
 * each request has an answer of its own, so that they stay asked for until they are rejected, or its chart gives them up (BEP 6).
 */
export function onChoked(context: TorrentContext, record: PeerRecord): Order[] {
  record.choking = true
  if (record.ref?.getSnapshot().context.features.fast) {
    context.work.picker.close(record.peer)
    return []
  }
  context.work.picker.releaseAll(record.peer)
  return feedHungry(context)
}

/** It may be asked for a piece while it chokes us (BEP 6). */
export function onAllowedFast(context: TorrentContext, record: PeerRecord, index: number, room: number): Order[] {
  record.allowedFast.add(index)
  record.room = room
  return feed(context, record)
}

/** It would rather be asked for a piece (BEP 6, Suggest Piece): that counts when it is asked next. */
export function noteSuggestion(record: PeerRecord, index: number): void {
  record.suggestions = withNewest(record.suggestions, index, suggestionsMax)
}

/**
 * A peer gives requests back: they are free for all, but for itself if it has just refused them. Pieces it refuses it did not
 * mean to suggest, nor, while it chokes us, to allow.
 */
export function takeBack(
  context: TorrentContext,
  record: PeerRecord,
  requests: readonly BlockRequest[],
  cause: ReleaseCause,
): Order[] {
  context.work.picker.release(record.peer, requests, { timedOut: cause === 'timed_out' })
  if (cause === 'rejected') {
    const refused = new Set(requests.map(({ index }) => index))
    record.refusals.add(requests, context.work.now)
    record.suggestions = record.suggestions.filter((index) => !refused.has(index))
    if (record.choking) for (const index of refused) record.allowedFast.delete(index)
  }
  return [...feedHungry(context), ...feed(context, record)]
}

/** A peer owes blocks for longer than it should: whoever has nothing to do may be asked for them. */
export function onLate(context: TorrentContext, record: PeerRecord): Order[] {
  context.work.picker.late(record.peer)
  return feedHungry(context)
}

/** Forgets what peers refused, and asks again. */
export function forgetRefusals(context: TorrentContext): Order[] {
  for (const record of context.work.swarm.peers.values()) record.refusals.forget()
  return feedHungry(context)
}
