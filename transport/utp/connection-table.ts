import type { Address } from '../transport.ts'

/** What is found by the ids in its packets, and by where they come from. */
export interface TableEntry {
  /** In the packets that we get. */
  readonly receiveId: number
  /** In those that we send. */
  readonly sendId: number
  /** Where the remote is: an IP literal in its one spelling. */
  readonly to: Address
}

/** The connections of one socket: each by the id it receives on, and its remote's address. */
export class ConnectionTable<Entry extends TableEntry> {
  /** Many share a key when the remotes want it so; no more than there may be connections. */
  readonly #entries = new Map<number, Entry[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const entries of this.#entries.values()) yield* entries
  }

  /** Adds one whose place is free: `find` does not find it yet. */
  add(entry: Entry): void {
    const key = keyOf(entry.receiveId, entry.to.port)
    const entries = this.#entries.get(key)
    if (entries === undefined) this.#entries.set(key, [entry])
    else entries.push(entry)
    this.#size++
  }

  /** Answers whether it was there. */
  remove(entry: Entry): boolean {
    const key = keyOf(entry.receiveId, entry.to.port)
    const entries = this.#entries.get(key)
    const index = entries?.indexOf(entry) ?? -1
    if (entries === undefined || index < 0) return false
    if (entries.length === 1) this.#entries.delete(key)
    else entries.splice(index, 1)
    this.#size--
    return true
  }

  /** The one that receives on `id` from `from`. */
  find(id: number, { host, port }: Address): Entry | undefined {
    return this.#entries
      .get(keyOf(id, port))
      ?.find((entry) => entry.to.host === host && entry.to.port === port && entry.receiveId === id)
  }

  /** The one that a RESET means: it may carry the id of either direction, which are neighbours. */
  findByEither(id: number, from: Address): Entry | undefined {
    const exact = this.find(id, from)
    if (exact !== undefined) return exact
    for (const receiveId of [id - 1, id + 1]) {
      const entry = this.find(receiveId & 0xffff, from)
      if (entry?.sendId === id) return entry
    }
    return undefined
  }
}

/** A small integer, which a map finds fastest. */
const keyOf = (id: number, port: number): number => (id << 14) ^ port
