/**
 * Pieces sorted by a small number: by availability for rarest first, by free blocks for nearest to completion.
 *
 * Each piece has a key whether it is a member or not. Adding, removing and rekeying are O(1). Among pieces of equal key a search
 * begins at a random one, whatever the order they came in: peers that are all told of the same pieces must not all choose the same one.
 */
export class Buckets {
  readonly #random: () => number
  readonly #keys: Uint32Array
  /** Where in its bucket a piece stands, -1 for no member. */
  readonly #slots: Int32Array
  readonly #buckets: number[][] = []
  #size = 0
  /** No bucket below this one has a member. */
  #lowest = 0

  /** No member and all keys 0. `pieces`: indexes are below it. */
  constructor(pieces: number, random: () => number) {
    this.#random = random
    this.#keys = new Uint32Array(pieces)
    this.#slots = new Int32Array(pieces).fill(-1)
  }

  get size(): number {
    return this.#size
  }

  has(index: number): boolean {
    return (this.#slots[index] as number) >= 0
  }

  keyOf(index: number): number {
    return this.#keys[index] as number
  }

  /** How many members have this key. */
  countAt(key: number): number {
    return this.#buckets[key]?.length ?? 0
  }

  /** Makes it a member under its key; nothing when it is one. */
  add(index: number): void {
    if (this.has(index)) return
    const key = this.keyOf(index)
    while (this.#buckets.length <= key) this.#buckets.push([])
    const bucket = this.#buckets[key] as number[]
    this.#slots[index] = bucket.push(index) - 1
    this.#size++
    if (key < this.#lowest) this.#lowest = key
  }

  /** Makes it no member; nothing when it is none. */
  remove(index: number): void {
    const slot = this.#slots[index] as number
    if (slot < 0) return
    const bucket = this.#buckets[this.keyOf(index)] as number[]
    this.#place(bucket, slot, bucket[bucket.length - 1] as number)
    bucket.pop()
    this.#slots[index] = -1
    this.#size--
  }

  /** Gives it another key. */
  rekey(index: number, key: number): void {
    if (!this.has(index)) {
      this.#keys[index] = key
      return
    }
    if (key === this.keyOf(index)) return
    this.remove(index)
    this.#keys[index] = key
    this.add(index)
  }

  /** Gives each member the key that `keyOf` answers, as many at once: one look at each piece. */
  sort(keyOf: (index: number) => number): void {
    for (const bucket of this.#buckets) bucket.length = 0
    this.#size = 0
    this.#lowest = 0
    for (let index = 0; index < this.#slots.length; index++) {
      if (!this.has(index)) continue
      this.#slots[index] = -1
      this.#keys[index] = keyOf(index)
      this.add(index)
    }
  }

  /** The first member accepted, lowest key first, from `lowestKey` on; -1 when none of the first `probesMax` is. */
  find(lowestKey: number, probesMax: number, accepts: (index: number) => boolean): number {
    if (this.#size === 0) return -1
    while (this.countAt(this.#lowest) === 0) this.#lowest++
    let probes = 0
    for (let key = Math.max(lowestKey, this.#lowest); key < this.#buckets.length; key++) {
      const bucket = this.#buckets[key] as number[]
      const start = bucket.length > 1 ? Math.floor(this.#random() * bucket.length) : 0
      for (let nth = 0; nth < bucket.length; nth++) {
        const index = bucket[(start + nth) % bucket.length] as number
        if (accepts(index)) return index
        if (++probes === probesMax) return -1
      }
    }
    return -1
  }

  #place(bucket: number[], slot: number, index: number): void {
    bucket[slot] = index
    this.#slots[index] = slot
  }
}
