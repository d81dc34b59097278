import type { Snapshot } from 'xstate'
import type { SaidRow } from '../protocol.ts'

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
}

/** What one entry takes beside its texts and its snapshot: the object, its list and a place in the history. */
const entryBytes = 250
/** A snapshot that shares all but a few facts with the one before. */
const snapshotBytes = 800
const factBytes = 16

/**
 * What was said, the newest so many bytes of it. What a remembered snapshot shares with the one before of the same actor counts once.
 */
export class History {
  readonly #bytesMax: number
  #said: Said[] = []
  /** The first of `#said` that is not forgotten: the array is cut only now and then. */
  #first = 0
  #bytes = 0
  readonly #weights = new WeakMap<Said, number>()

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Entries that are remembered. */
  get size(): number {
    return this.#said.length - this.#first
  }

  /** About how much memory they take. */
  get bytes(): number {
    return this.#bytes
  }

  /** The number of the oldest; 0 when there is none. */
  get oldest(): number {
    return this.#said[this.#first]?.seq ?? 0
  }

  add(said: Said): void {
    this.#said.push(said)
    this.#grow(said, entryBytes + 2 * (said.text.length + said.type.length))
  }

  /** How the actor stood when it had heard it, and before. */
  noteAfter(said: Said, after: Snapshot<unknown>, before: Snapshot<unknown> | undefined): void {
    if (said.seq < this.oldest) return
    said.after = after
    this.#grow(said, after === before ? 0 : snapshotBytes + differingBytes(after, before))
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

  #grow(said: Said, bytes: number): void {
    this.#weights.set(said, (this.#weights.get(said) ?? 0) + bytes)
    this.#bytes += bytes
    while (this.#bytes > this.#bytesMax && this.size > 1) this.#forgetOldest()
    if (this.#first > 1_000 && this.#first * 2 > this.#said.length) {
      this.#said = this.#said.slice(this.#first)
      this.#first = 0
    }
  }

  #forgetOldest(): void {
    const oldest = this.#said[this.#first] as Said
    this.#bytes -= this.#weights.get(oldest) ?? 0
    this.#first++
  }
}

/** An entry as the page is told of it. */
export const saidRow = ({ after: _, ...row }: Said): SaidRow => row

/** Bytes of the facts in a context that the one before had not. */
function differingBytes(after: Snapshot<unknown>, before: Snapshot<unknown> | undefined): number {
  const facts = factsOf(after)
  const old = factsOf(before)
  let bytes = 0
  for (const name in facts) {
    const fact = facts[name]
    if (fact === old[name] || typeof fact !== 'object' || fact === null) continue
    bytes += Array.isArray(fact)
      ? factBytes * (1 + fact.length)
      : fact instanceof Uint8Array
        ? fact.length
        : 10 * factBytes
  }
  return bytes
}

function factsOf(snapshot: Snapshot<unknown> | undefined): Readonly<Record<string, unknown>> {
  const context = snapshot && 'context' in snapshot ? snapshot.context : undefined
  return typeof context === 'object' && context !== null ? (context as Record<string, unknown>) : {}
}
