import { Buckets } from './buckets.ts'

/** In which order pieces come, whatever their keys. */
export const ranks = ['first', 'usual'] as const

/** One of these. */
export type Rank = (typeof ranks)[number]

/** Pieces sorted by rank, and those of a rank by a small number, as `Buckets` sorts them. Each has a rank whether it is a member or not. */
export class RankedBuckets {
  readonly #pieces: number
  readonly #random: () => number
  readonly #usual: Buckets
  /** Those of the first rank, and which these are, a byte each; not there before there was one. */
  #first: { readonly members: Buckets; readonly are: Uint8Array } | undefined

  /** No member, all of the usual rank, and all keys 0. `pieces`: indexes are below it. */
  constructor(pieces: number, random: () => number) {
    this.#pieces = pieces
    this.#random = random
    this.#usual = new Buckets(pieces, random)
  }

  get size(): number {
    return this.#usual.size + this.sizeOf('first')
  }

  /** How many members are of a rank. */
  sizeOf(rank: Rank): number {
    return rank === 'usual' ? this.#usual.size : (this.#first?.members.size ?? 0)
  }

  has(index: number): boolean {
    return this.#of(index).has(index)
  }

  rankOf(index: number): Rank {
    return this.#first?.are[index] ? 'first' : 'usual'
  }

  /** Gives it another rank. */
  rank(index: number, rank: Rank): void {
    if (this.rankOf(index) === rank) return
    const before = this.#of(index)
    this.#first ??= { members: new Buckets(this.#pieces, this.#random), are: new Uint8Array(this.#pieces) }
    this.#first.are[index] = rank === 'first' ? 1 : 0
    const after = this.#of(index)
    after.rekey(index, before.keyOf(index))
    if (!before.has(index)) return
    before.remove(index)
    after.add(index)
  }

  /** Makes it a member under its key; nothing when it is one. */
  add(index: number): void {
    this.#of(index).add(index)
  }

  /** Makes it no member; nothing when it is none. */
  remove(index: number): void {
    this.#of(index).remove(index)
  }

  /** Gives it another key. */
  rekey(index: number, key: number): void {
    this.#of(index).rekey(index, key)
  }

  /** Gives each member the key that `keyOf` answers, as many at once. */
  sort(keyOf: (index: number) => number): void {
    this.#usual.sort(keyOf)
    this.#first?.members.sort(keyOf)
  }

  /** The first member of a rank accepted, lowest key first, from `lowestKey` on; -1 when none of the first `probesMax` is. */
  find(rank: Rank, lowestKey: number, probesMax: number, accepts: (index: number) => boolean): number {
    const members = rank === 'usual' ? this.#usual : this.#first?.members
    return members?.find(lowestKey, probesMax, accepts) ?? -1
  }

  #of(index: number): Buckets {
    return this.#first?.are[index] ? this.#first.members : this.#usual
  }
}
