import type { SimulatedClock } from '../../transport/simulated-clock.ts'

/** An hour, in milliseconds. */
const withinMsDefault = 3_600_000

/**
 * Steps that are taken in one turn of the event loop: Node settles promises behind each `setImmediate`, and to wait for the next turn costs as
 * much as a timer does. So nothing that happens in a step may wait for another turn: it would be done some steps later.
 */
const stepsPerTurn = 64

/** Lets virtual time pass: each timer of a clock in its turn, and behind each all promises that need no time. */
export class VirtualTime {
  readonly #clock: SimulatedClock
  readonly #check: () => void

  /** `check` is called after each step; what it throws comes out of the wait. */
  constructor(clock: SimulatedClock, check: () => void = () => {}) {
    this.#clock = clock
    this.#check = check
  }

  /** Passes to the soonest timer, and lets all follow that needs no time. Answers false when there is none. */
  async step(): Promise<boolean> {
    const isFired = this.#clock.advanceToNext()
    await this.#turn()
    return isFired
  }

  /** Lets everything happen that is due before a time; time itself stands at the last of it. */
  runUntil(endMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false
      const step = () => {
        if (isOver) return
        try {
          // What the step before brought needs no time, and is over.
          this.#check()
          if (this.#clock.nextAtMs < endMs) {
            this.#clock.advanceToNext()
            return
          }
          isOver = true
          resolve()
        } catch (error) {
          isOver = true
          reject(error)
        }
      }
      const steps = () => {
        for (let i = 0; i < stepsPerTurn && !isOver; i++) setImmediate(step)
        setImmediate(() => {
          if (!isOver) steps()
        })
      }
      steps()
    })
  }

  /** Lets time pass until `holds`. Throws when that takes longer than `withinMs`, an hour if not said. */
  async until(holds: () => boolean, withinMs: number = withinMsDefault): Promise<void> {
    const endMs = this.#clock.now() + withinMs
    for (await this.#turn(); !holds(); await this.#turn()) {
      if (this.#clock.now() > endMs) throw new Error(`still not after ${withinMs} ms: ${holds}`)
      if (!this.#clock.advanceToNext()) throw new Error(`nothing is left to happen, and still not: ${holds}`)
    }
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    let isOver = false
    this.#clock.setTimeout(() => {
      isOver = true
    }, ms)
    await this.until(() => isOver)
  }

  /** Lets time pass until a promise is settled, and answers what it resolves to. */
  async settled<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false
    const note = () => {
      isSettled = true
    }
    promise.then(note, note)
    await this.until(() => isSettled)
    return promise
  }

  /** All promises that need no time are settled after it; a piece above 1 MiB is hashed in several turns. */
  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#check()
  }
}
