/** Events of one type, and of all, that are remembered within a second. */
const perTypeMax = 200
const perSecondMax = 3_000
const secondMs = 1_000

/**
 * Which events are remembered while there are very many: the first of each type in each second. So those that come with every block are
 * sampled, and a rare one is never crowded out by them.
 */
export class Load {
  #secondAt = Number.NEGATIVE_INFINITY
  #count = 0
  readonly #counts = new Map<string, number>()

  /** Whether an event of this type is to be remembered; `at`: milliseconds. */
  takes(type: string, at: number): boolean {
    if (at - this.#secondAt >= secondMs) {
      this.#secondAt = at
      this.#count = 0
      this.#counts.clear()
    }
    const ofType = this.#counts.get(type) ?? 0
    if (ofType >= perTypeMax || this.#count >= perSecondMax) return false
    this.#counts.set(type, ofType + 1)
    this.#count++
    return true
  }
}
