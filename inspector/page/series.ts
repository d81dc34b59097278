import type { RatePoint } from '../protocol/protocol.ts'

const fields = 3

/** The newest points of an actor's rates. It takes as much room with one point as with all, so that a page does not grow while it is open. */
export class Series {
  readonly #id: number
  readonly #length: number
  readonly #numbers: Float64Array
  #count = 0

  /** `length`: how many are kept. */
  constructor(id: number, length: number) {
    this.#id = id
    this.#length = length
    this.#numbers = new Float64Array(fields * length)
  }

  add({ at, down, up }: RatePoint): void {
    this.#numbers.set([at, down, up], (this.#count++ % this.#length) * fields)
  }

  /** The oldest first. */
  get points(): RatePoint[] {
    const kept = Math.min(this.#count, this.#length)
    return Array.from({ length: kept }, (_, nth) => {
      const from = ((this.#count - kept + nth) % this.#length) * fields
      const [at = 0, down = 0, up = 0] = this.#numbers.subarray(from, from + fields)
      return { id: this.#id, at, down, up }
    })
  }
}
