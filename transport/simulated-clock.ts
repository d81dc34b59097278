import type { Clock } from './clock.ts'

/** A pending timer of a `SimulatedClock`; opaque to its user. */
export interface SimulatedTimer {
  readonly atMs: number
  /** Order of scheduling, which decides between equal times. */
  readonly sequence: number
  readonly run: () => void
  /** Where it stands in the heap; -1 once fired or cleared. */
  heapIndex: number
}

/**
 * A clock that stands still until told to advance: virtual time for tests and simulations. Every timer fires at its own
 * time, timers that a timer sets included, so two chained timers of 100 ms have both fired after `advance(200)`. Equal
 * times fire in the order they were scheduled. Starts at 0.
 */
export class SimulatedClock implements Clock {
  #nowMs = 0
  #sleptMs = 0
  #sequence = 0
  #advancing = false
  /** A binary heap, soonest first, since a swarm holds thousands of timers and moves most of them at every message. */
  readonly #heap: SimulatedTimer[] = []

  /** How many timers are set and have neither fired nor been cleared. */
  get pending(): number {
    return this.#heap.length
  }

  /** When the soonest timer fires; `Infinity` when none is set. */
  get nextAtMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY
  }

  now(): number {
    return this.#nowMs
  }

  slept(): number {
    return this.#sleptMs
  }

  /** Lets `ms` milliseconds pass in which nothing runs: `now` stays as it is, and no timer comes closer. */
  sleep(ms: number): void {
    requirePassing(ms)
    this.#sleptMs += ms
  }

  /** As the global one; a negative `ms` counts as 0, one that is not a finite number throws. */
  setTimeout(run: () => void, ms: number): SimulatedTimer {
    return this.setTimeoutAt(run, this.#nowMs + ms)
  }

  /** As `setTimeout`, for a time of this clock: exactly that one, whenever it is set. One that has passed counts as now. */
  setTimeoutAt(run: () => void, atMs: number): SimulatedTimer {
    if (!Number.isFinite(atMs)) throw new RangeError(`a timer needs a finite number of milliseconds, not ${atMs}`)
    const timer = {
      atMs: Math.max(this.#nowMs, atMs),
      sequence: this.#sequence++,
      run,
      heapIndex: this.#heap.length,
    }
    this.#heap.push(timer)
    this.#rise(timer)
    return timer
  }

  /** As the global one: clearing a timer that has fired, or none, does nothing. */
  clearTimeout(timer: SimulatedTimer | undefined): void {
    if (timer === undefined || timer.heapIndex < 0) return
    this.#remove(timer)
  }

  /** Lets `ms` milliseconds pass. What a timer throws comes out here; the timers behind it stay set. */
  advance(ms: number): void {
    requirePassing(ms)
    this.#refuseReentry()
    const endMs = this.#nowMs + ms
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= endMs; next = this.#heap[0]) this.#fire(next)
    this.#nowMs = endMs
  }

  /** Passes to the time of the soonest timer and fires that one; answers false, and lets no time pass, when none is set. */
  advanceToNext(): boolean {
    this.#refuseReentry()
    const next = this.#heap[0]
    if (next === undefined) return false
    this.#fire(next)
    return true
  }

  #refuseReentry(): void {
    if (this.#advancing) throw new Error('time cannot be advanced from inside a timer')
  }

  #fire(timer: SimulatedTimer): void {
    this.#remove(timer)
    this.#nowMs = timer.atMs
    this.#advancing = true
    try {
      timer.run()
    } finally {
      this.#advancing = false
    }
  }

  #remove(timer: SimulatedTimer): void {
    const last = this.#heap.pop()
    if (last !== undefined && last !== timer) {
      this.#place(last, timer.heapIndex)
      this.#rise(last)
      this.#sink(last)
    }
    timer.heapIndex = -1
  }

  #rise(timer: SimulatedTimer): void {
    while (timer.heapIndex > 0) {
      const parentIndex = (timer.heapIndex - 1) >> 1
      const parent = this.#heap[parentIndex]
      if (parent === undefined || !isSooner(timer, parent)) return
      this.#place(parent, timer.heapIndex)
      this.#place(timer, parentIndex)
    }
  }

  #sink(timer: SimulatedTimer): void {
    for (;;) {
      const leftIndex = 2 * timer.heapIndex + 1
      const left = this.#heap[leftIndex]
      if (left === undefined) return
      const right = this.#heap[leftIndex + 1]
      const child = right !== undefined && isSooner(right, left) ? right : left
      if (!isSooner(child, timer)) return
      const childIndex = child.heapIndex
      this.#place(child, timer.heapIndex)
      this.#place(timer, childIndex)
    }
  }

  #place(timer: SimulatedTimer, index: number): void {
    this.#heap[index] = timer
    timer.heapIndex = index
  }
}

function requirePassing(ms: number): void {
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new RangeError(`time cannot advance by ${ms} ms`)
}

function isSooner(a: SimulatedTimer, b: SimulatedTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence)
}
