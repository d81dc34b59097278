import type { BlockRequest } from '../../transport/wire/messages.ts'
import type { TorrentContext } from './context.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'

/**
 * A peer asks for what we do not have: it is refused. If we have never announced it, the peer pays once for all that came at a time, as it could
 * not have heard of the first refusal, and never again for the same piece. What it was allowed fast costs nothing: that may be a
 * piece we lack (BEP 6).
 */
export function refuseUnannounced(
  context: TorrentContext,
  record: PeerRecord,
  requests: readonly BlockRequest[],
): readonly Order[] {
  const granted = record.ref?.getSnapshot().context.granted ?? []
  const pieces = [...new Set(requests.map(({ index }) => index))].filter(
    (index) =>
      !context.have.has(index) &&
      !context.losses.withdrawn.has(index) &&
      !granted.includes(index) &&
      !record.unannounced?.has(index),
  )
  if (pieces.length > 0) record.unannounced ??= new Set()
  for (const index of pieces) record.unannounced?.add(index)
  return [
    ...order(record, { type: 'torrent.reject', requests }),
    ...pieces.slice(0, 1).flatMap((index) => order(record, { type: 'torrent.judge', rule: 'not_announced', index })),
  ]
}
