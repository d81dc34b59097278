import { viewOf } from '../../peer/peer-view.ts'
import { PieceSet } from '../../piece-set.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import type { ChokingCore } from './slice.ts'
import type { Reveal } from './super-seeding.ts'

/** What a newcomer is told that we have: all of it, or nothing at first (BEP 16). */
export function shownTo({ have, superSeeding }: ChokingCore, { peer }: PeerRecord): PieceSet {
  if (!superSeeding) return have
  superSeeding.admit(peer)
  return PieceSet.none(have.size)
}

/** Whether a peer may ask for a piece that we have: a super-seeder serves what it has offered, and nothing else. */
export const mayAsk = (core: Pick<ChokingCore, 'superSeeding'>, { peer }: PeerRecord, index: number): boolean =>
  core.superSeeding?.mayAsk(peer, index) ?? true

/** A peer that opened and has not said what it has may have nothing, and then says nothing (BEP 3): it is offered pieces at once. */
export function offerToNewcomer(core: ChokingCore, record: PeerRecord): Command[] {
  const { now, superSeeding } = core
  const speaksFirst = viewOf(record)?.context.features.fast ?? false
  return superSeeding && !speaksFirst ? revealAll(core, superSeeding.greet(record.peer, now)) : []
}

/** A peer has said what it has. */
export function offerAfterPieces(core: ChokingCore, { peer }: PeerRecord, pieces: PieceSet): Command[] {
  const { now, superSeeding } = core
  return superSeeding ? revealAll(core, superSeeding.join(peer, pieces, now)) : []
}

/** A peer has a piece: the peer that was offered it has passed it on, and is offered the next. */
export function offerAfterPiece(core: ChokingCore, { peer }: PeerRecord, index: number): Command[] {
  const { now, superSeeding } = core
  return superSeeding ? revealAll(core, superSeeding.show(peer, index, now)) : []
}

/** A peer has lost a piece (BEP 54): it may be offered to others. */
export function noteUnshown(core: ChokingCore, { peer }: PeerRecord, index: number): void {
  core.superSeeding?.lose(peer, index)
}

/** Announces each piece to its peer. */
export function revealAll(core: ChokingCore, reveals: readonly Reveal[]): Command[] {
  return reveals.flatMap(({ peer, index }) => {
    const record = core.swarm.peers.get(peer)
    return record ? order(record, { type: 'torrent.have', index }) : []
  })
}
