import type { Clock } from './clock.ts'
import { turnCostMax, turnCostMin } from './wire/turn-cost.ts'

/** A connection that has said more than its share of a turn. */
export interface InputWaiter {
  /** It is heard on, up to `costMax`; answers what that cost. Who is not through then waits anew. Must not throw. */
  takeTurn(costMax: number): number
}

/**
 * The turns in which connections are heard, those of one clock together: in one turn of the event loop `turnCostMax` of all of them. Who says
 * more than its share waits, unread, behind all who wait already, and is heard on in the next turn, or the one after that: so each of
 * many that have much to say is heard as often as the others, and who has little to say is heard at once. What something costs is counted
 * (`turn-cost.ts`), not timed: a run in virtual time is the same each time.
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

  /** The next turn: those who wait now, each with an equal share, as far as the turn goes. */
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
