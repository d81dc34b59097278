/** The window a rate is measured over. Ten seconds, a choke round: short enough to follow a peer, long enough to rank it. */
export const rateWindowMs = 10_000

/** Readings closer together than this are merged, so that a rate holds at most some 20 however often it is fed. */
const readingMs = 500

/** The bytes that had come, in total, at a time. */
export interface Reading {
  readonly at: number
  readonly total: number
}

/**
 * Bytes a second over the last ten seconds. Immutable; feed it about once a second, with 0 when nothing came.
 *
 * A steady transfer reads true from its first second when the rate starts with it, and within ten seconds otherwise; ten
 * seconds after the last byte it is 0.
 */
export class Rate {
  /** Over the window; over the time since the start while that is shorter. */
  readonly bytesPerSecond: number
  /** Oldest first; the first is the last one that is not younger than the window. */
  readonly readings: readonly Reading[]

  private constructor(readings: readonly Reading[]) {
    const first = readings[0]
    const last = readings.at(-1)
    this.readings = readings
    this.bytesPerSecond =
      first === undefined || last === undefined || last.at === first.at
        ? 0
        : ((last.total - first.total) * 1000) / (last.at - first.at)
  }

  /** A rate of 0 that measures from `at` on. */
  static start(at: number): Rate {
    return new Rate([{ at, total: 0 }])
  }

  /** A rate with these readings, as another had them. */
  static of(readings: readonly Reading[]): Rate {
    return new Rate(readings)
  }

  /** The rate after `bytes` more came between the last call and `at`, which never goes back. */
  add(bytes: number, at: number): Rate {
    const total = this.total + bytes
    const beforeLast = this.readings.at(-2)
    // Of a time in which nothing came, its two ends say all: an idle peer has two readings.
    const merges = beforeLast !== undefined && (at - beforeLast.at < readingMs || beforeLast.total === total)
    const readings = merges ? this.readings.slice(0, -1) : this.readings.slice()
    readings.push({ at, total })
    const windowStart = at - rateWindowMs
    const firstInside = readings.findIndex((reading) => reading.at > windowStart)
    const kept = readings.slice(Math.max(0, firstInside - 1))
    const [first, second] = kept
    if (first && first.at < windowStart && first.total === second?.total) {
      kept[0] = { at: windowStart, total: first.total }
    }
    return new Rate(kept)
  }

  /** The bytes that have come since the start. */
  get total(): number {
    return this.readings.at(-1)?.total ?? 0
  }

  /** The number alone: keeps printed snapshots readable. */
  toJSON(): number {
    return Math.round(this.bytesPerSecond)
  }
}
