/** Before anything was measured, and the least that is waited: BEP 29's 1 s and 500 ms. Doubled with each timeout up to 15 s, as libutp does. */
const timeouts = { initial: 1_000_000, min: 500_000, max: 15_000_000 } as const

/** For how long the shortest round trip counts: a route that changed is believed afterwards. */
const minPeriodMicros = 60_000_000

/** The round-trip time of a path and how long to wait for an acknowledgement (RFC 6298). Times in microseconds. */
export class RoundTrip {
  /** Smoothed; 0 before the first sample. */
  smoothed = 0
  /** The shortest of the last minute; Infinity before the first sample. */
  min = Number.POSITIVE_INFINITY
  #minAt = 0
  #variation = 0
  #timeout: number = timeouts.initial
  /** How many timeouts have passed since something new was acknowledged. */
  #backOffs = 0

  /** How long to wait for an acknowledgement before what is outstanding counts as lost. */
  get timeout(): number {
    return Math.min(timeouts.max, this.#timeout * 2 ** this.#backOffs)
  }

  /** A packet that was sent once came back acknowledged after `micros`. */
  sample(micros: number, now: number): void {
    if (micros <= this.min || now - this.#minAt > minPeriodMicros) {
      this.min = micros
      this.#minAt = now
    }
    if (this.smoothed === 0) {
      this.smoothed = micros
      this.#variation = micros / 2
    } else {
      this.#variation += (Math.abs(this.smoothed - micros) - this.#variation) / 4
      this.smoothed += (micros - this.smoothed) / 8
    }
    this.#timeout = Math.max(timeouts.min, this.smoothed + 4 * this.#variation)
  }

  /** A timeout has passed: the next is twice as long. */
  backOff(): void {
    this.#backOffs++
  }

  /** Something new was acknowledged, or the remote has spoken and that is enough: timeouts are as measured again. */
  settle(): void {
    this.#backOffs = 0
  }
}
