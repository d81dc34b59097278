/** In bytes: what is smaller is made anew, as it comes by the thousand and is soon gone. */
export const pooledBytesMin = 4 * 1024

/** Memory for what is under way on a network, which is used again: large memory that is new has to be given by the system page by page. */
export class BufferPool {
  /** What is free, by its size: a power of two. */
  readonly #free = new Map<number, ArrayBuffer[]>()

  /** Memory of that size, in which anything may stand. */
  lend(byteCount: number): Uint8Array<ArrayBuffer> {
    if (byteCount < pooledBytesMin) return new Uint8Array(byteCount)
    const size = 2 ** Math.ceil(Math.log2(byteCount))
    return new Uint8Array(this.#free.get(size)?.pop() ?? new ArrayBuffer(size), 0, byteCount)
  }

  /** What was lent is needed no more. What is never given back is lost to the pool, and to nobody else. */
  giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength < pooledBytesMin) return
    const free = this.#free.get(buffer.byteLength)
    if (free) free.push(buffer)
    else this.#free.set(buffer.byteLength, [buffer])
  }
}
