import { metadataBytesMax, metadataPieceBytes } from '../../transport/wire/extended/metadata-pieces.ts'
import type { MetadataCopy } from './metadata-copy.ts'

/** Bytes of the pieces that are here of all copies that are not whole: three of the longest, and thousands of what is usual. */
export const attemptsBytesMax = 32 * 1024 * 1024

/** Whoever holds a copy. */
export interface Holder {
  readonly copy: MetadataCopy
}

/**
 * How the memory for metadata is shared out among the copies of it (BEP 9) that peers claim. A copy takes what is here of it, whatever
 * its size is said to be. When all is used up, a piece of the longest makes room for one of a shorter copy: so what is not longer than
 * its share of the memory is never held up, whatever others claim and give. One may be `first`, and has room for all of it.
 */
export class MetadataRoom {
  readonly #isFull: boolean
  readonly #first: MetadataCopy | undefined
  readonly #longest: number

  constructor(holders: readonly Holder[], first: Holder | undefined) {
    this.#isFull = isFull(holders)
    this.#first = first?.copy
    this.#longest = longestOf(holders, first)?.held ?? 0
  }

  /** Whether a copy, so many pieces of which are asked for, may have one more. */
  isFor(copy: MetadataCopy, asked: number): boolean {
    return !this.#isFull || copy === this.#first || copy.held + (asked + 1) * metadataPieceBytes < this.#longest
  }
}

/** Whether there is no room for one more piece. */
export const isFull = (holders: readonly Holder[]): boolean => heldBy(holders) + metadataPieceBytes > attemptsBytesMax

/** Bytes that each of so many copies may hold, whatever the others do. */
export const shareOf = (copies: number): number => (attemptsBytesMax - metadataBytesMax) / copies

/** Takes pieces from the longest, the first one aside, until what is here is no more than `attemptsBytesMax`. */
export function shed(holders: readonly Holder[], first: Holder | undefined): void {
  while (heldBy(holders) > attemptsBytesMax) longestOf(holders, first)?.shed()
}

const heldBy = (holders: readonly Holder[]): number => holders.reduce((sum, { copy }) => sum + copy.held, 0)

function longestOf(holders: readonly Holder[], first: Holder | undefined): MetadataCopy | undefined {
  let longest: MetadataCopy | undefined
  for (const { copy } of holders) if (copy !== first?.copy && copy.held > (longest?.held ?? 0)) longest = copy
  return longest
}
