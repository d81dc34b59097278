import type { BlockRequest } from '../../../transport/wire/messages.ts'
import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import type { Selection } from '../content/selection.ts'
import { normalLevel } from '../vocabulary/file-priority.ts'
import { Probations } from './exclusive-pieces.ts'
import { PartialPiece } from './partial-piece.ts'
import type { PickerPeer } from './picker-peer.ts'
import { RankedBuckets } from './ranked-buckets.ts'
import { Rarity } from './rarity.ts'

/** What a pool is made from. */
export interface PoolInput {
  readonly layout: Layout
  readonly have: PieceSet
  /** At least 0, below 1. */
  readonly random: () => number
  readonly selection: Selection
}

/**
 * How far each piece of a torrent is: verified, in progress or idle, and how many connected peers have it. Its indexes change
 * together, so that what is to be picked next is found without a look at every piece.
 */
export class PiecePool {
  readonly layout: Layout
  /** Pieces in progress, oldest first. */
  readonly partials = new Map<number, PartialPiece>()
  /** Wanted pieces not in progress, by how many partial peers have them. */
  readonly idle: Rarity
  /** Pieces in progress that any peer may be asked for, keyed by their free blocks, of which there are some. */
  readonly open: RankedBuckets
  /** Pieces to be exclusive whenever they are started. */
  readonly exclusive = new Probations()
  /** No piece: of a peer that has not said what it has, or has left. */
  readonly none: PieceSet
  /** Pieces in progress that come from one peer alone, oldest first. */
  readonly owned = new Set<number>()
  #seeds = 0
  #have: PieceSet
  #verified: number
  /** Whether not all pieces were always of one rank. */
  #isRanked = false

