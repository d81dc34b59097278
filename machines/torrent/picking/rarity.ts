import { bitsIn, eachBit, PieceSet } from '../../piece-set.ts'
import { Availability } from './availability.ts'
import { type Rank, RankedBuckets } from './ranked-buckets.ts'

/** Pieces that are put in their new place one by one; when more change at once, all are sorted when the next is looked for. */
const movesMax = 1_000

/**
 * Some pieces of a torrent, by rank, and of each rank the rarest first, and how many peers have each piece of it. What a peer has is counted 32 pieces at a
 * time, and of what it has anew only what has changed.
 */
export class Rarity {
  readonly #availability: Availability
  readonly #order: RankedBuckets
  /** Which are among them, 32 a word. */
  readonly #members: Uint32Array
  #unheld = 0
  #isSorted = true

  /** None, and no peer has any. `pieces`: indexes are below it. */
  constructor(pieces: number, random: () => number) {
    this.#availability = new Availability(pieces)
    this.#order = new RankedBuckets(pieces, random)
    this.#members = new Uint32Array(Math.ceil(pieces / 32))
  }

  get size(): number {
    return this.#order.size
  }

  /** How many of them are of a rank. */
  sizeOf(rank: Rank): number {
    return this.#order.sizeOf(rank)
  }

  rankOf(index: number): Rank {
    return this.#order.rankOf(index)
  }

  /** Gives a piece, also one that is not among them, another rank. */
  rank(index: number, rank: Rank): void {
    this.#order.rank(index, rank)
  }

  /** How many of them no peer has. */
  get unheld(): number {
    return this.#unheld
  }

  has(index: number): boolean {
    return this.#order.has(index)
  }

  /** How many peers have a piece, also one that is not among them. */
  of(index: number): number {
    return this.#availability.of(index)
  }

  /** Makes it one of them; nothing when it is. */
  add(index: number): void {
    if (this.has(index)) return
    this.#members[index >>> 5] = (this.#members[index >>> 5] as number) | bitOf(index)
    const count = this.of(index)
    if (count === 0) this.#unheld++
    this.#order.rekey(index, count)
    this.#order.add(index)
  }

  /** Makes it none of them; nothing when it is none. */
  remove(index: number): void {
    if (!this.has(index)) return
    this.#members[index >>> 5] = (this.#members[index >>> 5] as number) & ~bitOf(index)
    if (this.of(index) === 0) this.#unheld--
    this.#order.remove(index)
  }

  /** One peer more has a piece, or one less. */
  change(index: number, change: 1 | -1): void {
    if (change > 0) this.#count(index >>> 5, bitOf(index), 0)
    else this.#count(index >>> 5, 0, bitOf(index))
    if (this.#isSorted && this.has(index)) this.#order.rekey(index, this.of(index))
  }

  /** A peer that counted as having some pieces counts as having others. */
  replace(before: PieceSet, after: PieceSet): void {
    let moves = 0
    PieceSet.differences(before, after, (word, old, now) => {
      this.#count(word, now & ~old, old & ~now)
      const moved = (old ^ now) & (this.#members[word] as number)
      moves += bitsIn(moved)
      if (moves > movesMax) this.#isSorted = false
      if (this.#isSorted) eachBit(word, moved, (index) => this.#order.rekey(index, this.of(index)))
    })
  }

  /** No peer has any of them, as far as is known from now on. For when there are none of them. */
  forgetPeers(): void {
    this.#availability.clear()
    this.#isSorted = true
  }

  /** The first of a rank, by default the usual one, accepted, the rarest first, from those on that `least` peers have; -1 when none of `probesMax` is. */
  find(least: number, probesMax: number, accepts: (index: number) => boolean, rank: Rank = 'usual'): number {
    if (!this.#isSorted) this.#order.sort((index) => this.of(index))
    this.#isSorted = true
    return this.#order.find(rank, least, probesMax, accepts)
  }

  #count(word: number, more: number, less: number): void {
    const members = this.#members[word] as number
    const held = this.#availability.anyOf(word)
    if (more !== 0) this.#availability.add(word, more)
    if (less !== 0) this.#availability.remove(word, less)
    const now = this.#availability.anyOf(word)
    if (now !== held) this.#unheld += bitsIn(members & held & ~now) - bitsIn(members & now & ~held)
  }
}

const bitOf = (index: number): number => 0x80000000 >>> (index & 31)
