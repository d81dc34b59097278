import { delays } from '../machines/peer/vocabulary/delays.ts'
import type { Clock } from '../transport/clock.ts'
import { requireClock } from '../transport/require.ts'

/** Calls in a row, and how long the rest waits: a thousand peers are not to keep the process from everything else. */
const batch = 100
const pauseMs = 10

type Listener = (at: number, wokeAt?: number) => void

/** Calls all that asked, once a period. One timer serves them all, so that an idle connection owns none. */
export interface Ticker {
  /**
   * Calls `tick` once a second from now on, until the returned function is called. `owner`: the actor it ticks for, by which it can
   * be found; default: it cannot be. `wokeAt`: when the process came out of a long sleep (`delays.longSleepMs`), if it did while anybody
   * listened. Throws when the owner has a listener.
   */
  add(tick: Listener, owner?: object): () => void
  /** Calls the listener of one owner now, outside the period, which goes on as before. Nothing happens if it has none. */
  tick(owner: object): void
}

/** A ticker on a clock. It holds a timer only while somebody listens. */
export function createTicker(clock: Clock): Ticker {
  requireClock(clock)
  const listeners = new Map<object, Listener>()
  const sleep = new SleepWatch(clock)
  let timer: unknown
  let nextBatch: unknown
  /** The owners that are still to be called in this period. */
  let due: object[] = []
  const arm = () => {
    timer = clock.setTimeout(() => {
      arm()
      if (due.length > 0) return
      sleep.look()
      due = [...listeners.keys()]
      callSome()
    }, delays.tickMs)
  }
  const callSome = () => {
    const at = clock.now()
    const owners = due.slice(0, batch)
    due = due.slice(batch)
    if (due.length > 0) nextBatch = clock.setTimeout(callSome, pauseMs)
    for (const owner of owners) listeners.get(owner)?.(at, sleep.wokeAt)
  }
  return {
    add(tick, owner = tick) {
      if (listeners.has(owner)) throw new Error('an owner has one listener')
      listeners.set(owner, tick)
      if (listeners.size === 1) {
        sleep.begin()
        arm()
      }
      return () => {
        if (!listeners.delete(owner) || listeners.size > 0) return
        clock.clearTimeout(timer)
        clock.clearTimeout(nextBatch)
        due = []
      }
    },
    tick: (owner) => listeners.get(owner)?.(clock.now(), sleep.wokeAt),
  }
}

/** Sees when the process has slept long: between two looks. */
class SleepWatch {
  readonly #clock: Clock
  #sleptMs = 0
  #wokeAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get wokeAt(): number | undefined {
    return this.#wokeAt
  }

  /** What was slept before does not matter. */
  begin(): void {
    this.#sleptMs = this.#clock.slept?.() ?? 0
    this.#wokeAt = undefined
  }

  look(): void {
    const sleptMs = this.#clock.slept?.() ?? 0
    if (sleptMs - this.#sleptMs >= delays.longSleepMs) this.#wokeAt = this.#clock.now()
    this.#sleptMs = sleptMs
  }
}