  /** `have`: what is verified already. Throws a RangeError when the sizes differ. */
  constructor({ have, layout, random, selection }: PoolInput) {
    if (have.size !== layout.pieceCount)
      throw new RangeError(`${have.size} pieces in a torrent of ${layout.pieceCount}`)
    this.layout = layout
    this.#have = have.union(selection.skipped)
    this.#verified = have.count
    this.none = PieceSet.none(layout.pieceCount)
    this.idle = new Rarity(layout.pieceCount, random)
    this.open = new RankedBuckets(layout.pieceCount, random)
    this.rank(selection)
    for (let index = 0; index < layout.pieceCount; index++) if (!this.#have.has(index)) this.idle.add(index)
  }

  /** How many pieces were verified, also such as were lost since. */
  get verifiedCount(): number {
    return this.#verified
  }

  /** Other pieces come before others. */
  rank(selection: Selection): void {
    if (selection.pieces === undefined && !this.#isRanked) return
    this.#isRanked = true
    for (let index = 0; index < this.layout.pieceCount; index++) {
      const rank = selection.levelOf(index) > normalLevel ? 'first' : 'usual'
      this.idle.rank(index, rank)
      this.open.rank(index, rank)
    }
  }

  /** The pieces that are not to be fetched: verified, or `settle`d. */
  get have(): PieceSet {
    return this.#have
  }

  /** Whether idle pieces are to be had from a connected peer. */
  get hasObtainableIdle(): boolean {
    return this.idle.size > (this.#seeds === 0 ? this.idle.unheld : 0)
  }

  /** Pieces not verified yet that no connected peer has, those that have all their blocks aside. */
  get unobtainable(): number {
    if (this.#seeds > 0) return 0
    let count = this.idle.unheld
    for (const { index, isComplete } of this.partials.values()) {
      if (!isComplete && this.availability(index) === 0) count++
    }
    return count
  }

  /** Whether the piece exists and is to be fetched. */
  wants(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.#have.size && !this.#have.has(index)
  }

  /** How many connected peers have a piece. When nothing is missing this is not needed: it is not counted, and 0. */
  availability(index: number): number {
    return this.idle.of(index) + this.#seeds
  }

  /** A peer has these pieces from now on, instead of those it had: a seed is one more of them, of others each word that differs. */
  recount(peer: PickerPeer, pieces: PieceSet): void {
    const before = peer.countsAsSeed ? this.none : peer.pieces
    const wasSeed = peer.countsAsSeed
    peer.pieces = pieces
    peer.countsAsSeed = pieces.isAll
    if (!this.#have.isAll) this.#count(before, wasSeed, peer)
  }

  /** A partial peer has the piece from now on, or no more. */
  countPiece(index: number, change: 1 | -1): void {
    if (!this.#have.isAll) this.idle.change(index, change)
  }

  /** A block of the torrent as one number. */
  numberOf(index: number, block: number): number {
    return index * this.layout.blocksPerPiece + block
  }

  /** The place of the block that a number stands for, in its piece. */
  blockOf(number: number): number {
    return number % this.layout.blocksPerPiece
  }

  /** The piece of the block that a number stands for. */
  indexOf(number: number): number {
    return Math.floor(number / this.layout.blocksPerPiece)
  }

  /** The block that a number stands for. */
  requestOf(number: number): BlockRequest {
    return this.layout.blockAt(this.indexOf(number), this.blockOf(number))
  }

  /** Starts an idle piece for a peer, which owns it if it is to be exclusive, or if the peer is to have its pieces `alone`. */
  startFor(peer: number, index: number, alone = false): PartialPiece {
    const owner = alone || this.exclusive.has(index) ? peer : undefined
    const partial = new PartialPiece(index, this.layout.blocksIn(index), owner)
    this.partials.set(index, partial)
    if (owner !== undefined) this.owned.add(index)
    this.idle.remove(index)
    return partial
  }

  /** Puts a piece in progress where its blocks now say it belongs. */
  file(partial: PartialPiece): void {
    const { index, free, owner } = partial
    if (owner !== undefined) return
    this.open.rekey(index, free)
    if (free > 0 && free < partial.blocks) {
      this.open.add(index)
      return
    }
    this.open.remove(index)
    if (free === 0) return
    this.partials.delete(index)
    this.idle.add(index)
  }

  /** Lets any peer be asked for a piece in progress. */
  share(partial: PartialPiece): void {
    partial.share()
    this.owned.delete(partial.index)
    this.file(partial)
  }

  /** The owner of an exclusive piece will not deliver all of it: what it has is kept, any peer may be asked for the rest. */
  giveUp(partial: PartialPiece): void {
    if (partial.owner !== undefined) this.exclusive.strike(partial.index, partial.owner)
    this.share(partial)
  }

  /** The owner of an exclusive piece is too slow: what it has is dropped, and the piece idle again. It is to be asked for no more of it. */
  takeAway(partial: PartialPiece): void {
    if (partial.owner !== undefined) this.exclusive.strikeSlow(partial.index, partial.owner)
    this.failed(partial.index)
  }

  /** A piece that has all its blocks passed its hash. */
  verified(index: number): void {
    this.partials.delete(index)
    this.owned.delete(index)
    this.exclusive.end(index)
    this.#verified++
    this.#takeUp(index)
  }

  /** A piece is not to be fetched: its blocks that came are dropped. */
  settle(index: number): void {
    this.partials.delete(index)
    this.owned.delete(index)
    this.open.remove(index)
    this.idle.remove(index)
    this.exclusive.end(index)
    this.#takeUp(index)
  }

  /** A piece that was not to be fetched is. `peers`: all that are connected, which are counted again if nothing was missing. */
  want(index: number, peers: Iterable<PickerPeer>): void {
    const wasWhole = this.#have.isAll
    this.#have = this.#have.without(index)
    if (wasWhole) for (const peer of peers) this.#countAnew(peer)
    this.idle.add(index)
  }

  /** A piece that failed its hash, or whose blocks are to be dropped: it is idle again. */
  failed(index: number): void {
    this.partials.delete(index)
    this.owned.delete(index)
    this.idle.add(index)
  }

  /** With the last piece all counts go: they are not kept right while nothing is missing. */
  #takeUp(index: number): void {
    this.#have = this.#have.with(index)
    if (!this.#have.isAll) return
    this.#seeds = 0
    this.idle.forgetPeers()
  }

  /** Counts a peer that counts as nothing. */
  #countAnew(peer: PickerPeer): void {
    peer.countsAsSeed = peer.pieces.isAll
    this.#count(this.none, false, peer)
  }

  #count(before: PieceSet, wasSeed: boolean, { pieces, countsAsSeed }: PickerPeer): void {
    this.#seeds += Number(countsAsSeed) - Number(wasSeed)
    this.idle.replace(before, countsAsSeed ? this.none : pieces)
  }
}
