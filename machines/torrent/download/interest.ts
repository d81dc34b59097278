import { viewOf } from '../../peer/peer-view.ts'
import { amInterested } from '../../peer/selectors.ts'
import type { PieceSet } from '../../piece-set.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import type { DownloadCore } from './slice.ts'

/**
 * Interest is kept true at all times (BEP 3): we are interested in exactly the peers that have a piece we lack, also while they
 * choke us; in none, where nothing can be written. To be called once a decision for each peer, as it goes by what its chart has told it.
 */
export function tellInterest(record: PeerRecord): Command[] {
  const view = viewOf(record)
  const interested = record.wanted > 0
  if (!view || interested === amInterested(view)) return []
  return order(record, { type: interested ? 'torrent.interested' : 'torrent.not_interested' })
}

/** The peer told which pieces it has. */
export function interestInPieces(core: DownloadCore, record: PeerRecord, pieces: PieceSet): Command[] {
  record.wanted = core.readOnly ? 0 : pieces.countMissingFrom(core.picker.have)
  return tellInterest(record)
}

/** Other pieces are wanted. */
export const interestAnew = (core: DownloadCore, record: PeerRecord): Command[] =>
  interestInPieces(core, record, core.picker.pieces(record.peer))

/** The peer has one more piece. */
export function interestInPiece(core: DownloadCore, record: PeerRecord, index: number): Command[] {
  if (!core.readOnly && core.picker.wants(index)) record.wanted++
  return tellInterest(record)
}

/** The peer has a piece less (BEP 54). */
export function interestWithoutPiece(core: DownloadCore, record: PeerRecord, index: number): Command[] {
  if (record.wanted > 0 && core.picker.wants(index)) record.wanted--
  return tellInterest(record)
}

/** We want one piece more, which the peer may have; it is told in its turn. */
export function wantMore(core: DownloadCore, record: PeerRecord, index: number): void {
  if (!core.readOnly && core.picker.pieces(record.peer).has(index)) record.wanted++
}

/** We have one more piece, or want one less, so the peer has one less that we lack; it is told in its turn. */
export function wantLess(core: DownloadCore, record: PeerRecord, index: number): void {
  if (record.wanted > 0 && core.picker.pieces(record.peer).has(index)) record.wanted--
}
