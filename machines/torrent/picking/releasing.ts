import type { BlockRequest } from '../../../transport/wire/messages.ts'
import type { LateBlocks } from './late-blocks.ts'
import type { PartialPiece } from './partial-piece.ts'
import type { PickerPeer } from './picker-peer.ts'
import type { PiecePool } from './piece-pool.ts'

/** Requests that end without their block: given up by a peer, or taken back with a whole piece. */
export class Releasing {
  readonly #pool: PiecePool
  readonly #peers: ReadonlyMap<number, PickerPeer>
  readonly #lateBlocks: LateBlocks

  /** `peers`: all that are connected. */
  constructor(pool: PiecePool, peers: ReadonlyMap<number, PickerPeer>, lateBlocks: LateBlocks) {
    this.#pool = pool
    this.#peers = peers
    this.#lateBlocks = lateBlocks
  }

  /**
   * A peer will not deliver these blocks: they are free, and any peer may be asked for its exclusive pieces that they are of. Those it was
   * not asked for are passed over.
   */
  release(asked: PickerPeer, requests: readonly BlockRequest[]): void {
    for (const { index, begin } of requests) {
      const block = this.#pool.layout.blockIndex(begin)
      const partial = this.#pool.partials.get(index)
      if (partial === undefined || !asked.requests.remove(this.#pool.numberOf(index, block))) continue
      this.#free(partial, block, asked.id)
      if (partial.owner === asked.id) this.#pool.giveUp(partial)
      else this.#pool.file(partial)
    }
  }

  /** Everything a peer was asked for is free, and any peer may be asked for its exclusive pieces. */
  releaseAll(asked: PickerPeer): void {
    for (const index of this.#pool.owned) {
      const partial = this.#pool.partials.get(index)
      if (partial?.owner === asked.id && !partial.isComplete) this.#pool.giveUp(partial)
    }
    for (let nth = 0; nth < asked.requests.length; nth++) {
      const { index, begin } = this.#pool.requestOf(asked.requests.at(nth))
      const partial = this.#pool.partials.get(index)
      if (partial === undefined) continue
      this.#free(partial, this.#pool.layout.blockIndex(begin), asked.id)
      this.#pool.file(partial)
    }
    asked.requests.clear()
  }

  /** No peer is to deliver anything of a piece, which goes out of progress next: answers what each peer was asked for of it. */
  takeBack(partial: PartialPiece): Map<number, BlockRequest[]> {
    const taken = new Map<number, BlockRequest[]>()
    const { index } = partial
    for (let block = 0; block < partial.blocks; block++) {
      const number = this.#pool.numberOf(index, block)
      this.#lateBlocks.remove(number)
      for (const peer of partial.requestersOf(block)) {
        this.#peers.get(peer)?.requests.remove(number)
        const requests = taken.get(peer) ?? []
        requests.push(this.#pool.layout.blockAt(index, block))
        taken.set(peer, requests)
      }
    }
    return taken
  }

  #free(partial: PartialPiece, block: number, peer: number): void {
    partial.release(block, peer)
    this.#lateBlocks.note(partial, block)
  }
}
