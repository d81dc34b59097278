import type { Layout } from '../../layout.ts'

/** Buffers of whole pieces kept for the next one, in bytes: making and clearing 1 MiB anew costs as much as filling it. */
const keptBytesMax = 32 * 1024 * 1024

/** The memory that blocks land in until their piece is whole: one buffer a piece in progress, made when its first block comes. */
export class PieceBuffers {
  readonly #layout: Layout
  readonly #open = new Map<number, Uint8Array>()
  #kept: Uint8Array[] = []

  constructor(layout: Layout) {
    this.#layout = layout
  }

  /** Bytes held for pieces in progress. */
  get openBytes(): number {
    return this.#open.size * this.#layout.pieceLength
  }

  /** Copies a block to its place. */
  put(index: number, begin: number, data: Uint8Array): void {
    let buffer = this.#open.get(index)
    if (!buffer) {
      buffer = this.#take()
      this.#open.set(index, buffer)
    }
    buffer.set(data, begin)
  }

  /** The memory of a piece in progress, where its blocks that came have their places; undefined when none came. */
  peek(index: number): Uint8Array | undefined {
    return this.#open.get(index)
  }

  /** Hands out a whole piece, which is its taker's until it comes back by `recycle`. Throws when no block of it came. */
  take(index: number): Uint8Array {
    const buffer = this.#open.get(index)
    if (!buffer) throw new RangeError(`no block of piece ${index} is here`)
    this.#open.delete(index)
    return buffer.subarray(0, this.#layout.pieceBytes(index))
  }

  /** Frees the memory of a piece in progress, with the blocks in it. */
  drop(index: number): void {
    const buffer = this.#open.get(index)
    if (!buffer) return
    this.#open.delete(index)
    this.recycle(buffer)
  }

  /** Gives back what `take` handed out, for the next piece. */
  recycle(data: Uint8Array): void {
    if ((this.#kept.length + 1) * this.#layout.pieceLength <= keptBytesMax) this.#kept.push(data)
  }

  /** Frees everything. */
  clear(): void {
    this.#open.clear()
    this.#kept = []
  }

  #take(): Uint8Array {
    const kept = this.#kept.pop()
    return kept ? new Uint8Array(kept.buffer, 0, this.#layout.pieceLength) : new Uint8Array(this.#layout.pieceLength)
  }
}
