const minuteMs = 60_000

/** So many in a minute for each peer, counted from the first of them, and then as many again. */
export class PerMinute {
  readonly #max: number
  /** The present minute of the peers that have taken any, by their numbers. */
  readonly #minutes = new Map<number, { readonly since: number; count: number }>()

  /** `max`: at least 1. */
  constructor(max: number) {
    this.#max = max
  }

  /** Whether one more is allowed to a peer at `at`, in milliseconds; it counts if so. */
  take(peer: number, at: number): boolean {
    const minute = this.#minutes.get(peer)
    if (minute === undefined || at - minute.since >= minuteMs) {
      this.#minutes.set(peer, { since: at, count: 1 })
      return true
    }
    if (minute.count >= this.#max) return false
    minute.count++
    return true
  }

  /** The peer is gone. */
  forget(peer: number): void {
    this.#minutes.delete(peer)
  }
}
