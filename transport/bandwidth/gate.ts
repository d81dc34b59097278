import type { Clock } from '../clock.ts'
import { TokenBucket } from './token-bucket.ts'

/** The least time between two rounds of turns, that of one turn. Shorter ones cost processor time; the burst of a bucket spans four. */
const roundMs = 50

/** The longest time a timer can be set for; a longer one would fire at once. A waiter that still has to wait then waits anew. */
const timerMsMax = 2 ** 31 - 1

/** What waits at a gate. */
export interface Waiter {
  /** When it last passed after it had waited, here or at another gate. */
  readonly lastTurnAt: number
  /**
   * It is its turn: it lets a small amount of bytes pass, and waits again for more. Answers how many bytes it will let pass later,
   * by this turn; what passes at once it spends. `at`: the time.
   */
  go(at: number): number
}

/**
 * One limit in one direction, and the waiters there. The waiter whose last turn is longest ago is next, then the one that came first, so
 * equal turns make equal shares, also for waiters at several gates. One timer serves them all, and it is set only while one waits.
 */
export class Gate {
  readonly #clock: Clock
  readonly #bucket: TokenBucket
  /** The next first. */
  readonly #waiters: Waiter[] = []
  #timer: unknown

  /** `bytesPerSecond`: above 0; Infinity is no limit. */
  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock
    this.#bucket = new TokenBucket(bytesPerSecond, clock.now())
  }

  get bytesPerSecond(): number {
    return this.#bucket.bytesPerSecond
  }

  get isLimited(): boolean {
    return this.#bucket.bytesPerSecond !== Number.POSITIVE_INFINITY
  }

  /** Another limit from now on, also for the waiters there are. */
  setLimit(bytesPerSecond: number): void {
    this.#bucket.setRate(bytesPerSecond, this.#clock.now())
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#arm()
  }

  /** Milliseconds until bytes may pass. */
  get waitMs(): number {
    return this.isLimited ? this.#bucket.waitMs(this.#clock.now()) : 0
  }

  /** A waiter waits that was here first. */
  get isContended(): boolean {
    return this.#waiters.length > 0
  }

  /** So many bytes have passed. */
  spend(byteCount: number): void {
    if (this.isLimited) this.#bucket.spend(byteCount, this.#clock.now())
  }

  /** Takes a place in the line; once. */
  wait(waiter: Waiter): void {
    let place = this.#waiters.length
    while (place > 0 && (this.#waiters[place - 1] as Waiter).lastTurnAt > waiter.lastTurnAt) place--
    this.#waiters.splice(place, 0, waiter)
    this.#arm()
  }

  /** Gives the place up. */
  leave(waiter: Waiter): void {
    const place = this.#waiters.indexOf(waiter)
    if (place >= 0) this.#waiters.splice(place, 1)
    if (this.#waiters.length > 0) return
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#waiters.length === 0) return
    const waitMs = this.isLimited ? Math.max(roundMs, this.#bucket.waitMs(this.#clock.now())) : 0
    this.#timer = this.#clock.setTimeout(() => this.#serve(), Math.min(waitMs, timerMsMax))
  }

  /** Turns until the tokens are spent or promised. A waiter that waits again meanwhile may have another. */
  #serve(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    let promised = 0
    while (this.#bucket.tokens(now) > promised) {
      const next = this.#waiters.shift()
      if (!next) return
      promised += next.go(now)
    }
    this.#arm()
  }
}
