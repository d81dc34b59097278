import type { UtpHost } from './host.ts'

/**
 * The one timer of a stream. Moving a deadline to later costs nothing: the timer fires at the earlier time, finds that it is too early, and is
 * set again. It does not keep the process alive.
 */
export class StreamTimer {
  readonly #host: Pick<UtpHost, 'clock' | 'nowMicros'>
  readonly #due: (now: number) => void
  #handle: unknown
  #firesAt = Number.POSITIVE_INFINITY
  #dueAt = Number.POSITIVE_INFINITY
  readonly #fire = () => {
    this.#firesAt = Number.POSITIVE_INFINITY
    const now = this.#host.nowMicros()
    if (now < this.#dueAt) this.set(this.#dueAt)
    else this.#due(now)
  }

  /** `due` is called when the time has come, with what time it is. */
  constructor(host: Pick<UtpHost, 'clock' | 'nowMicros'>, due: (now: number) => void) {
    this.#host = host
    this.#due = due
  }

  /** From now on `due` is called at `at`, in microseconds; Infinity: not any more. */
  set(at: number): void {
    this.#dueAt = at
    if (at >= this.#firesAt) return
    this.#host.clock.clearTimeout(this.#handle)
    this.#firesAt = at
    // A timer has whole milliseconds: a fraction would have it fire too early, and be set again.
    const ms = Math.max(0, Math.ceil((at - this.#host.nowMicros()) / 1000))
    this.#handle = this.#host.clock.setTimeout(this.#fire, ms)
    // Whoever waits for the stream waits for its socket.
    this.#host.clock.unref?.(this.#handle)
  }

  /** Nothing is due ever again. */
  clear(): void {
    this.#dueAt = Number.POSITIVE_INFINITY
    this.#host.clock.clearTimeout(this.#handle)
    this.#firesAt = Number.NEGATIVE_INFINITY
  }
}
