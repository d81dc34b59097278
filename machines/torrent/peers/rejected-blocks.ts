import type { BlockRequest } from '../../../transport/wire/messages.ts'
import { none } from '../../peer/vocabulary/context.ts'

/** Refused blocks remembered a peer. One that refuses more is asked for nothing until they are forgotten. */
const refusalsMax = 64

/**
 * The blocks a peer has just refused (BEP 6, Reject Request): asking it again at once would be a loop. They are forgotten with
 * the next choke round.
 */
export class Refusals {
  #blocks: readonly BlockRequest[] = none
  #since = 0

  /** It refuses so much that it is better left alone for now. */
  get areTooMany(): boolean {
    return this.#blocks.length >= refusalsMax
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  /** When the first of them was refused, in milliseconds; of no meaning while there is none. */
  get since(): number {
    return this.#since
  }

  /** `at`: in milliseconds. */
  add(requests: readonly BlockRequest[], at: number): void {
    if (this.isEmpty) this.#since = at
    this.#blocks = [...this.#blocks, ...requests].slice(-refusalsMax)
  }

  has(index: number, begin: number): boolean {
    return this.#blocks.some((block) => block.index === index && block.begin === begin)
  }

  forget(): void {
    this.#blocks = none
  }
}
