import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { roomOf } from '../blocks/requesting.ts'
import type { PeerContext } from '../vocabulary/context.ts'
import { limits } from '../vocabulary/delays.ts'
import type { InternalEvent, PeerNews, ReleaseCause, TorrentRef } from '../vocabulary/events.ts'
import { type Evidence, type Grounds, isPaid, withEvidence } from '../vocabulary/evidence.ts'
import type { SendEvent, TransportRef } from '../vocabulary/transport-commands.ts'

/** News as a region tells them; the peer's number is added on the way out. */
export type News = PeerNews extends infer N ? (N extends PeerNews ? Omit<N, 'peer'> : never) : never

/** What saying something needs of XState's `enqueue`. */
export interface Enqueue {
  sendTo(owner: TorrentRef, news: PeerNews): void
  sendTo(transport: TransportRef, message: SendEvent): void
  emit(news: PeerNews): void
  assign(change: Partial<PeerContext>): void
  raise(event: InternalEvent): void
}

/** Tells the torrent, and whoever listens with `peer.on`. */
export function tell(enqueue: Enqueue, context: PeerContext, news: News): void {
  const named = { ...news, peer: context.peer } as PeerNews
  if (context.owner) enqueue.sendTo(context.owner, named)
  enqueue.emit(named)
}

/** Gives requests back to the torrent; `context` is as it is without them. */
export function tellReleased(
  enqueue: Enqueue,
  context: PeerContext,
  requests: readonly BlockRequest[],
  cause: ReleaseCause,
): void {
  if (requests.length === 0) return
  tell(enqueue, context, { type: 'peer.released', requests, cause, room: roomOf(context) })
}

/** Says no to requests; without the Fast extension silence says it (BEP 3, BEP 6). */
export function refuse(enqueue: Enqueue, context: PeerContext, requests: readonly BlockRequest[]): void {
  if (requests.length === 0 || !context.features.fast) return
  enqueue.sendTo(context.transport, { type: 'send.reject_request', requests })
}

/** Counts requests that came to nothing. Beyond the bound the remote does not heed what it is told, and is cut off. */
export function countRefused(enqueue: Enqueue, context: PeerContext, refused: readonly BlockRequest[]): void {
  if (refused.length === 0) return
  const refusedInRow = context.refusedInRow + refused.length
  enqueue.assign({ refusedInRow })
  if (refusedInRow <= limits.refusedRequests) return
  enqueue.raise({ type: 'peer.end', reason: { source: 'remote', code: 'request_flood' } })
}

/** Changes the reputation, keeps why, and tells it; nothing for a change by 0, nor for what is paid already. */
export function judge(enqueue: Enqueue, context: PeerContext, grounds: Grounds): void {
  if (grounds.change === 0 || isPaid(context.evidence, grounds)) return
  const evidence: Evidence = { ...grounds, peer: context.peer }
  const reputation = context.reputation + grounds.change
  enqueue.assign({ reputation, evidence: withEvidence(context.evidence, evidence) })
  tell(enqueue, context, { type: 'peer.reputation', reputation, evidence })
}
