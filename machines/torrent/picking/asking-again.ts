import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { blockBytes } from '../../layout.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { PickerPeer, PickFilter, RateOf } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'

/** Peers asked for one block at a time, at most: three of them may stall and the fourth still brings it. */
export const requestersMax = 4

/** How many times as fast a peer has to be to take the place of another: of two that are about as fast the first keeps it. */
export const outrankingFactor = 4

/** A peer that is not to answer a request any more, as a better one was asked in its place: cancel there. */
export interface Displaced {
  readonly peer: number
  readonly request: BlockRequest
}

/** Whether a peer may be asked for a block of a piece in progress that another was asked for. */
export const mayAskAgain = (
  { index, owner }: PartialPiece,
  block: number,
  { pieces }: PickerPeer,
  { allowed, refused }: PickFilter,
): boolean =>
  owner === undefined &&
  pieces.has(index) &&
  allowed?.has(index) !== false &&
  refused?.(index, block * blockBytes) !== true

/** Blocks that were asked of a peer, asked of one more. */
export class AskingAgain {
  readonly #pool: PiecePool
  readonly #peers: ReadonlyMap<number, PickerPeer>

  /** `peers`: all that are connected. */
  constructor(pool: PiecePool, peers: ReadonlyMap<number, PickerPeer>) {
    this.#pool = pool
    this.#peers = peers
  }

  /** How many of those asked for a block a peer does not outrank. */
  placesTaken(partial: PartialPiece, block: number, asked: PickerPeer, rateOf: RateOf): number {
    let places = 0
    for (const id of partial.requestersOf(block)) if (!this.#outranks(asked, id, rateOf)) places++
    return places
  }

  /** Asks a peer for a block too. When that makes too many, the least of them, which it outranks, gives way. */
  ask(
    partial: PartialPiece,
    block: number,
    asked: PickerPeer,
    { rateOf, displaced }: { readonly rateOf: RateOf; readonly displaced: Displaced[] },
  ): BlockRequest {
    const request = this.#pool.layout.blockAt(partial.index, block)
    const number = this.#pool.numberOf(partial.index, block)
    if (partial.requesters(block) >= requestersMax) {
      const least = this.#leastOf(partial.requestersOf(block), rateOf)
      partial.release(block, least)
      this.#peers.get(least)?.requests.remove(number)
      displaced.push({ peer: least, request })
    }
    partial.requestAgain(block, asked.id)
    asked.requests.push(number)
    return request
  }

  /** A late peer is outranked by all that are not, and one that is much slower than another by that one. */
  #outranks(asked: PickerPeer, id: number, rateOf: RateOf): boolean {
    if (asked.standing === 'late') return false
    return this.#isLate(id) || rateOf(asked.id) > outrankingFactor * rateOf(id)
  }

  #leastOf(ids: readonly number[], rateOf: RateOf): number {
    const worth = (id: number) => (this.#isLate(id) ? -1 : rateOf(id))
    return ids.reduce((least, id) => (worth(id) < worth(least) ? id : least))
  }

  #isLate(id: number): boolean {
    return this.#peers.get(id)?.standing === 'late'
  }
}
