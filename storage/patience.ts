import { constants } from 'node:os'
import type { Clock } from '../transport/clock.ts'
import { errorCode, errorPath } from './storage-error.ts'

/**
 * Milliseconds before each further try of a read that failed for a reason which may pass: together 6.5 s, which a network disk takes to
 * come back after its server was restarted or a cable was plugged in again. Our own numbers: a peer gives us a minute.
 */
export const retryDelaysMs: readonly number[] = [500, 1_500, 4_500]

/**
 * Milliseconds for which a file is not waited for after something of it did not come back: scattered bad sectors of one slow a check down
 * by a tenth at most, however many there are. Our own number: ten times the wait.
 */
export const restMs = 65_000

/** Files that rest, each for one code, after which nothing is waited for: more than a bad sector is amiss, and a third of the time at most is spent on waits. */
export const restsMax = 3

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

/** A file and the code it failed with; what tells no path counts as one file. */
const keyOf = (error: unknown): string => `${errorCode(error)} ${errorPath(error)}`

interface Rest {
  /** When it did not come back, in milliseconds. */
  readonly since: number
  /** Whether the disk has answered since, for whichever file. */
  hasAnswered: boolean
}

/**
 * Tries again what failed for a reason that may pass. A file that did not come back once rests: it is not waited for again, where it
 * fails with the same code, until the disk has answered, and not for `restMs` in any case: what it holds is told to be lost at once.
 * While `restsMax` rest, all do.
 */
export class Patience {
  readonly #clock: Clock
  /** Those that wait for their next try. */
  readonly #waits = new Map<unknown, () => void>()
  /** Of `restsMax` files at most, by `keyOf`. */
  readonly #rests = new Map<string, Rest>()
  #isOver = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What `read` resolves to, or how it failed the last time. */
  async with<Result>(read: () => Promise<Result>): Promise<Result> {
    for (const delayMs of retryDelaysMs) {
      try {
        const result = await read()
        for (const rest of this.#rests.values()) rest.hasAnswered = true
        return result
      } catch (error) {
        if (this.#isOver || this.#isResting(error) || !isPassing(error)) throw error
      }
      await this.#wait(delayMs)
    }
    try {
      return await read()
    } catch (error) {
      if (isPassing(error)) this.#rest(error)
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

  #rest(error: unknown): void {
    const key = keyOf(error)
    if (this.#rests.has(key) || this.#rests.size < restsMax) {
      this.#rests.set(key, { since: this.#clock.now(), hasAnswered: false })
    }
  }

  #isResting(error: unknown): boolean {
    const now = this.#clock.now()
    for (const [one, { since, hasAnswered }] of this.#rests) {
      if (hasAnswered && now - since >= restMs) this.#rests.delete(one)
    }
    return this.#rests.has(keyOf(error)) || this.#rests.size >= restsMax
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
