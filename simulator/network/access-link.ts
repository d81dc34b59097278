import type { Clock } from '../../transport/clock.ts'

/** What fills an uplink. */
export interface Sender {
  /** Takes at most so many bytes to be carried; answers how many. */
  take(byteCount: number): number
  /** What was taken has left. Answers whether more waits to be carried. */
  departed(): boolean
}

/** The least that an uplink carries at a time: an Ethernet packet's payload. */
export const packetBytes = 1448

/** The most that an uplink carries at a time: it shares itself among its connections by turns of this. */
const segmentBytesMax = 128 * 1024

/** How long a turn takes on a link that is neither very slow nor very fast, in milliseconds. */
const turnMs = 125

/**
 * What goes between the packets of others on a line: less than a packet at a time, and together no more than the line carries, for they may
 * be ahead of it by a turn and a packet at most.
 */
class Slips {
  #paidAtMs = 0

  /** Whether what takes the line so long may go now, between the packets of others. */
  take(nowMs: number, ms: number): boolean {
    if (this.#paidAtMs > nowMs + turnMs) return false
    this.#paidAtMs = Math.max(nowMs, this.#paidAtMs) + ms
    return true
  }
}

/**
 * The way out of a host, shared by all its connections: each that has something to send is carried for a segment in turn. So equal
 * connections have equal shares, as those of TCP over the same line have.
 */
export class Uplink {
  readonly #clock: Clock
  readonly #bytesPerMs: number
  readonly #segmentBytes: number
  readonly #waiting: Sender[] = []
  readonly #slips = new Slips()
  #isBusy = false
  /** When all is through that the line was given, what went between the packets of others included. */
  #freeAtMs = 0

  /** `bytesPerSecond`: above 0; Infinity is no limit. */
  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock
    this.#bytesPerMs = bytesPerSecond / 1000
    this.#segmentBytes = Math.min(segmentBytesMax, Math.max(packetBytes, Math.ceil(this.#bytesPerMs * turnMs)))
  }

  /** A connection has something to send. Once, until `departed` has answered false. */
  join(sender: Sender): void {
    this.#waiting.push(sender)
    if (!this.#isBusy) this.#serve()
  }

  /** So many bytes, less than a packet, go out between the packets of the others. Answers false where the line carries no more such: they have to `join`. */
  slip(byteCount: number): boolean {
    const ms = byteCount / this.#bytesPerMs
    if (!this.#slips.take(this.#clock.now(), ms)) return false
    this.#occupy(ms)
    return true
  }

  #occupy(ms: number): void {
    this.#freeAtMs = Math.max(this.#clock.now(), this.#freeAtMs) + ms
  }

  #serve(): void {
    const sender = this.#waiting.shift()
    this.#isBusy = sender !== undefined
    if (!sender) return
    const byteCount = sender.take(this.#segmentBytes)
    this.#occupy(byteCount / this.#bytesPerMs)
    this.#clock.setTimeout(() => {
      if (sender.departed()) this.#waiting.push(sender)
      this.#serve()
    }, this.#freeAtMs - this.#clock.now())
  }
}

/** The way into a host: what arrives goes through in the order of its arrival. */
export class Downlink {
  readonly #clock: Clock
  readonly #bytesPerMs: number
  readonly #slips = new Slips()
  #freeAtMs = 0

  /** `bytesPerSecond`: above 0; Infinity is no limit. */
  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock
    this.#bytesPerMs = bytesPerSecond / 1000
  }

  /** So many bytes arrive now. Answers when the last of them is through. */
  throughAt(byteCount: number): number {
    this.#freeAtMs = Math.max(this.#clock.now(), this.#freeAtMs) + byteCount / this.#bytesPerMs
    return this.#freeAtMs
  }

  /** So many bytes, less than a packet, arrive between the packets of the others. Answers false where the line carries no more such. */
  slip(byteCount: number): boolean {
    if (!this.#slips.take(this.#clock.now(), byteCount / this.#bytesPerMs)) return false
    this.throughAt(byteCount)
    return true
  }

  /** How long what arrives now would wait, in milliseconds. */
  get backlogMs(): number {
    return Math.max(0, this.#freeAtMs - this.#clock.now())
  }
}
