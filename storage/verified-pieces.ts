import { addPiece, countPieces, hasPiece, removePiece } from './piece-bits.ts'

/** Which pieces are right, as far as is known, and whether all are that are wanted. */
export class VerifiedPieces {
  readonly #bits: Uint8Array
  readonly #pieceCount: number
  /** Those that are not wanted; undefined: all are. */
  #skipped: Uint8Array | undefined
  /** Wanted ones that are not right. */
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
    this.#pieceCount = pieceCount
    this.#missing = pieceCount - countPieces(bits)
  }

  /** Others are wanted: all but those of a bitfield of as many. */
  leaveOut(skipped: Uint8Array): void {
    this.#skipped = skipped
    const settled = this.#bits.map((byte, at) => byte | (skipped[at] ?? 0))
    this.#missing = this.#pieceCount - countPieces(settled)
  }

  /** All that are wanted are right. */
  get areAll(): boolean {
    return this.#missing === 0
  }

  /** All are right, wanted or not. */
  get isWhole(): boolean {
    return countPieces(this.#bits) === this.#pieceCount
  }

  has(index: number): boolean {
    return hasPiece(this.#bits, index)
  }

  note(index: number, isRight: boolean): void {
    if (this.has(index) === isRight) return
    if (!this.#skipped || !hasPiece(this.#skipped, index)) this.#missing += isRight ? -1 : 1
    if (isRight) addPiece(this.#bits, index)
    else removePiece(this.#bits, index)
  }

  /** A bitfield of them as they are now. */
  toBits(): Uint8Array {
    return this.#bits.slice()
  }
}
