import { metadataPieceBytes } from '../../transport/wire/extended/metadata-pieces.ts'
import type { MetadataCopy } from './metadata-copy.ts'

/** Bytes of the pieces that are here of all copies that are not whole: three of the longest, and thousands of what is usual. */
export const attemptsBytesMax = 32 * 1024 * 1024

/** A holder of a copy. */
export interface Holder {
  readonly copy: MetadataCopy
  /** When it was last given a piece of it, in milliseconds. */
  readonly gaveAt: number
}

/**
 * How the memory for metadata is shared out among the copies of it (BEP 9) that peers claim. A copy takes what is here of it, whatever
 * its size is said to be. When all is used up, the copies that stand still make room first, that which has stood longest before the
 * others; then the longest does, piece by piece, for those that are shorter: so what is not longer than its share among those that
 * move is never held up, whatever others claim and give. Some may be seated, and have room for all of theirs.
 */
export class MetadataRoom<T extends Holder> {
  readonly #holders: readonly T[]
  readonly #seated: ReadonlySet<T>
  readonly #isMoving: (holder: T) => boolean
  readonly #isFull: boolean
  readonly #stalest: T | undefined
  /** Bytes held by the longest of those that move. */
  readonly #longest: number

  constructor(holders: readonly T[], seated: ReadonlySet<T>, isMoving: (holder: T) => boolean) {
    this.#holders = holders
    this.#seated = seated
    this.#isMoving = isMoving
    this.#isFull = isFull(holders)
    this.#stalest = this.#isFull ? this.#findStalest() : undefined
    this.#longest = this.#isFull ? (this.#findLongest()?.copy.held ?? 0) : 0
  }

  /** Whether a copy that moves, so many pieces of which are asked for, may have one more. */
  isFor(holder: T, asked: number): boolean {
    if (!this.#isFull || this.#stalest || this.#seated.has(holder)) return true
    return holder.copy.held + (asked + 1) * metadataPieceBytes < this.#longest
  }

  /** Whether memory is used up, and a copy so many pieces longer would be among the longest, which make room for others. */
  isHeldUp({ copy }: T, pieces: number): boolean {
    return this.#isFull && copy.held + pieces * metadataPieceBytes >= this.#longest
  }

  /** Takes pieces from those that make room, until what is here is no more than `attemptsBytesMax`. */
  shed(): void {
    let over = heldBy(this.#holders) - attemptsBytesMax
    while (over > 0) {
      const holder = this.#findStalest() ?? this.#findLongest()
      if (!holder) return
      const before = holder.copy.held
      holder.copy.shed()
      over -= before - holder.copy.held
    }
  }

  #findStalest(): T | undefined {
    let stalest: T | undefined
    for (const holder of this.#holders) {
      if (holder.copy.held === 0 || this.#seated.has(holder) || this.#isMoving(holder)) continue
      if (stalest === undefined || holder.gaveAt < stalest.gaveAt) stalest = holder
    }
    return stalest
  }

  #findLongest(): T | undefined {
    let longest: T | undefined
    for (const holder of this.#holders) {
      if (holder.copy.held > (longest?.copy.held ?? 0) && !this.#seated.has(holder) && this.#isMoving(holder))
        longest = holder
    }
    return longest
  }
}

/** Whether there is no room for one more piece. */
export const isFull = (holders: readonly Holder[]): boolean => heldBy(holders) + metadataPieceBytes > attemptsBytesMax

const heldBy = (holders: readonly Holder[]): number => holders.reduce((sum, { copy }) => sum + copy.held, 0)
