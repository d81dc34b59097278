import type { Clock } from '../../transport/clock.ts'
import type { SimulatedClock, SimulatedTimer } from '../../transport/simulated-clock.ts'

/** The clock of one process of the simulation: its timers are counted, and none of them fires once it is killed. */
export class ProcessClock implements Clock {
  readonly #clock: SimulatedClock
  readonly #stirred: () => void
  #pending = 0
  #isAlive = true

  /** `stirred` is called as each of its timers fires. */
  constructor(clock: SimulatedClock, stirred: () => void) {
    this.#clock = clock
    this.#stirred = stirred
  }

  /** Timers that are set and have neither fired nor been cleared. */
  get pending(): number {
    return this.#pending
  }

  now(): number {
    return this.#clock.now()
  }

  setTimeout(run: () => void, ms: number): SimulatedTimer {
    this.#pending++
    return this.#clock.setTimeout(() => {
      this.#pending--
      if (!this.#isAlive) return
      this.#stirred()
      run()
    }, ms)
  }

  clearTimeout(timer: SimulatedTimer | undefined): void {
    if (timer === undefined || timer.heapIndex < 0) return
    this.#pending--
    this.#clock.clearTimeout(timer)
  }

  /** From now on nothing happens by it. */
  kill(): void {
    this.#isAlive = false
  }
}
