import type { BlockRequest } from '../../transport/wire/messages.ts'
import type { PeerContext } from './context.ts'
import type { PeerNews, SendEvent, TorrentRef, TransportRef } from './events.ts'

/** News as a region tells them; the peer's number is added on the way out. */
export type News = PeerNews extends infer N ? (N extends PeerNews ? Omit<N, 'peer'> : never) : never

/** What saying something needs of XState's `enqueue`. */
export interface Enqueue {
  sendTo(owner: TorrentRef, news: PeerNews): void
  sendTo(transport: TransportRef, message: SendEvent): void
  emit(news: PeerNews): void
}

/** Tells the torrent, and whoever listens with `peer.on`. */
export function tell(enqueue: Enqueue, context: PeerContext, news: News): void {
  const named = { ...news, peer: context.peer } as PeerNews
  if (context.owner) enqueue.sendTo(context.owner, named)
  enqueue.emit(named)
}

/** Says no to requests; without the Fast extension silence says it (BEP 3, BEP 6). */
export function refuse(enqueue: Enqueue, context: PeerContext, requests: readonly BlockRequest[]): void {
  if (requests.length === 0 || !context.features.fast) return
  enqueue.sendTo(context.transport, { type: 'send.reject_request', requests })
}
