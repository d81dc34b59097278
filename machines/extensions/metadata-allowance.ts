/** What was used up is back after this time, however much it was. */
const refillMs = 600_000

/** How much one may still get of what may be asked for again and again. What is used up comes back evenly, in `refillMs`. */
export class MetadataAllowance {
  /** Used up, and as of when. */
  #used = 0
  #at = Number.NEGATIVE_INFINITY

  /** Uses up one of `max`; false when none is left. `max` may change from call to call; `at` in milliseconds. */
  take(max: number, at: number): boolean {
    const refilled = Math.min(1, (at - this.#at) / refillMs)
    this.#used = Math.max(0, this.#used - refilled * max)
    this.#at = at
    if (this.#used + 1 > max) return false
    this.#used++
    return true
  }
}
