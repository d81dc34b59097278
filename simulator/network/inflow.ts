import type { Clock } from '../../transport/clock.ts'
import { type Downlink, packetBytes } from './access-link.ts'
import type { BufferPool } from './buffer-pool.ts'
import type { Carried } from './outflow.ts'

/** What empties it. */
export interface Sink {
  /** While it is true, what it received before has been read. */
  readonly isReading: boolean
  received(bytes: Uint8Array): void
  finished(): void
  /** So many bytes were read since the last call: the other end is to know. */
  hasRead(byteCount: number): void
}

/** The receiving half of one direction of a connection: what arrives waits for the downlink of its host, and then to be read. */
export class Inflow {
  readonly #clock: Clock
  readonly #downlink: Downlink
  readonly #pool: BufferPool
  readonly #sink: Sink
  #isCut = false
  /** What may be read. */
  #arrived: Carried[] = []
  /** What waits at the downlink, in order, and when the last of it is through. */
  readonly #waiting: Carried[] = []
  #lastThroughAt = 0

  constructor(clock: Clock, downlink: Downlink, pool: BufferPool, sink: Sink) {
    this.#clock = clock
    this.#downlink = downlink
    this.#pool = pool
    this.#sink = sink
  }

  /** Nobody reads any more. */
  cut(): void {
    this.#isCut = true
    this.#arrived = []
  }

  /** To be called when the reader goes on. */
  readOn(): void {
    queueMicrotask(() => this.#deliver())
  }

  /** What was carried arrives at the downlink. */
  arrive(what: Carried): void {
    const now = this.#clock.now()
    this.#lastThroughAt = Math.max(this.#lastThroughAt, this.#throughAt(what === 'finish' ? 0 : what.length))
    if (this.#lastThroughAt <= now && this.#waiting.length === 0) {
      this.#through(what)
      return
    }
    this.#waiting.push(what)
    // Two times that should be equal may differ in their last bit: whatever timer is first, the first that waits goes through.
    this.#clock.setTimeout(() => {
      const next = this.#waiting.shift()
      if (next !== undefined) this.#through(next)
    }, this.#lastThroughAt - now)
  }

  /** When what arrives now is through: less than a packet goes between the packets of others, where the line carries it. */
  #throughAt(byteCount: number): number {
    return byteCount < packetBytes && this.#downlink.slip(byteCount)
      ? this.#clock.now()
      : this.#downlink.throughAt(byteCount)
  }

  #through(what: Carried): void {
    if (this.#isCut) return
    this.#arrived.push(what)
    this.#deliver()
  }

  #deliver(): void {
    let readBytes = 0
    while (this.#sink.isReading && !this.#isCut) {
      const what = this.#arrived.shift()
      if (what === undefined) break
      if (what === 'finish') {
        this.#sink.finished()
        return
      }
      readBytes += what.length
      this.#sink.received(what)
      // A reader that stopped amid it may hold some of it still.
      if (this.#sink.isReading) this.#pool.giveBack(what)
    }
    if (!this.#isCut && readBytes > 0) this.#sink.hasRead(readBytes)
  }
}
