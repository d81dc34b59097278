import { randomInt } from 'node:crypto'

/** So that nobody can choose names that fall together. */
const seed = randomInt(2 ** 31)

/**
 * Folders and what stands in them, by number: 0 is what all stands in, each name in a folder has a number of its own, counted from 1.
 *
 * A torrent may have a million names. A `Map` of paths takes five times as long for them.
 */
export class NameTree {
  /** How many names there are; the number of the newest. */
  size = 0
  #parents: Int32Array
  #hashes: Int32Array
  readonly #names: string[] = ['']
  /** Twice as many as names at least; a name whose place is taken has the next free one. 0 is free. */
  #slots: Int32Array

  /** @param expected how many names there will be; it grows when there are more. */
  constructor(expected = 0) {
    const room = 2 ** Math.ceil(Math.log2(Math.max(64, expected + 1)))
    this.#parents = new Int32Array(room)
    this.#hashes = new Int32Array(room)
    this.#slots = new Int32Array(room * 4)
  }

  /** The number of a name in a folder; undefined when it does not stand there. */
  find(folder: number, name: string): number | undefined {
    return this.#slots[this.#slotOf(folder, name, hashOf(folder, name))] || undefined
  }

  /** The number of a name in a folder, put there when it is not. */
  put(folder: number, name: string): number {
    const hash = hashOf(folder, name)
    const slot = this.#slotOf(folder, name, hash)
    const known = this.#slots[slot]
    if (known) return known
    const number = ++this.size
    const isFull = number === this.#parents.length
    if (isFull) this.#grow()
    this.#parents[number] = folder
    this.#hashes[number] = hash
    this.#names.push(name)
    // When it has grown there are other slots.
    this.#slots[isFull ? this.#slotOf(folder, name, hash) : slot] = number
    return number
  }

  /** Where it stands, or may. */
  #slotOf(folder: number, name: string, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]
      if (!number) return slot
      if (this.#hashes[number] === hash && this.#parents[number] === folder && this.#names[number] === name) return slot
    }
  }

  #grow(): void {
    const room = this.#parents.length * 2
    const parents = new Int32Array(room)
    parents.set(this.#parents)
    this.#parents = parents
    const hashes = new Int32Array(room)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const slots = new Int32Array(room * 4)
    const mask = slots.length - 1
    for (let number = 1; number < this.size; number++) {
      let slot = (hashes[number] ?? 0) & mask
      while (slots[slot]) slot = (slot + 1) & mask
      slots[slot] = number
    }
    this.#slots = slots
  }
}

const hashOf = (folder: number, name: string): number => {
  let hash = mixed(seed ^ folder)
  for (let i = 0; i < name.length; i++) hash = mixed(hash ^ name.charCodeAt(i))
  return hash
}

const mixed = (bits: number): number => {
  const product = Math.imul(bits, 0x5bd1e995)
  return product ^ (product >>> 15)
}
