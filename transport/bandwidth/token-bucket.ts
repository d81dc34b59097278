/** What may pass at once after a pause, as a time of the rate. Twice what a timer and a busy event loop are late by. */
const burstMs = 200

/** The least burst of any rate: a `piece` message, so that a block finds room even at a few bytes a second. */
const burstBytesMin = 13 + 16 * 1024

/**
 * Bytes a second as tokens, one a byte: they come evenly and are kept up to a small burst. What passes is spent afterwards and may
 * leave a debt, so that a message larger than the burst passes too, and is paid for before the next. All times are milliseconds
 * that never go back.
 */
export class TokenBucket {
  #bytesPerSecond: number
  #tokens: number
  #filledAt: number

  /** Starts with the least burst. `bytesPerSecond`: above 0; Infinity lets everything pass. */
  constructor(bytesPerSecond: number, at: number) {
    this.#bytesPerSecond = bytesPerSecond
    this.#tokens = burstBytesMin
    this.#filledAt = at
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond
  }

  /** Another rate from `at` on. A debt stays, and is paid at the new rate. */
  setRate(bytesPerSecond: number, at: number): void {
    const tokens = this.tokens(at)
    this.#bytesPerSecond = bytesPerSecond
    this.#tokens = Math.min(tokens, burstBytesMin)
    this.#filledAt = at
  }

  /** What may pass at `at`: below 0 is a debt. */
  tokens(at: number): number {
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
    const burstBytes = Math.max(burstBytesMin, (this.#bytesPerSecond * burstMs) / 1000)
    const earned = (this.#bytesPerSecond * (at - this.#filledAt)) / 1000
    this.#tokens = Math.min(burstBytes, this.#tokens + earned)
    this.#filledAt = at
    return this.#tokens
  }

  /** So many bytes have passed. */
  spend(byteCount: number, at: number): void {
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return
    this.#tokens = this.tokens(at) - byteCount
  }

  /** Milliseconds from `at` until there is a token; 0 when there is one. */
  waitMs(at: number): number {
    const tokens = this.tokens(at)
    return tokens > 0 ? 0 : ((1 - tokens) * 1000) / this.#bytesPerSecond
  }
}
