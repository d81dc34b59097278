import { PieceSet } from '../piece-set.ts'
import type { TorrentContext } from './context.ts'
import { type Order, order } from './order.ts'
import type { Reveal } from './super-seeding.ts'
import type { PeerRecord } from './swarm.ts'

/** What a newcomer is told that we have: all of it, or nothing at first (BEP 16). */
export function shownTo({ have, work }: TorrentContext, { peer }: PeerRecord): PieceSet {
  if (!work.superSeeding) return have
  work.superSeeding.admit(peer)
  return PieceSet.none(have.size)
}

/** Whether a peer may ask for a piece that we have: a super-seeder serves what it has offered, and nothing else. */
export const mayAsk = ({ work }: TorrentContext, { peer }: PeerRecord, index: number): boolean =>
  work.superSeeding?.mayAsk(peer, index) ?? true

/** A peer that opened without a word on what it has may have nothing, and then says nothing (BEP 3): it is offered pieces at once. */
export function offerToNewcomer(context: TorrentContext, record: PeerRecord): Order[] {
  const { now, superSeeding } = context.work
  const speaksFirst = record.ref?.getSnapshot().context.features.fast ?? false
  return superSeeding && !speaksFirst ? revealAll(context, superSeeding.greet(record.peer, now)) : []
}

/** A peer has said what it has. */
export function offerAfterPieces(context: TorrentContext, { peer }: PeerRecord, pieces: PieceSet): Order[] {
  const { now, superSeeding } = context.work
  return superSeeding ? revealAll(context, superSeeding.join(peer, pieces, now)) : []
}

/** A peer has a piece: who was offered it has passed it on, and is offered the next. */
export function offerAfterPiece(context: TorrentContext, { peer }: PeerRecord, index: number): Order[] {
  const { now, superSeeding } = context.work
  return superSeeding ? revealAll(context, superSeeding.show(peer, index, now)) : []
}

/** A peer has lost a piece (BEP 54): it may be offered to others. */
export function noteUnshown({ work }: TorrentContext, { peer }: PeerRecord, index: number): void {
  work.superSeeding?.lose(peer, index)
}

/** Announces each piece to its peer. */
export function revealAll({ work }: TorrentContext, reveals: readonly Reveal[]): Order[] {
  return reveals.flatMap(({ peer, index }) => {
    const record = work.swarm.peers.get(peer)
    return record ? order(record, { type: 'torrent.have', index }) : []
  })
}
