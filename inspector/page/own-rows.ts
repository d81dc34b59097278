import type { SaidRow } from '../protocol/protocol.ts'

/** What is kept of one actor at most. */
const ownMax = 5_000

/** What one actor heard and said, as the page gets to know of it: more than is kept of all actors together. */
export class OwnRows {
  readonly #actor: number
  #rows: readonly SaidRow[] = []
  #last = -1

  constructor(actor: number) {
    this.#actor = actor
  }

  /** In order of their numbers. Whoever holds the list may keep it. */
  get rows(): readonly SaidRow[] {
    return this.#rows
  }

  /** Takes over what is new in what all actors said, in order. */
  follow(said: readonly SaidRow[]): void {
    const from = said.findLastIndex(({ seq }) => seq <= this.#last) + 1
    const fresh = said.slice(from).filter((row) => this.#isOwn(row))
    this.#last = Math.max(this.#last, said.at(-1)?.seq ?? -1)
    if (fresh.length > 0) this.#rows = [...this.#rows, ...fresh].slice(-ownMax)
  }

  /** Puts what was said earlier, in order, before what is known. */
  precede(earlier: readonly SaidRow[]): void {
    const [first] = this.#rows
    const before = earlier.filter((row) => this.#isOwn(row) && (first === undefined || row.seq < first.seq))
    this.#rows = [...before, ...this.#rows].slice(-ownMax)
    this.#last = Math.max(this.#last, before.at(-1)?.seq ?? -1)
  }

  #isOwn({ from, to }: SaidRow): boolean {
    return from === this.#actor || to === this.#actor
  }
}
