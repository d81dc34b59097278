import type { Clock } from '../../transport/clock.ts'

/** A clock that stands still until it is advanced; timers then run in the order of their times. */
export class FakeClock implements Clock {
  #now = 0
  #next = 1
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>()

  now(): number {
    return this.#now
  }

  setTimeout(run: () => void, ms: number): number {
    const handle = this.#next++
    this.#timers.set(handle, { at: this.#now + ms, run })
    return handle
  }

  clearTimeout(handle: number): void {
    this.#timers.delete(handle)
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.size
  }

  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const [due] = [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)
      if (due === undefined) break
      const [handle, { at, run }] = due
      this.#timers.delete(handle)
      this.#now = at
      run()
    }
    this.#now = until
  }
}
