/** Bytes on their way to the owner of a connection, which may take them in parts, or pause. */
export class Delivery {
  readonly #take: (bytes: Uint8Array) => void
  /** The oldest first; `#offset` bytes of it were taken. */
  #queue: Uint8Array[] = []
  #offset = 0
  #isPaused = false
  #isDelivering = false
  #mostBytes = Number.POSITIVE_INFINITY

  constructor(take: (bytes: Uint8Array) => void) {
    this.#take = take
  }

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  /** Bytes that `deliver` is to hand over. */
  push(bytes: Uint8Array): void {
    this.#queue.push(bytes)
  }

  pause(): void {
    this.#isPaused = true
  }

  /** `deliver` is still to be called. */
  resume(): void {
    this.#isPaused = false
  }

  /** No more bytes at once than so many. */
  atMost(byteCount: number): void {
    this.#mostBytes = Math.max(1, byteCount)
  }

  clear(): void {
    this.#queue = []
    this.#offset = 0
  }

  /** Hands over what waits, unless its owner pauses. Called from inside itself it does nothing more. */
  deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      for (let next = this.#next(); next; next = this.#next()) this.#take(next)
    } finally {
      this.#isDelivering = false
    }
  }

  #next(): Uint8Array | undefined {
    const first = this.#queue[0]
    if (this.#isPaused || !first) return undefined
    const bytes = first.subarray(this.#offset, this.#offset + this.#mostBytes)
    this.#offset += bytes.length
    if (this.#offset === first.length) {
      this.#queue.shift()
      this.#offset = 0
    }
    return bytes
  }
}
