import { requireObject } from '../transport/require.ts'
import type { BlockRequest } from '../transport/wire/messages.ts'

/** Bytes of a block, the most a request may ask for: what every client serves (BEP 3 as practised). */
export const blockBytes = 16_384

/** Where a file stands among the bytes of its torrent, in bytes. */
export interface FileSpan {
  readonly offset: number
  readonly length: number
  /** Zeros that align the next file to a piece (BEP 47): never a file on a disk. */
  readonly pad?: true
}

/** How a torrent's bytes divide into pieces, pieces into blocks, and what files they are. The last piece, and the last block of a piece, may be short. */
export class Layout {
  /** Bytes of every piece but the last. */
  readonly pieceLength: number
  /** Bytes of the torrent. */
  readonly length: number
  readonly pieceCount: number
  /** Blocks of every piece but the last. */
  readonly blocksPerPiece: number
  /** In the order of their bytes; pad files and empty ones are among them. */
  readonly files: readonly FileSpan[]

  /**
   * Lengths in bytes; `files`, in the order of their bytes, where none are given one of all of them. Throws a RangeError unless the lengths are positive
   * integers, and for files of other than `length` bytes.
   */
  constructor(lengths: {
    readonly pieceLength: number
    readonly length: number
    readonly files?: readonly FileSpan[] | undefined
  }) {
    requireObject('what a layout is made of', lengths)
    const { pieceLength, length } = lengths
    const files = lengths.files?.length ? lengths.files : [{ offset: 0, length }]
    if (!Number.isSafeInteger(pieceLength) || pieceLength < 1) throw new RangeError(`a piece length of ${pieceLength}`)
    if (!Number.isSafeInteger(length) || length < 1) throw new RangeError(`a torrent of ${length} bytes`)
    this.pieceLength = pieceLength
    this.length = length
    this.pieceCount = Math.ceil(length / pieceLength)
    this.blocksPerPiece = Math.ceil(pieceLength / blockBytes)
    const last = files.at(-1)
    if ((last ? last.offset + last.length : 0) !== length) throw new RangeError(`files of other than ${length} bytes`)
    this.files = files
  }

  /** The first piece with a byte of the file of that number, and the one behind the last: twice the same of an empty file. */
  piecesOfFile(file: number): readonly [first: number, end: number] {
    const span = this.files[file]
    if (span === undefined) throw new RangeError(`file ${file} of a torrent with ${this.files.length} files`)
    const first = Math.floor(span.offset / this.pieceLength)
    return [first, span.length === 0 ? first : Math.ceil((span.offset + span.length) / this.pieceLength)]
  }

  /** Bytes of a piece. Throws a RangeError when there is no such piece. */
  pieceBytes(index: number): number {
    if (!this.hasPiece(index)) throw new RangeError(`piece ${index} of a torrent with ${this.pieceCount} pieces`)
    return Math.min(this.pieceLength, this.length - index * this.pieceLength)
  }

  /** Blocks of a piece. Throws a RangeError when there is no such piece. */
  blocksIn(index: number): number {
    return Math.ceil(this.pieceBytes(index) / blockBytes)
  }

  /** The `block`th block of a piece, from 0. Throws a RangeError when there is no such piece or block. */
  blockAt(index: number, block: number): BlockRequest {
    const begin = block * blockBytes
    const length = Math.min(blockBytes, this.pieceBytes(index) - begin)
    if (!(length > 0 && block >= 0)) throw new RangeError(`block ${block} of piece ${index}`)
    return { index, begin, length }
  }

  /** Which block of its piece starts at `begin`, a multiple of `blockBytes`. */
  blockIndex(begin: number): number {
    return Math.floor(begin / blockBytes)
  }

  /** Whether these are exactly the bounds of one of the blocks above: what we ask for, and so what we take. */
  isBlock(index: number, begin: number, length: number): boolean {
    if (!this.hasPiece(index) || !(begin >= 0) || begin % blockBytes !== 0) return false
    return length > 0 && length === Math.min(blockBytes, this.pieceBytes(index) - begin)
  }

  /** Whether a peer may ask for this: at most a block's bytes, anywhere inside one piece (BEP 3). */
  isValidRequest({ index, begin, length }: BlockRequest): boolean {
    if (!this.hasPiece(index) || !Number.isInteger(begin) || !Number.isInteger(length)) return false
    return begin >= 0 && length > 0 && length <= blockBytes && begin + length <= this.pieceBytes(index)
  }

  /** Whether there is such a piece. */
  hasPiece(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.pieceCount
  }
}
