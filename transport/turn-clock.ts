import type { Clock } from './clock.ts'

/** What a `TurnClock` needs of an event loop. */
export interface EventLoop {
  now(): number
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
  /** From now on a pending timer does not keep the process alive. */
  unref(handle: unknown): void
  /** Calls `run` in this turn of the loop or the next, after its timers. */
  setImmediate(run: () => void): void
}

/** A pending timer of a `TurnClock`; opaque to its user. */
export interface TurnTimer {
  readonly run: () => void
  handle: unknown
}

/** How long timers run in a row, in milliseconds, the last one to its end: some 100 blocks of 16 KiB are taken in that time. */
export const turnMs = 10

/**
 * The time of an event loop, whose timers leave room for everything else. Node runs all timers that are due in a row, those that
 * fall due meanwhile included: a thousand peers whose timers fire together would keep the process from its sockets for as long
 * as there are any. Here the rest waits for the next turn, in its order. A timer of 0 ms runs in the next turn too: Node makes 1 ms of
 * it, in which a process that does its work turn by turn would sleep.
 */
export class TurnClock implements Clock {
  readonly #loop: EventLoop
  /** What is due in the next turn, in order. */
  readonly #waiting = new Set<TurnTimer>()
  /** When this turn's share is spent; undefined before its first timer. */
  #endMs: number | undefined

  constructor(loop: EventLoop) {
    this.#loop = loop
  }

  now(): number {
    return this.#loop.now()
  }

  setTimeout(run: () => void, ms: number): TurnTimer {
    const timer: TurnTimer = { run, handle: undefined }
    if (ms <= 0) this.#wait(timer)
    else timer.handle = this.#loop.setTimeout(() => this.#fire(timer), ms)
    return timer
  }

  /** As the global one: clearing a timer that has fired, or none, does nothing. */
  clearTimeout(timer: TurnTimer | undefined): void {
    if (timer === undefined) return
    this.#waiting.delete(timer)
    if (timer.handle !== undefined) this.#loop.clearTimeout(timer.handle)
  }

  /** From now on it does not keep the process alive, unless it is due. */
  unref(timer: TurnTimer): void {
    if (timer.handle !== undefined) this.#loop.unref(timer.handle)
  }

  #fire(timer: TurnTimer): void {
    if (this.#endMs === undefined) this.#begin()
    if (this.#waiting.size > 0 || this.#isSpent) this.#waiting.add(timer)
    else timer.run()
  }

  #wait(timer: TurnTimer): void {
    if (this.#endMs === undefined) this.#begin()
    this.#waiting.add(timer)
  }

  /** The loop is asked for the next turn before anything runs: what throws costs those behind it nothing. */
  #begin(): void {
    this.#endMs = this.#loop.now() + turnMs
    this.#loop.setImmediate(() => this.#next())
  }

  #next(): void {
    this.#endMs = undefined
    if (this.#waiting.size === 0) return
    this.#begin()
    const due = [...this.#waiting]
    for (const timer of due) {
      if (this.#isSpent) return
      // One before it may have cleared it.
      if (this.#waiting.delete(timer)) timer.run()
    }
  }

  get #isSpent(): boolean {
    return this.#endMs !== undefined && this.#loop.now() >= this.#endMs
  }
}
