/** For how long lateness that was seen counts, at least; twice as long at most. */
const periodMicros = 10_000_000

/**
 * By how much a packet may be late before it counts as lost: a quarter of the shortest round trip (RFC 8985), or what packets that came late
 * have shown to be needed, up to a smoothed round trip. RFC 8985 learns that from reports of duplicates, which uTP does not have.
 */
export class Reordering {
  /** The shortest round trip and the smoothed one, as last measured. */
  shortestRoundTrip = 0
  #smoothedRoundTrip = 0
  #seen = 0
  #seenBefore = 0
  #periodEndsAt = 0

  /** New measurements. */
  measured(shortest: number, smoothed: number): void {
    this.shortestRoundTrip = shortest
    this.#smoothedRoundTrip = smoothed
  }

  /** A packet came `micros` later than the one that was sent last among those that have arrived. */
  late(micros: number, now: number): void {
    this.#forget(now)
    if (micros > this.#seen) this.#seen = micros
  }

  /** The margin in microseconds. */
  windowMicros(now: number): number {
    this.#forget(now)
    const needed = 1.25 * Math.max(this.#seen, this.#seenBefore)
    return Math.min(Math.max(needed, this.shortestRoundTrip / 4), this.#smoothedRoundTrip)
  }

  #forget(now: number): void {
    if (now < this.#periodEndsAt) return
    this.#seenBefore = now >= this.#periodEndsAt + periodMicros ? 0 : this.#seen
    this.#seen = 0
    this.#periodEndsAt = now + periodMicros
  }
}
