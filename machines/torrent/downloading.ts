import type { Block, BlockRequest } from '../../transport/wire/messages.ts'
import type { ReleaseCause } from '../peer/events.ts'
import type { TorrentContext } from './context.ts'
import type { StorageCommand } from './events.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'

/** Bytes that may wait for the disk before no more are asked for: a slow disk slows the download, it does not fill memory. */
const verifyingBytesMax = 64 * 1024 * 1024

/** Asks a peer for as many blocks as it has room for. What can not be asked for now waits: the peer is hungry. */
export function feed(context: TorrentContext, record: PeerRecord): Order[] {
  const { work } = context
  work.hungry.delete(record.peer)
  if (record.room <= 0 || record.state !== 'open' || record.choking) return []
  const requests = mayAsk(context, record) ? pick(context, record) : []
  record.room -= requests.length
  if (record.room > 0) work.hungry.add(record.peer)
  return requests.length === 0 ? [] : order(record, { type: 'torrent.request', requests, at: work.now })
}

const mayAsk = ({ work }: TorrentContext, record: PeerRecord): boolean =>
  record.amInterested && !record.refusals.areTooMany && work.verifyingBytes <= verifyingBytesMax

const pick = ({ work }: TorrentContext, { peer, refusals, room }: PeerRecord): BlockRequest[] =>
  work.picker.pick(peer, room, { refused: (index, begin) => refusals.has(index, begin) })

/** Feeds everyone who waits. */
export function feedHungry(context: TorrentContext): Order[] {
  const { hungry, swarm } = context.work
  if (hungry.size === 0) return []
  return [...hungry].flatMap((peer) => {
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
  const { buffers, picker, swarm } = work
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
  for (const [peer, requests] of cancels) {
    const other = swarm.peers.get(peer)
    if (!other) continue
    other.room += requests.length
    work.hungry.add(peer)
    orders.push(...order(other, { type: 'torrent.cancel', requests }))
  }
  return { orders, verify }
}

/** A peer gives requests back: they are free for all, but for itself if it has just refused them. */
export function takeBack(
  context: TorrentContext,
  record: PeerRecord,
  requests: readonly BlockRequest[],
  cause: ReleaseCause,
): Order[] {
  context.work.picker.release(record.peer, requests)
  if (cause === 'rejected') record.refusals.add(requests)
  return [...feedHungry(context), ...feed(context, record)]
}

/** Forgets what peers refused, and asks again. */
export function forgetRefusals(context: TorrentContext): Order[] {
  for (const record of context.work.swarm.peers.values()) record.refusals.forget()
  return feedHungry(context)
}
