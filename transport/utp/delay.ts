import { isShorterDelay, timestampDifference } from './sequence.ts'

/** Minima that the base delay is the least of, and how long each is of: 13 minutes, as libutp keeps. */
const baseMinimaMax = 13
const minimumMicros = 60_000_000

/** Samples that the present delay is the least of (RFC 6817, CURRENT_FILTER): one late packet is no queue. */
const currentSamples = 4

/**
 * How long packets wait in queues on the way to the remote (RFC 6817): by how much the delay that it tells is above the shortest of the last
 * 13 minutes. What it tells is the difference of two clocks, so only differences of it mean anything.
 */
export class QueueDelay {
  /** Minima by the minute, the present one last. */
  readonly #minima: number[] = []
  #minuteEndsAt = 0
  readonly #current: number[] = []
  #nextSlot = 0
  #micros: number | undefined

  /** The waiting time in microseconds: the least of the last four samples above the base. Undefined before the first. */
  get micros(): number | undefined {
    return this.#micros
  }

  /** The remote tells a delay, modulo 2^32; 0 is no sample. */
  sample(delay: number, now: number): void {
    if (delay === 0) return
    this.#noteMinimum(delay, now)
    this.#current[this.#nextSlot] = delay
    this.#nextSlot = (this.#nextSlot + 1) % currentSamples
    this.#micros = timestampDifference(least(this.#current), least(this.#minima))
  }

  /**
   * A packet and its acknowledgement took `roundTrip` microseconds in all, so none waited for longer. What seems to is a clock that was set,
   * or stood still with its process or its machine: the base of before means nothing any more. (libutp takes the lesser of the two.)
   */
  tookInAll(roundTrip: number): void {
    if (this.#micros === undefined || this.#micros <= roundTrip) return
    this.#minima.splice(0, this.#minima.length, least(this.#current))
    this.#micros = 0
  }

  #noteMinimum(delay: number, now: number): void {
    const last = this.#minima.length - 1
    if (last < 0 || now >= this.#minuteEndsAt) {
      if (this.#minima.length === baseMinimaMax) this.#minima.shift()
      this.#minima.push(delay)
      this.#minuteEndsAt = now + minimumMicros
    } else if (isShorterDelay(delay, this.#minima[last] as number)) {
      this.#minima[last] = delay
    }
  }
}

function least(delays: readonly number[]): number {
  let found = delays[0] as number
  for (const delay of delays) if (isShorterDelay(delay, found)) found = delay
  return found
}
