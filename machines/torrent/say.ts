import type { PeerRef } from '../peer/events.ts'
import type { TorrentContext } from './context.ts'
import type { TorrentEmitted } from './emitted.ts'
import type { Order } from './order.ts'
import { summarize } from './summary.ts'
import type { PeerRecord } from './swarm.ts'

/** What acting on orders needs of XState's `enqueue`. */
export interface Enqueue {
  sendTo(peer: PeerRef, command: Order['command']): void
  emit(event: TorrentEmitted): void
}

/** Gives each order to its peer. */
export function giveOrders(enqueue: Enqueue, orders: readonly Order[]): void {
  for (const { to, command } of orders) enqueue.sendTo(to, command)
}

/** Gives the orders of a decision, and emits what it is news of. */
export function announce(
  enqueue: Enqueue,
  { orders, news }: { readonly orders: readonly Order[]; readonly news: readonly TorrentEmitted[] },
): void {
  giveOrders(enqueue, orders)
  for (const event of news) enqueue.emit(event)
}

/** Emits how a peer stands; nothing before its actor runs. */
export function emitPeer(enqueue: Enqueue, record: PeerRecord): void {
  const peer = summarize(record)
  if (peer) enqueue.emit({ type: 'peer', peer })
}

/** The news of one peer, with what the torrent keeps of it; nothing for a peer that is forgotten. */
export const recordOf = (context: TorrentContext, peer: number): PeerRecord | undefined =>
  context.work.swarm.peers.get(peer)
