/** The queue that a connection aims at, at most (BEP 29, RFC 6817). */
export const targetDelayMicros = 100_000

/** Bytes the window grows by in a round trip; libutp and libtorrent have 3,000. */
const gainBytes = 3000

/** Packets the window begins with (RFC 6928 has 10; fewer for a transport that yields), and never goes below but after a timeout. */
const initialPackets = 4
const leastPackets = 2

/** How many bytes may be on the way at most: a gigabit over 40 ms. */
const windowBytesMax = 5 * 1024 * 1024

/**
 * A slowdown lasts two round trips; between two there are nine times as many as one took, with the way back (LEDBAT++), and these periods at
 * least: a newcomer looks often, while its neighbours make room.
 */
const slowdownRoundTrips = 2
const slowdownShare = 9
const slowdownPeriod = { first: 2_500_000, longest: 20_000_000 } as const

/** What is kept of a cut while it may prove wrong. */
interface Cut {
  readonly window: number
  readonly threshold: number
  /** Packets that count as lost since, less those that had only been late. */
  lost: number
}

/**
 * How many bytes may be on the way: LEDBAT (RFC 6817) with the growth and the slowdowns of LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus).
 * Each round trip adds `gainBytes` and, when the queue is longer than the target, takes a share of the window away that grows with the
 * excess: then flows that see one queue come to equal windows, and a little above the target is where they rest. Flows that came late
 * mistake the queue of others for the length of the way; so a flow that has kept a queue for a while lets it run dry for two round trips.
 * Loss halves the window once a round trip.
 */
export class CongestionWindow {
  #bytes: number
  /** Below it the window doubles each round trip. */
  #threshold = Number.POSITIVE_INFINITY
  #cutAt = Number.NEGATIVE_INFINITY
  #cut: Cut | undefined
  #slowdownAt = Number.POSITIVE_INFINITY
  #slowdownBeganAt = 0
  #period: number = slowdownPeriod.first
  #slowdownEndsAt = 0
  /** Whether a slowdown is under way, or the way back from it. */
  #isRecovering = false
  /** Whether the next slowdown is the one behind slow start, which is due whatever the queue seems to be. */
  #isFirst = false
  /** When the queue was last seen to be as good as empty. */
  #emptyAt = Number.NEGATIVE_INFINITY
  /** Bytes of a full packet. */
  packetBytes: number

  constructor(packetBytes: number) {
    this.packetBytes = packetBytes
    this.#bytes = initialPackets * packetBytes
  }

  /** Bytes that may be on the way. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether the window still doubles each round trip. */
  get isSlowStart(): boolean {
    return this.#bytes < this.#threshold
  }

  /**
   * `bytes` were acknowledged while packets wait for `queueMicros` on the way. The window grows only when `isLimiting`: it was what held us
   * back. In recovery too, or steady loss would leave it small.
   */
  acknowledged(
    bytes: number,
    queueMicros: number | undefined,
    isLimiting: boolean,
    now: number,
    roundTrip: number,
  ): void {
    const queue = queueMicros ?? 0
    if (queue < targetDelayMicros / 8) this.#emptyAt = now
    if (this.#isSlowingDown(now, roundTrip)) return
    if (this.isSlowStart) {
      if (queue > (this.#isRecovering ? targetDelayMicros : targetDelayMicros / 2)) this.#leaveSlowStart(now, roundTrip)
      else if (isLimiting) this.#grow(bytes)
      return
    }
    if (this.#isRecovering) this.#endSlowdown(now)
    const excess = Math.max(0, queue / targetDelayMicros - 1)
    if (excess > 0) this.#bytes -= bytes * Math.min(0.5, excess / 2)
    if (isLimiting) this.#grow((gainBytes * bytes) / Math.max(this.#bytes, this.packetBytes))
    this.#bytes = Math.max(this.#bytes, this.#least)
  }

  /** A packet that left at `sentAt` is lost: halves the window, unless it left before the window was last cut. */
  lost(sentAt: number, now: number): void {
    if (sentAt > this.#cutAt) {
      this.#beginCut(now)
      if (!this.#isRecovering) this.#slowdownAt = Math.min(this.#slowdownAt, now + this.#period)
      this.#bytes = Math.max(this.#bytes / 2, this.#least)
      this.#threshold = this.#bytes
    }
    if (this.#cut) this.#cut.lost++
  }

  /** Nothing came for so long that all `outstandingBytes` count as lost: begins again with one packet. */
  timedOut(outstandingBytes: number, lostPackets: number, now: number): void {
    this.#beginCut(now)
    if (this.#cut) this.#cut.lost = lostPackets
    this.#threshold = Math.max(outstandingBytes / 2, this.#least)
    this.#bytes = this.packetBytes
  }

  /** A packet that counted as lost had only been late: when that is true of all since the window was cut, it is as before. */
  wasLate(): void {
    if (this.#cut === undefined) return
    this.#cut.lost--
    if (this.#cut.lost > 0) return
    this.#bytes = Math.max(this.#bytes, this.#cut.window)
    this.#threshold = Math.max(this.#threshold, this.#cut.threshold)
    this.#cut = undefined
  }

  get #least(): number {
    return leastPackets * this.packetBytes
  }

  #grow(bytes: number): void {
    this.#bytes = Math.min(this.#bytes + bytes, windowBytesMax)
  }

  #beginCut(now: number): void {
    this.#cut = { window: this.#bytes, threshold: this.#threshold, lost: 0 }
    this.#cutAt = now
  }

  /** What is seen now was the window's doing one round trip ago, when it was half as large. */
  #leaveSlowStart(now: number, roundTrip: number): void {
    if (this.#threshold === Number.POSITIVE_INFINITY) {
      this.#bytes = Math.max(this.#bytes / 2, this.#least)
      this.#slowdownAt = now + slowdownRoundTrips * roundTrip
      this.#isFirst = true
    }
    this.#threshold = this.#bytes
  }

  /** Back at the window of before a slowdown. */
  #endSlowdown(now: number): void {
    this.#isRecovering = false
    this.#slowdownAt = now + Math.max(this.#period, slowdownShare * (now - this.#slowdownBeganAt))
    this.#period = Math.min(2 * this.#period, slowdownPeriod.longest)
  }

  #isSlowingDown(now: number, roundTrip: number): boolean {
    if (this.#isRecovering && now < this.#slowdownEndsAt) return true
    if (now < this.#slowdownAt) return false
    if (!this.#isFirst && this.#emptyAt > now - this.#period) {
      this.#slowdownAt = now + this.#period
      return false
    }
    this.#isFirst = false
    this.#isRecovering = true
    this.#slowdownBeganAt = now
    this.#slowdownEndsAt = now + slowdownRoundTrips * roundTrip
    this.#slowdownAt = Number.POSITIVE_INFINITY
    this.#threshold = this.#bytes
    this.#bytes = this.#least
    return true
  }
}
