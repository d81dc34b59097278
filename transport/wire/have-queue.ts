import { encodeHaves } from './encode.ts'

/** Haves of one portion: 64 KiB, so that a queue with room for a portion is not overrun by it. */
const portionHaves = Math.floor((64 * 1024) / 9)

/**
 * Many haves to be said one behind the other, a portion at a time: 466,000 are 4 MiB, which is more than a remote that reads slowly
 * should have waiting.
 */
export class HaveQueue {
  #lists: Iterator<number>[] = []

  /** So many more, behind those that wait. The indexes are asked for as they are said. */
  push(indexes: Iterable<number>): void {
    this.#lists.push(indexes[Symbol.iterator]())
  }

  /** The messages of the next portion; undefined when nothing waits. Throws RangeError for an index that is no u32. */
  next(): Uint8Array | undefined {
    const portion: number[] = []
    for (let list = this.#lists[0]; list && portion.length < portionHaves; list = this.#lists[0]) {
      const { done, value } = list.next()
      if (done) this.#lists.shift()
      else portion.push(value)
    }
    return portion.length > 0 ? encodeHaves(portion) : undefined
  }

  /** Forgets what waits. */
  clear(): void {
    this.#lists = []
  }
}
