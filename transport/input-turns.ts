import type { Clock } from './clock.ts'
import { turnCostMax, turnCostMin } from './wire/turn-cost.ts'

/** A connection that has said more than its share of a turn. */
export interface InputWaiter {
  /** Processes what waits, up to `costMax`; answers what that cost. A connection that is not through then waits anew. Must not throw. */
  takeTurn(costMax: number): number
}

/**
 * The turns in which messages are processed, of the connections of one clock together: `turnCostMax` of all of them in one turn of the
 * event loop. A connection that sends more than its share waits, unread, behind all that wait already, and goes on in the next turn, or
 * the one after that: so connections that send much have equal turns, and one that sends little is served at once. What something costs is
 * counted (`turn-cost.ts`), not timed: a run in virtual time is the same each time.
 */
export class InputTurns {
  readonly #clock: Clock
  /** The next first. */
  readonly #line = new Set<InputWaiter>()
  /** The cost of what was heard in this turn. */
  #spent = 0
  #timer: unknown

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What a connection that has just read may cost now. */
  get share(): number {
    return Math.max(turnCostMin, (turnCostMax - this.#spent) / (this.#line.size + 1))
  }

  /** So much was heard beside the line. */
  spend(cost: number): void {
    this.#spent += cost
    if (this.#spent >= turnCostMax) this.#arm()
  }

  /** Takes a place at the end of the line, once. */
  wait(waiter: InputWaiter): void {
    this.#line.add(waiter)
    this.#arm()
  }

  /** Gives the place up. */
  leave(waiter: InputWaiter): void {
    if (!this.#line.delete(waiter) || this.#line.size > 0) return
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(): void {
    this.#timer ??= this.#clock.setTimeout(() => this.#next(), 0)
  }

  /** The next turn: those that wait now, each with an equal share, as far as the turn goes. */
  #next(): void {
    this.#timer = undefined
    this.#spent = 0
    const share = Math.max(turnCostMin, turnCostMax / this.#line.size)
    for (const waiter of [...this.#line]) {
      if (this.#spent >= turnCostMax) break
      // One before it may have ended it.
      if (this.#line.delete(waiter)) this.#spent += waiter.takeTurn(share)
    }
    if (this.#line.size > 0) this.#arm()
  }
}

const turnsByClock = new WeakMap<Clock, InputTurns>()

/** The turns of a clock: the connections of all torrents that run on it share one event loop. */
export function inputTurnsOf(clock: Clock): InputTurns {
  const turns = turnsByClock.get(clock) ?? new InputTurns(clock)
  turnsByClock.set(clock, turns)
  return turns
}
