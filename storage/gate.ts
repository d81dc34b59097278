/** What many pass through at once, and nobody while it is shut. */
export class Gate {
  #inside = 0
  #shut: Promise<void> | undefined
  #empty: () => void = () => {}

  /** Carries it out as soon as the gate is open. */
  async through<Result>(use: () => Promise<Result>): Promise<Result> {
    while (this.#shut) await this.#shut
    this.#inside++
    try {
      return await use()
    } finally {
      if (--this.#inside === 0) this.#empty()
    }
  }

  /** Lets nobody in any more. Resolves when nobody is inside, to what opens it again. Once at a time. */
  async shut(): Promise<() => void> {
    let open: () => void = () => {}
    this.#shut = new Promise((resolve) => {
      open = () => {
        this.#shut = undefined
        resolve()
      }
    })
    if (this.#inside > 0) {
      await new Promise<void>((resolve) => {
        this.#empty = resolve
      })
    }
    return open
  }
}
