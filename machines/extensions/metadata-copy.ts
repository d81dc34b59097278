import { metadataPieceBytes, metadataPieceCount } from '../../transport/wire/extended/metadata-pieces.ts'

/** One copy of the metadata with all its pieces, true or not. */
export interface WholeMetadata {
  readonly bytes: Uint8Array
  /** By piece, the peer that gave it. */
  readonly contributors: readonly number[]
}

/** One copy of the metadata while its pieces come in. Takes memory for the pieces that are here, whatever size was announced. */
export class MetadataCopy {
  /** In bytes. */
  readonly size: number
  readonly pieceCount: number
  readonly #pieces = new Map<number, { readonly data: Uint8Array; readonly peer: number }>()
  #held = 0

  constructor(size: number) {
    this.size = size
    this.pieceCount = metadataPieceCount(size)
  }

  /** Bytes of the pieces that are here. */
  get held(): number {
    return this.#held
  }

  get isWhole(): boolean {
    return this.#pieces.size === this.pieceCount
  }

  has(piece: number): boolean {
    return this.#pieces.has(piece)
  }

  /** Copies `data`, which has the right length. The first to give a piece gave it; false when it is here already. */
  put(piece: number, data: Uint8Array, peer: number): boolean {
    if (this.has(piece)) return false
    this.#pieces.set(piece, { data: data.slice(), peer })
    this.#held += data.length
    return true
  }

  /** Forgets the piece that has been here longest, if there is one. */
  shed(): void {
    for (const [piece, { data }] of this.#pieces) {
      this.#pieces.delete(piece)
      this.#held -= data.length
      return
    }
  }

  /** The bytes in one array. Throws an error while a piece is missing. */
  join(): WholeMetadata {
    const bytes = new Uint8Array(this.size)
    const contributors: number[] = []
    for (let piece = 0; piece < this.pieceCount; piece++) {
      const given = this.#pieces.get(piece)
      if (!given) throw new Error(`metadata piece ${piece} of ${this.pieceCount} is missing`)
      bytes.set(given.data, piece * metadataPieceBytes)
      contributors.push(given.peer)
    }
    return { bytes, contributors }
  }
}

/**
 * The peers that gave a piece of `bad` that is not as in `good`, of the same length: proven, when `good` passed its hash. Each peer once.
 */
export function liarsIn(bad: WholeMetadata, good: Uint8Array): number[] {
  const isWrong = (_: number, piece: number): boolean => {
    const begin = piece * metadataPieceBytes
    const end = Math.min(begin + metadataPieceBytes, good.length)
    // A loop: `some` is several times as slow, and there may be 10 MiB.
    for (let i = begin; i < end; i++) if (bad.bytes[i] !== good[i]) return true
    return false
  }
  return [...new Set(bad.contributors.filter(isWrong))]
}
