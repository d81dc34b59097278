import type { SimulatedClock } from '../../../transport/simulated-clock.ts'
import type { Wire } from './linked-streams.ts'

const packetBytes = 1400

/** A flow with TCP's congestion control (RFC 5681) and always something to send: it fills the queue of a link until the link drops. */
export class Reno {
  readonly #clock: SimulatedClock
  readonly #wire: Wire
  readonly #backMs: number
  #window = 4 * packetBytes
  #threshold = Number.POSITIVE_INFINITY
  #next = 0
  /** By number, when each packet on the way was sent. */
  readonly #onTheWay = new Map<number, number>()
  #cutAt = 0
  /** Bytes that arrived. */
  arrivedBytes = 0

  /** `backMs`: how long its acknowledgements take, which wait for nothing. */
  constructor(clock: SimulatedClock, wire: Wire, backMs: number) {
    this.#clock = clock
    this.#wire = wire
    this.#backMs = backMs
  }

  send(): void {
    while ((this.#onTheWay.size + 1) * packetBytes <= this.#window) {
      const number = this.#next++
      this.#onTheWay.set(number, this.#clock.now())
      this.#wire.send(new Uint8Array(packetBytes), () => {
        this.arrivedBytes += packetBytes
        this.#clock.setTimeout(() => this.#acknowledged(number), this.#backMs)
      })
    }
  }

  #acknowledged(number: number): void {
    this.#onTheWay.delete(number)
    // Nothing changes places on this link: three behind it have arrived, or the way there would be longer.
    for (const [earlier, sentAt] of this.#onTheWay) {
      if (earlier > number - 3) break
      this.#onTheWay.delete(earlier)
      if (sentAt <= this.#cutAt) continue
      this.#cutAt = this.#clock.now()
      this.#window = Math.max(2 * packetBytes, this.#window / 2)
      this.#threshold = this.#window
    }
    this.#window += this.#window < this.#threshold ? packetBytes : (packetBytes * packetBytes) / this.#window
    this.send()
  }
}
