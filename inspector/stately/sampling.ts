const secondMs = 1_000

/** How many kinds of events that change no state, and how many changes of state, are shown in a second. */
const kindsMax = 500
const changesMax = 500

/** What of very much is shown: of what one actor says to another again and again, the first of each type in a second. */
export class Sampling {
  readonly #now: () => number
  readonly #kinds = new Set<string>()
  #changes = 0
  #secondAt = Number.NEGATIVE_INFINITY

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether an event that changes no state is to be shown. `from`, `to`: session ids. */
  takesEvent(from: string, to: string, type: string): boolean {
    this.#turnSecond()
    const kind = `${from} ${to} ${type}`
    if (this.#kinds.has(kind) || this.#kinds.size >= kindsMax) return false
    this.#kinds.add(kind)
    return true
  }

  /** Whether one more change of a state is to be shown at once. */
  takesChange(): boolean {
    this.#turnSecond()
    return ++this.#changes <= changesMax
  }

  #turnSecond(): void {
    const now = this.#now()
    if (now - this.#secondAt < secondMs) return
    this.#secondAt = now
    this.#kinds.clear()
    this.#changes = 0
  }
}
