/** Lets so many work at once, and the others wait for their turn, in their order. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(most: number) {
    this.#free = most
  }

  /** Does `work` when its turn has come. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((resume) => this.#waiting.push(resume))
    else this.#free--
    try {
      return await work()
    } finally {
      // The turn is handed on, so the count stays.
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
