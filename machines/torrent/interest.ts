import type { PieceSet } from '../piece-set.ts'
import type { TorrentContext } from './context.ts'
import { isNothingLeft } from './losses.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'

/**
 * It downloads nothing: it has everything but what is lost, or nothing can be written, and what is there is served as a partial seed (BEP 21).
 */
export const wantsNothing = ({
  have,
  losses,
  readOnly,
}: Pick<TorrentContext, 'have' | 'losses' | 'readOnly'>): boolean => isNothingLeft({ have, losses }) || readOnly

/**
 * Interest is kept true at all times (BEP 3): we are interested in exactly the peers that have a piece we lack, also while they
 * choke us; in nobody, where nothing can be written.
 */
export function tellInterest(record: PeerRecord): Order[] {
  const interested = record.wanted > 0
  if (interested === record.amInterested) return []
  record.amInterested = interested
  return order(record, { type: interested ? 'torrent.interested' : 'torrent.not_interested' })
}

/** The peer told which pieces it has. */
export function interestInPieces(context: TorrentContext, record: PeerRecord, pieces: PieceSet): Order[] {
  record.wanted = context.readOnly ? 0 : pieces.countMissingFrom(context.work.picker.have)
  return tellInterest(record)
}

/** The peer has one more piece. */
export function interestInPiece(context: TorrentContext, record: PeerRecord, index: number): Order[] {
  if (!context.readOnly && context.work.picker.wants(index)) record.wanted++
  return tellInterest(record)
}

/** The peer has a piece less (BEP 54). */
export function interestWithoutPiece(context: TorrentContext, record: PeerRecord, index: number): Order[] {
  if (record.wanted > 0 && context.work.picker.wants(index)) record.wanted--
  return tellInterest(record)
}

/** We want one piece more, which the peer may have; it is told in its turn. */
export function wantMore(context: TorrentContext, record: PeerRecord, index: number): void {
  if (!context.readOnly && context.work.picker.pieces(record.peer).has(index)) record.wanted++
}

/** We have one more piece, or want one less, so the peer has one less that we lack; it is told in its turn. */
export function wantLess(context: TorrentContext, record: PeerRecord, index: number): void {
  if (record.wanted > 0 && context.work.picker.pieces(record.peer).has(index)) record.wanted--
}
