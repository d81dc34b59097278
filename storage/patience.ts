import { constants } from 'node:os'
import type { Clock } from '../transport/clock.ts'
import { errorCode } from './storage-error.ts'

/**
 * Milliseconds before each further try of a read that failed for a reason which may pass: together 6.5 s, which a network disk takes to
 * come back after its server was restarted or a cable was plugged in again. Our own numbers: a peer gives us a minute.
 */
export const retryDelaysMs: readonly number[] = [500, 1_500, 4_500]

/**
 * Milliseconds for which nothing is waited for after something did not come back: scattered bad sectors slow a check down by a tenth at
 * most, however many there are. Our own number: ten times the wait.
 */
export const restMs = 65_000

/** What disks, those in the network above all, say for a moment. */
const passingCodes: readonly string[] = [
  'EIO',
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'ETIMEDOUT',
  'EREMOTEIO',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTCONN',
  'ECONNRESET',
]

/** Node has no name for it: it comes as a number. */
const staleHandle = -constants.errno.ESTALE

/** Whether an error may pass by itself. */
export const isPassing = (error: unknown): boolean =>
  passingCodes.includes(errorCode(error) ?? '') ||
  (error instanceof Error && 'errno' in error && error.errno === staleHandle)

/**
 * Tries again what failed for a reason that may pass. A disk that did not come back once is not waited for again until it has answered,
 * and not for `restMs` in any case: what it holds is told to be lost at once.
 */
export class Patience {
  readonly #clock: Clock
  /** Those that wait for their next try. */
  readonly #waits = new Map<unknown, () => void>()
  #isLost = false
  #lostAt = Number.NEGATIVE_INFINITY
  #isOver = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What `read` resolves to, or how it failed the last time. */
  async with<Result>(read: () => Promise<Result>): Promise<Result> {
    for (const delayMs of retryDelaysMs) {
      try {
        const result = await read()
        this.#isLost = false
        return result
      } catch (error) {
        if (this.#isOver || this.#rests() || !isPassing(error)) throw error
      }
      await this.#wait(delayMs)
    }
    try {
      return await read()
    } catch (error) {
      if (isPassing(error)) {
        this.#isLost = true
        this.#lostAt = this.#clock.now()
      }
      throw error
    }
  }

  /** Whoever waits tries at once, and for the last time. */
  end(): void {
    this.#isOver = true
    for (const [timer, go] of this.#waits) {
      this.#clock.clearTimeout(timer)
      go()
    }
    this.#waits.clear()
  }

  #rests(): boolean {
    return this.#isLost || this.#clock.now() - this.#lostAt < restMs
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimeout(() => {
        this.#waits.delete(timer)
        resolve()
      }, ms)
      this.#waits.set(timer, resolve)
    })
  }
}
