/**
 * The largest buffer that is kept for the next tail once its bytes are read: a frame with a 16 KiB block. A busy connection
 * has such a tail in every read, and filling a new buffer with zeroes each time costs as much as the copy.
 */
export const spareBytesMax = 4 + 9 + 16 * 1024

const none = new Uint8Array(0)

/**
 * Bytes that wait for the rest of what they belong to. The memory follows the bytes that came, never those that were
 * announced: it at most doubles with every growth, so appending byte by byte stays linear.
 */
export class Carry {
  #bytes: Uint8Array = none
  #length = 0

  /** The buffer: the first `length` bytes of it are those that wait. Append may replace it or overwrite what was reset. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** How many bytes wait. */
  get length(): number {
    return this.#length
  }

  /**
   * Copies `chunk` from `from` to `to` behind what waits. `bytesMax`: what the buffer will come to hold at most; it grows no
   * further in advance.
   */
  append(chunk: Uint8Array, from: number, to: number, bytesMax: number): void {
    const length = this.#length + to - from
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(bytesMax, 2 * this.#bytes.length)))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    // A loop beats the view and the call that `set` needs for the few bytes of a slow stream.
    if (to - from < 32) for (let i = from; i < to; i++) this.#bytes[this.#length + i - from] = chunk[i] as number
    else this.#bytes.set(chunk.subarray(from, to), this.#length)
    this.#length = length
  }

  /** Forgets the bytes; a buffer of up to `spareBytesMax` stays, unchanged until the next append. */
  reset(): void {
    this.#length = 0
    if (this.#bytes.length > spareBytesMax) this.#bytes = none
  }

  /** Forgets the bytes and the buffer. */
  release(): void {
    this.#length = 0
    this.#bytes = none
  }

  /** The bytes that wait, which are the caller's from now on: the carry is empty. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.release()
    return taken
  }
}
