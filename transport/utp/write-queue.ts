/** Writes at the beginning that share no packet with another: Transmission 3.00 ignores what stands behind a handshake in its packet. */
const separateWrites = 4

/** What the owner has written and is in no packet yet, by reference. */
export class WriteQueue {
  #chunks: Uint8Array[] = []
  /** The chunk that is next, and how much of it has gone. */
  #chunkAt = 0
  #byteAt = 0
  #length = 0
  /** Where each of the first writes ends, in bytes from the beginning of all. */
  readonly #ends: number[] = []
  #taken = 0

  /** Bytes that wait. */
  get length(): number {
    return this.#length
  }

  /** Bytes that the next packet may have, if it is long enough. */
  get run(): number {
    for (const end of this.#ends) if (end > this.#taken) return end - this.#taken
    return this.#length
  }

  /** Queues the chunks of one write. */
  push(chunks: readonly Uint8Array[]): void {
    const before = this.#length
    for (const chunk of chunks) {
      if (chunk.length === 0) continue
      this.#chunks.push(chunk)
      this.#length += chunk.length
    }
    if (this.#length > before && this.#ends.length < separateWrites) this.#ends.push(this.#taken + this.#length)
  }

  /** Moves the next `byteCount` bytes, of which there are as many, into `into` from `at` on: the one copy. */
  take(into: Uint8Array, at: number, byteCount: number): void {
    let begin = at
    const end = at + byteCount
    while (begin < end) {
      const chunk = this.#chunks[this.#chunkAt] as Uint8Array
      const count = Math.min(end - begin, chunk.length - this.#byteAt)
      into.set(
        this.#byteAt === 0 && count === chunk.length ? chunk : chunk.subarray(this.#byteAt, this.#byteAt + count),
        begin,
      )
      begin += count
      this.#byteAt += count
      if (this.#byteAt === chunk.length) this.#nextChunk()
    }
    this.#length -= byteCount
    this.#taken += byteCount
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#chunks = []
    this.#chunkAt = 0
    this.#byteAt = 0
    this.#length = 0
  }

  #nextChunk(): void {
    this.#chunkAt++
    this.#byteAt = 0
    if (this.#chunkAt === this.#chunks.length) {
      this.#chunks = []
      this.#chunkAt = 0
    } else if (this.#chunkAt === 64) {
      this.#chunks.splice(0, this.#chunkAt)
      this.#chunkAt = 0
    }
  }
}
