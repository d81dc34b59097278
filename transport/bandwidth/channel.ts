import type { Gate, Waiter } from './gate.ts'

/** What one turn of reading brings, as a time of the limit; and at least, a fourth of a block, so that low limits are shared too. */
const turnMs = 50
const turnBytesMin = 4 * 1024

/** Whose way a channel is. */
export interface TurnTaker {
  /** It may go on, after `pass` has said no. Answers as `Waiter.go`. */
  takeTurn(at: number): number
}

/**
 * The way of one connection, in one direction, through every gate whose limit it shares. It passes only where all of them let it,
 * and what has passed is spent at all of them.
 */
export class Channel implements Waiter {
  #gates: readonly Gate[]
  readonly #owner: TurnTaker
  #waitsAt: Gate | undefined
  #lastTurnAt = Number.NEGATIVE_INFINITY

  constructor(gates: readonly Gate[], owner: TurnTaker) {
    this.#gates = gates
    this.#owner = owner
  }

  /** One more gate from now on. */
  join(gate: Gate): void {
    this.#gates = [...this.#gates, gate]
  }

  /** The lowest of its limits; Infinity when there is none. */
  get bytesPerSecond(): number {
    let least = Number.POSITIVE_INFINITY
    for (const gate of this.#gates) if (gate.bytesPerSecond < least) least = gate.bytesPerSecond
    return least
  }

  /** What one turn of reading brings, the same for all that share the limit; Infinity without one. */
  get turnBytes(): number {
    return Math.max(turnBytesMin, Math.floor((this.bytesPerSecond * turnMs) / 1000))
  }

  /** `pass` has said no, and its turn has not come. */
  get isWaiting(): boolean {
    return this.#waitsAt !== undefined
  }

  /** Whether it may go on. If not it waits for its turn, once, behind all that wait already. */
  pass(): boolean {
    return this.#waitsAt === undefined && this.#passOrWait((gate) => gate.isContended)
  }

  /** So many bytes have passed. */
  spend(byteCount: number): void {
    for (const gate of this.#gates) gate.spend(byteCount)
  }

  /** Waits no more. */
  leave(): void {
    this.#waitsAt?.leave(this)
    this.#waitsAt = undefined
  }

  get lastTurnAt(): number {
    return this.#lastTurnAt
  }

  /** Its turn at the gate where it waits. The lines at other gates count no more, or it could lose its turn in each for ever. */
  go(at: number): number {
    this.#waitsAt = undefined
    if (!this.#passOrWait(() => false)) return 0
    this.#lastTurnAt = at
    return this.#owner.takeTurn(at)
  }

  /** Of several gates that are closed it waits at the one that opens last: the others are likely to be open then. */
  #passOrWait(hasLine: (gate: Gate) => boolean): boolean {
    let last: Gate | undefined
    let lastMs = -1
    for (const gate of this.#gates) {
      const { waitMs } = gate
      if (waitMs <= lastMs || (waitMs === 0 && !hasLine(gate))) continue
      last = gate
      lastMs = waitMs
    }
    this.#waitsAt = last
    last?.wait(this)
    return last === undefined
  }
}
