/** Bytes that wait to be carried, in the chunks that they were given in. */
export class ChunkQueue {
  #chunks: Uint8Array[] = []
  /** How much of the first chunk was taken. */
  #offset = 0
  #byteCount = 0

  /** Bytes that wait. */
  get byteCount(): number {
    return this.#byteCount
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#byteCount += chunk.length
  }

  clear(): void {
    this.#chunks = []
    this.#offset = 0
    this.#byteCount = 0
  }

  /** Moves the next bytes into `taken`, as many as it holds: no more than wait. */
  takeInto(taken: Uint8Array): void {
    let filled = 0
    let done = 0
    while (filled < taken.length) {
      const chunk = this.#chunks[done]
      if (chunk === undefined) break
      const part = chunk.subarray(this.#offset, this.#offset + taken.length - filled)
      taken.set(part, filled)
      filled += part.length
      this.#offset += part.length
      if (this.#offset === chunk.length) {
        this.#offset = 0
        done++
      }
    }
    this.#chunks.splice(0, done)
    this.#byteCount -= taken.length
  }
}
