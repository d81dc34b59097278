import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { viewOf } from '../../peer/peer-view.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import type { UploadCore } from './slice.ts'

/**
 * A peer asks for what we do not have: it is refused. If we have never announced it, the peer pays once for all that came at a time, as it
 * could not know of the first refusal yet, and never again for the same piece. What it was allowed fast costs nothing: that may be a piece
 * we lack (BEP 6).
 */
export function refuseUnannounced(
  core: UploadCore,
  record: PeerRecord,
  requests: readonly BlockRequest[],
): readonly Command[] {
  const granted = viewOf(record)?.context.granted ?? []
  const pieces = [...new Set(requests.map(({ index }) => index))].filter(
    (index) =>
      !core.have.has(index) &&
      !core.losses.withdrawn.has(index) &&
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
