import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { type AskingAgain, type Displaced, mayAskAgain } from './asking-again.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { PickerPeer, PickFilter, RateOf } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'

/** Late blocks looked at for one pick: those it could not give cost time too. */
const probesMax = 64

/**
 * The blocks that were asked of late peers alone, the oldest first. They hold up their pieces, so that a peer that delivers is asked
 * for them before anything new; pieces that come from one peer alone are left to it.
 */
export class LateBlocks {
  readonly #pool: PiecePool
  readonly #peers: ReadonlyMap<number, PickerPeer>
  readonly #again: AskingAgain
  readonly #blocks = new Set<number>()

  /** `peers`: all that are connected. */
  constructor(pool: PiecePool, peers: ReadonlyMap<number, PickerPeer>, again: AskingAgain) {
    this.#pool = pool
    this.#peers = peers
    this.#again = again
  }

  /** A peer was asked for more, is late, or is late no longer. */
  noteRequests({ requests }: PickerPeer): void {
    for (let nth = 0; nth < requests.length; nth++) {
      const number = requests.at(nth)
      const block = this.#pool.blockOf(number)
      const partial = this.#pool.partials.get(this.#pool.indexOf(number))
      if (partial !== undefined) this.note(partial, block)
    }
  }

  /** Others are asked for a block than before, or none. */
  note(partial: PartialPiece, block: number): void {
    const number = this.#pool.numberOf(partial.index, block)
    const isLate = (id: number) => this.#peers.get(id)?.standing === 'late'
    if (partial.requesters(block) > 0 && partial.requestersOf(block).every(isLate)) this.#blocks.add(number)
    else this.#blocks.delete(number)
  }

  /** A block is here, or its piece is not in progress any more. */
  remove(number: number): void {
    this.#blocks.delete(number)
  }

  /** Asks a peer that delivers at present for late blocks, until `picked` holds `count`. */
  take(
    asked: PickerPeer,
    count: number,
    filter: PickFilter,
    picked: BlockRequest[],
    ways: { readonly rateOf: RateOf; readonly displaced: Displaced[] },
  ): void {
    if (this.#blocks.size === 0 || asked.standing === 'late' || ways.rateOf(asked.id) === 0) return
    let probes = 0
    for (const number of this.#blocks) {
      if (picked.length >= count || ++probes > probesMax) return
      const block = this.#pool.blockOf(number)
      const partial = this.#pool.partials.get(this.#pool.indexOf(number))
      if (partial === undefined || !mayAskAgain(partial, block, asked, filter)) continue
      picked.push(this.#again.ask(partial, block, asked, ways))
      this.#blocks.delete(number)
    }
  }
}
