import type { Snapshot } from 'xstate'
import type { SaidRow } from '../protocol/protocol.ts'
import { Held } from './held.ts'
import { contextOf } from './states.ts'

/** One event that an actor heard, as long as it is remembered. */
export interface Said {
  readonly seq: number
  readonly at: number
  readonly from: number
  readonly to: number
  readonly type: string
  readonly text: string
  readonly took: string[]
  /** How the actor stood when it had heard it; undefined for one that is no statechart. */
  after: Snapshot<unknown> | undefined
  /** How the actor that said it stood then, behind what it had heard itself; undefined for one that is no statechart. */
  spoken: Snapshot<unknown> | undefined
}

/** What one entry takes beside its texts and its snapshots: the object, its lists and a place in the history; and each of its transitions. */
const entryBytes = 300
const tookBytes = 8

/** What was said, the newest so many bytes of it. */
export class History {
  readonly #bytesMax: number
  #said: Said[] = []
  /** The first of `#said` that is not forgotten: the array is cut only now and then. */
  #first = 0
  readonly #held = new Held()

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Entries that are remembered. */
  get size(): number {
    return this.#said.length - this.#first
  }

  /** About how much memory they take. */
  get bytes(): number {
    return this.#held.bytes
  }

  /** The number of the oldest; 0 when there is none. */
  get oldest(): number {
    return this.#said[this.#first]?.seq ?? 0
  }

  add(said: Said): void {
    this.#said.push(said)
    this.#held.add(said, entryBytes + 2 * (said.text.length + said.type.length))
    this.#fit()
  }

  /** How the actor stood when it had heard it. */
  noteAfter(said: Said, after: Snapshot<unknown>): void {
    if (said.seq < this.oldest) return
    said.after = after
    this.#held.add(said, tookBytes * said.took.length)
    this.#held.hold(said, said.to, contextOf(after))
    this.#fit()
  }

  /** How the actor that said it stood. */
  noteSpoken(said: Said, spoken: Snapshot<unknown>): void {
    if (said.seq < this.oldest) return
    said.spoken = spoken
    this.#held.hold(said, said.from, contextOf(spoken))
    this.#fit()
  }

  /** The newest, at most so many, oldest first. */
  newest(count: number): readonly Said[] {
    return this.#said.slice(Math.max(this.#first, this.#said.length - count))
  }

  /** Those behind a number, oldest first, at most so many: the newest. */
  since(seq: number, count: number): readonly Said[] {
    let from = this.#said.length
    while (from > this.#first && (this.#said[from - 1]?.seq ?? 0) > seq) from--
    return this.#said.slice(Math.max(from, this.#said.length - count))
  }

  /** What an actor heard and said, the newest of it, oldest first, at most so many. */
  of(actor: number, count: number): readonly Said[] {
    const found: Said[] = []
    for (let at = this.#said.length - 1; at >= this.#first && found.length < count; at--) {
      const said = this.#said[at] as Said
      if (said.to === actor || said.from === actor) found.push(said)
    }
    return found.reverse()
  }

  /** The entry of that number; undefined when it is forgotten or was left out. */
  find(seq: number): Said | undefined {
    let low = this.#first
    let high = this.#said.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const said = this.#said[middle] as Said
      if (said.seq === seq) return said
      if (said.seq < seq) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }

  #fit(): void {
    while (this.bytes > this.#bytesMax && this.size > 1) {
      const oldest = this.#said[this.#first] as Said
      this.#held.letGo(oldest, [oldest.from, oldest.to])
      this.#first++
    }
    if (this.#first > 1_000 && this.#first * 2 > this.#said.length) {
      this.#said = this.#said.slice(this.#first)
      this.#first = 0
    }
  }
}

/** An entry as the page is told of it. */
export const saidRow = ({ after: _, spoken: __, ...row }: Said): SaidRow => row
