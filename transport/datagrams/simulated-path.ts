import type { Random } from '../random.ts'

/** What the way of datagrams from one host is like. A rate of 0.01 is one datagram in a hundred; every default is 0, or no limit. */
export interface PathOptions {
  /** How long a datagram is under way at least. */
  readonly latencyMs?: number
  /** Each takes up to so much longer, evenly spread, and overtakes others. */
  readonly jitterMs?: number
  readonly lossRate?: number
  /** Those of which a second one arrives, as much later as jitter has it. */
  readonly duplicateRate?: number
  /** Those that are held back for `reorderMs`, while others go by. */
  readonly reorderRate?: number
  /** Default 10. */
  readonly reorderMs?: number
  /** Those of which one bit is flipped, anywhere: as if the checksum had missed it. */
  readonly corruptRate?: number
  /** What the host can send in all, headers included. */
  readonly bytesPerSecond?: number
  /** How many bytes wait for a limited rate; what comes then is dropped. Default 256 KiB. */
  readonly queueBytes?: number
  /** The largest datagram that passes, headers included (576, say); larger ones are lost, as where fragments are. */
  readonly mtuBytes?: number
}

/** What IPv4 and UDP add to a datagram. */
export const headerBytes = 28

const defaultQueueBytes = 256 * 1024

/** The way out of one host: decides what becomes of each datagram, by time and chance alone. */
export class SimulatedPath {
  readonly #options: PathOptions
  readonly #random: Random
  /** When the last bit of what was sent has left. */
  #freeAtMs = 0

  constructor(options: PathOptions, random: Random) {
    for (const [name, value] of Object.entries(options)) {
      if (!(value >= 0) || (name.endsWith('Rate') && value > 1) || (name.endsWith('Ms') && !Number.isFinite(value))) {
        throw new RangeError(`${name} of a path cannot be ${value}`)
      }
    }
    if (options.bytesPerSecond === 0) throw new RangeError('bytesPerSecond of a path is above 0')
    this.#options = options
    this.#random = random
  }

  /** When copies of a datagram that is sent at `nowMs` arrive: at no time if it is lost, at two if it is doubled. */
  arrivals(byteCount: number, nowMs: number): number[] {
    const { latencyMs = 0, reorderMs = 10, mtuBytes = Number.POSITIVE_INFINITY } = this.#options
    if (byteCount + headerBytes > mtuBytes) return []
    const leftAtMs = this.#leave(byteCount + headerBytes, nowMs)
    if (leftAtMs === undefined || this.#happens(this.#options.lossRate)) return []
    const heldMs = this.#happens(this.#options.reorderRate) ? reorderMs : 0
    const copies = this.#happens(this.#options.duplicateRate) ? 2 : 1
    return Array.from({ length: copies }, () => leftAtMs + latencyMs + heldMs + this.#jitterMs())
  }

  /** Flips a bit of some. */
  harm(bytes: Uint8Array): void {
    if (bytes.length === 0 || !this.#happens(this.#options.corruptRate)) return
    const bit = Math.floor(this.#random() * bytes.length * 8)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  }

  /** When it has left; undefined if the queue has no room for it. */
  #leave(byteCount: number, nowMs: number): number | undefined {
    const { bytesPerSecond = Number.POSITIVE_INFINITY, queueBytes = defaultQueueBytes } = this.#options
    const startMs = Math.max(nowMs, this.#freeAtMs)
    const waitingBytes = startMs > nowMs ? ((startMs - nowMs) * bytesPerSecond) / 1000 : 0
    if (waitingBytes + byteCount > queueBytes && startMs > nowMs) return undefined
    this.#freeAtMs = startMs + (byteCount / bytesPerSecond) * 1000
    return this.#freeAtMs
  }

  #jitterMs(): number {
    const { jitterMs = 0 } = this.#options
    return jitterMs === 0 ? 0 : this.#random() * jitterMs
  }

  #happens(rate = 0): boolean {
    return rate > 0 && this.#random() < rate
  }
}
