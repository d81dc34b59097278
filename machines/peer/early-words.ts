import { PieceSet } from '../piece-set.ts'
import { limits } from './delays.ts'
import type { EarlyEvent } from './events.ts'

/** What can turn out wrong about early words when the metadata has come (see close-reason.ts). */
export type EarlyFault = 'bitfield_invalid' | 'have_out_of_range'

interface Words {
  /** Its first word: a bitfield, or that it has all or nothing. A `have` is one too: it began with nothing. */
  readonly first: Uint8Array | 'all' | 'none' | undefined
  /** Pieces it has, or has lost, since; a piece is in one of them at most. */
  readonly had: PieceSet
  readonly lost: PieceSet
  /** The greatest piece of a `have`, -1 without one: also of what it lost again. */
  readonly greatest: number
  readonly allowedFast: readonly number[]
}

const isPossible = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < limits.earlyPieces

/** Where a piece stands in its byte of a bitfield (BEP 3). */
const bitOf = (index: number): number => 0x80 >>> (index & 7)

/**
 * What a peer said of pieces while nobody knew how many there are (BEP 9), folded into what it comes to: nothing of it is lost, and
 * it takes no more memory than three bitfields. Immutable.
 */
export class EarlyWords {
  /** Of a peer that has said nothing. */
  static readonly none = new EarlyWords({
    first: undefined,
    had: PieceSet.none(limits.earlyPieces),
    lost: PieceSet.none(limits.earlyPieces),
    greatest: -1,
    allowedFast: [],
  })

  private readonly words: Words

  private constructor(words: Words) {
    this.words = words
  }

  /** It has said what it has, if only in part: a bitfield would not be its first word any more. */
  get saysPieces(): boolean {
    return this.words.first !== undefined
  }

  /** These and one more. An index that no torrent can have is passed over. */
  with(event: EarlyEvent): EarlyWords {
    const words = this.words
    const { first = 'none', had, lost, greatest, allowedFast } = words
    switch (event.type) {
      case 'wire.have_all':
        return this.began('all')
      case 'wire.have_none':
        return this.began('none')
      case 'wire.bitfield':
        // The bits are a view of the socket's buffer.
        return this.began(new Uint8Array(event.bits))
    }
    const { index } = event
    if (!isPossible(index)) return this
    switch (event.type) {
      case 'wire.have':
        return new EarlyWords({
          ...words,
          first,
          had: had.with(index),
          lost: lost.without(index),
          greatest: Math.max(greatest, index),
        })
      case 'torrent.note_dont_have':
        return new EarlyWords({ ...words, had: had.without(index), lost: lost.with(index) })
      case 'wire.allowed_fast':
        if (allowedFast.includes(index) || allowedFast.length >= limits.allowedFast) return this
        return new EarlyWords({ ...words, allowedFast: [...allowedFast, index] })
    }
  }

  /** What is wrong with them in a torrent of `pieceCount` pieces; undefined when nothing is. */
  faultOf(pieceCount: number): EarlyFault | undefined {
    const { first, greatest } = this.words
    if (first instanceof Uint8Array && !PieceSet.fromBits(first, pieceCount)) return 'bitfield_invalid'
    return greatest >= pieceCount ? 'have_out_of_range' : undefined
  }

  /** What the peer has of a torrent of `pieceCount` pieces; what does not fit is left out, see `faultOf`. */
  piecesOf(pieceCount: number): PieceSet {
    const { first = 'none', had, lost } = this.words
    const bits = first instanceof Uint8Array ? first.slice() : PieceSet[first](pieceCount).toBits()
    for (const index of had.indexes()) bits[index >>> 3] = (bits[index >>> 3] ?? 0) | bitOf(index)
    for (const index of lost.indexes()) {
      if (index >= pieceCount) break
      bits[index >>> 3] = (bits[index >>> 3] ?? 0) & ~bitOf(index)
    }
    return PieceSet.fromBits(bits, pieceCount) ?? PieceSet.none(pieceCount)
  }

  /** The pieces of a torrent of `pieceCount` that it lets us request while it chokes us (BEP 6), in the order they were said. */
  allowedFastOf(pieceCount: number): readonly number[] {
    return this.words.allowedFast.filter((index) => index < pieceCount)
  }

  /** Keeps printed snapshots readable. */
  toJSON(): object {
    const { had, lost, ...rest } = this.words
    return { ...rest, had: [...had.indexes()], lost: [...lost.indexes()] }
  }

  /** What it was said to have lost before it said what it has is in that word. */
  private began(first: Words['first']): EarlyWords {
    return new EarlyWords({ ...this.words, first, lost: EarlyWords.none.words.lost })
  }
}
