import { Turns } from './turns.ts'

/** In bytes, of all extents kept. */
const cacheBytesMax = 16 * 1024 * 1024

/** Reads from the disk at once; each holds one extent. */
const loadsMax = 16

/** The parts of pieces read most recently, by a number that names them; the least recently used go first. */
export class ExtentCache {
  /** In the order of their last use. */
  readonly #extents = new Map<number, Uint8Array>()
  readonly #loads = new Map<number, Promise<Uint8Array>>()
  readonly #turns = new Turns(loadsMax)
  readonly #load: (key: number) => Promise<Uint8Array>
  #bytes = 0

  /** @param load brings an extent that is not held; its failure is the caller's, and is not kept. */
  constructor(load: (key: number) => Promise<Uint8Array>) {
    this.#load = load
  }

  /** In bytes; never more than 16 MiB. */
  get bytes(): number {
    return this.#bytes
  }

  /** The extent if it is held. */
  peek(key: number): Uint8Array | undefined {
    const extent = this.#extents.get(key)
    if (extent === undefined) return undefined
    this.#extents.delete(key)
    this.#extents.set(key, extent)
    return extent
  }

  /** The extent, loaded once for all calls meanwhile. */
  get(key: number): Promise<Uint8Array> {
    const held = this.peek(key)
    if (held !== undefined) return Promise.resolve(held)
    const pending = this.#loads.get(key)
    if (pending !== undefined) return pending
    const load: Promise<Uint8Array> = this.#loadInTurn(key, () => this.#loads.get(key) === load).finally(() => {
      if (this.#loads.get(key) === load) this.#loads.delete(key)
    })
    this.#loads.set(key, load)
    return load
  }

  /** Forgets the extents from `first` to the one before `end`: what is being loaded of them is given to its callers, and not kept. */
  forget(first: number, end: number): void {
    for (const key of this.#loads.keys()) if (key >= first && key < end) this.#loads.delete(key)
    for (const [key, { length }] of this.#extents) {
      if (key < first || key >= end) continue
      this.#extents.delete(key)
      this.#bytes -= length
    }
  }

  /** Resolves when nothing is being loaded; never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#loads.values())
  }

  #loadInTurn(key: number, isWanted: () => boolean): Promise<Uint8Array> {
    return this.#turns.take(async () => {
      const extent = await this.#load(key)
      if (isWanted()) this.#keep(key, extent)
      return extent
    })
  }

  #keep(key: number, extent: Uint8Array): void {
    this.#extents.set(key, extent)
    this.#bytes += extent.length
    for (const [oldest, { length }] of this.#extents) {
      if (this.#bytes <= cacheBytesMax) return
      this.#extents.delete(oldest)
      this.#bytes -= length
    }
  }
}
