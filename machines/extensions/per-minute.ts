const minuteMs = 60_000

/** So many in a minute, counted from the first of them, and then as many again. */
export class PerMinute {
  readonly #max: number
  #count = 0
  #since = Number.NEGATIVE_INFINITY

  constructor(max: number) {
    this.#max = max
  }

  /** Whether one more is allowed at `at`, in milliseconds; it counts if so. */
  take(at: number): boolean {
    if (at - this.#since >= minuteMs) {
      this.#since = at
      this.#count = 0
    }
    if (this.#count >= this.#max) return false
    this.#count++
    return true
  }
}
