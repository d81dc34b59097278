import { PieceSet } from '../../piece-set.ts'
import { limits } from './delays.ts'
import type { EarlyEvent } from './wire-events.ts'

/** What can turn out wrong about early words when the metadata has come (see close-reason.ts). */
export type EarlyFault = 'bitfield_invalid' | 'have_out_of_range'

/** What a peer said, as it is kept. */
export interface Words {
  /** What it last said of all pieces: a bitfield, or that it has all or nothing. A first `have` says so too: it began with nothing. */
  readonly said: Uint8Array | 'all' | 'none' | undefined
  /** Pieces it has, or has lost, since; a piece is in one of them at most. */
  readonly had: PieceSet
  readonly lost: PieceSet
  /** Of its bitfields, how long each was, and the furthest bit set, -1 without one: what they would be valid for. */
  readonly bitfieldBytes: readonly number[]
  readonly furthestBit: number
  /** The greatest piece of a `have`, -1 without one: also of what it lost again. */
  readonly greatest: number
  readonly allowedFast: readonly number[]
}

const isPossible = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < limits.earlyPieces

/** Where a piece stands in its byte of a bitfield (BEP 3). */
const bitOf = (index: number): number => 0x80 >>> (index & 7)

const isSet = (bits: Uint8Array, index: number): boolean => ((bits[index >>> 3] ?? 0) & bitOf(index)) !== 0

/**
 * What a peer said of pieces while it was unknown how many there are (BEP 9), folded into what it comes to: nothing of it is lost, and
 * it takes no more memory than three bitfields. Immutable.
 */
export class EarlyWords {
  /** Of a peer that has said nothing. */
  static readonly none = new EarlyWords({
    said: undefined,
    had: PieceSet.none(limits.earlyPieces),
    lost: PieceSet.none(limits.earlyPieces),
    bitfieldBytes: [],
    furthestBit: -1,
    greatest: -1,
    allowedFast: [],
  })

  readonly words: Words

  private constructor(words: Words) {
    this.words = words
  }

  /** What was kept of a peer. */
  static of(words: Words): EarlyWords {
    const { said, had, lost, bitfieldBytes, greatest, allowedFast } = words
    const isNothing = said === undefined && had.isNone && lost.isNone && greatest < 0
    return isNothing && bitfieldBytes.length + allowedFast.length === 0 ? EarlyWords.none : new EarlyWords(words)
  }

  /** It has said what it has, if only in part. */
  get saysPieces(): boolean {
    return this.words.said !== undefined
  }

  /** Whether it has said that it has the piece, by a `have`. */
  hasHad(index: number): boolean {
    return this.words.had.has(index)
  }

  /** How many it has said so of. */
  get hadCount(): number {
    return this.words.had.count
  }

  /** How many of those it lacks by a bitfield. */
  lostBy(bits: Uint8Array): number {
    let count = 0
    for (const index of this.words.had.indexes()) if (!isSet(bits, index)) count++
    return count
  }

  /** These and one more. An index that no torrent can have is passed over. */
  with(event: EarlyEvent): EarlyWords {
    const words = this.words
    const { said = 'none', had, lost, greatest, allowedFast } = words
    switch (event.type) {
      case 'wire.have_all':
        return this.anew('all', this.words.had)
      case 'wire.have_none':
        return this.anew('none', EarlyWords.none.words.had)
      case 'wire.bitfield':
        return this.anewByBits(event.bits)
    }
    const { index } = event
    if (!isPossible(index)) return this
    switch (event.type) {
      case 'wire.have':
        return new EarlyWords({
          ...words,
          said,
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
    const { bitfieldBytes, furthestBit, greatest } = this.words
    const bytes = Math.ceil(pieceCount / 8)
    if (furthestBit >= pieceCount || bitfieldBytes.some((length) => length !== bytes)) return 'bitfield_invalid'
    return greatest >= pieceCount ? 'have_out_of_range' : undefined
  }

  /** What the peer has of a torrent of `pieceCount` pieces; what does not fit is left out, see `faultOf`. */
  piecesOf(pieceCount: number): PieceSet {
    const { said = 'none', had, lost } = this.words
    const bits = said instanceof Uint8Array ? said.slice() : PieceSet[said](pieceCount).toBits()
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

  private anewByBits(bits: Uint8Array): EarlyWords {
    const { bitfieldBytes, furthestBit } = this.words
    return this.anew(
      // The bits are a view of the socket's buffer.
      new Uint8Array(bits),
      this.hadOf(bits),
      bitfieldBytes.includes(bits.length) ? bitfieldBytes : [...bitfieldBytes, bits.length].slice(0, 2),
      Math.max(furthestBit, lastBitOf(bits)),
    )
  }

  /** Those of its haves that a bitfield repeats. */
  private hadOf(bits: Uint8Array): PieceSet {
    const { had } = this.words
    if (this.lostBy(bits) === 0) return had
    const kept = had.toBits().map((byte, at) => byte & (bits[at] ?? 0))
    return PieceSet.fromBits(kept, limits.earlyPieces) ?? EarlyWords.none.words.had
  }

  /**
   * What it has lost before it said anew what it has is part of that; so are its haves. `had`: those that still hold, which are no news
   * when they are said again.
   */
  private anew(
    said: Words['said'],
    had: PieceSet,
    bitfieldBytes = this.words.bitfieldBytes,
    furthestBit = this.words.furthestBit,
  ): EarlyWords {
    const { lost } = EarlyWords.none.words
    return new EarlyWords({ ...this.words, said, had, lost, bitfieldBytes, furthestBit })
  }
}

/** The last bit set, -1 for none. */
function lastBitOf(bits: Uint8Array): number {
  const byte = bits.findLastIndex((one) => one !== 0)
  return byte < 0 ? -1 : byte * 8 + 7 - Math.log2((bits[byte] as number) & -(bits[byte] as number))
}
