import { addPiece, countPieces, hasPiece, removePiece } from './piece-bits.ts'

/** Which pieces are right, as far as is known. */
export class VerifiedPieces {
  readonly #bits: Uint8Array
  #missing: number

  /**
   * @param bits a bitfield of what a check has found, which is copied.
   * @throws RangeError when that is not of so many pieces: its length is another, or a spare bit is set.
   */
  constructor(bits: Uint8Array, pieceCount: number) {
    const spareBits = bits.length * 8 - pieceCount
    if (bits.length !== Math.ceil(pieceCount / 8) || ((bits.at(-1) ?? 0) & ((1 << spareBits) - 1)) !== 0)
      throw new RangeError(`the bitfield does not fit a torrent of ${pieceCount} pieces`)
    this.#bits = bits.slice()
    this.#missing = pieceCount - countPieces(bits)
  }

  get areAll(): boolean {
    return this.#missing === 0
  }

  has(index: number): boolean {
    return hasPiece(this.#bits, index)
  }

  note(index: number, isRight: boolean): void {
    if (this.has(index) === isRight) return
    this.#missing += isRight ? -1 : 1
    if (isRight) addPiece(this.#bits, index)
    else removePiece(this.#bits, index)
  }

  /** A bitfield of them as they are now. */
  toBits(): Uint8Array {
    return this.#bits.slice()
  }
}
