/** Of a peer that was asked for nothing yet, and may never be: one for all. */
const emptyRing = new Float64Array(0)

const ringLengthMin = 16

/**
 * The blocks asked of one peer and not answered, oldest first, as numbers. A ring: peers answer in order, so the block to
 * remove stands at or near the front, and removing it costs its distance from there.
 */
export class RequestQueue {
  /** Doubles, since the number of a block may exceed 32 bits. The length is 0 or a power of two. */
  #ring = emptyRing
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** The `nth` oldest, from 0 to `length` - 1. */
  at(nth: number): number {
    return this.#ring[(this.#head + nth) & (this.#ring.length - 1)] as number
  }

  /** How many are older than one; all of them where it is not there. */
  placeOf(block: number): number {
    let nth = 0
    while (nth < this.#length && this.at(nth) !== block) nth++
    return nth
  }

  push(block: number): void {
    if (this.#length === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = block
    this.#length++
  }

  /** False when it was not there. */
  remove(block: number): boolean {
    const last = this.#ring.length - 1
    for (let nth = 0; nth < this.#length; nth++) {
      if (this.at(nth) !== block) continue
      for (let to = nth; to > 0; to--) this.#ring[(this.#head + to) & last] = this.at(to - 1)
      this.#head = (this.#head + 1) & last
      this.#length--
      return true
    }
    return false
  }

  clear(): void {
    this.#length = 0
  }

  #grow(): void {
    const ring = new Float64Array(Math.max(ringLengthMin, this.#ring.length * 2))
    for (let nth = 0; nth < this.#length; nth++) ring[nth] = this.at(nth)
    this.#ring = ring
    this.#head = 0
  }
}
