import { rm } from 'node:fs/promises'
import type { FileHandles } from './handle-pool.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'
import { readAll, writeAll } from './whole-transfers.ts'

/** Where a piece has no slot. */
const noSlot = 0xffffffff

/** What a header is rounded up to, in bytes. */
const alignment = 1024

/**
 * Parts of pieces that have no file of their own, in one file. It is built as libtorrent's: the number of pieces and their length, for each piece
 * the number of its slot, or 2^32 - 1, all of these 32 bits, the highest byte first; then, from a multiple of 1,024 on, slots as long as a
 * piece, in which a part stands where it stands in its piece. A file with another header counts as empty, and is written over.
 *
 * A slot says nothing of what is in it: which parts of a piece are there its owner knows, and whether they are right their hash. The file is
 * made with the first part, and taken away with the last. One that is cut off in its header, or in which no piece has a slot, was left by a
 * kill before there was a part.
 */
export class PartFile {
  readonly path: string
  readonly #pool: FileHandles
  readonly #pieceCount: number
  readonly #pieceLength: number
  readonly #headerLength: number
  /** By piece. */
  #slots = new Map<number, Promise<number>>()
  #free: number[] = []
  /** The first slot that was never used. */
  #end = 0
  /** It is there, and not another's. */
  #isThere = false
  /** Its header is there, and no two pieces have one slot in it. */
  #made: Promise<void> | undefined
  /** Pieces that have a slot in the header which is another's. */
  #doubled: number[] = []
  readonly #reads = new Set<Promise<void>>()

  /** It is not looked at before `load`. */
  constructor(path: string, pool: FileHandles, pieces: { readonly count: number; readonly length: number }) {
    this.path = path
    this.#pool = pool
    this.#pieceCount = pieces.count
    this.#pieceLength = pieces.length
    this.#headerLength = Math.ceil((8 + 4 * pieces.count) / alignment) * alignment
  }

  /**
   * Reads which pieces have slots, of a file that is there, whatever was known of it. Nothing may be written meanwhile.
   *
   * @throws StorageError when it cannot be read.
   */
  async load(): Promise<void> {
    const header = await this.#readHeader()
    this.#empty()
    if (!header) return
    this.#isThere = true
    const taken = new Set<number>()
    for (let index = 0; index < this.#pieceCount; index++) {
      const slot = header.readUInt32BE(8 + 4 * index)
      // A power failure may have left two with one slot: their hash tells whose it is, of those that are kept.
      if (taken.has(slot)) this.#doubled.push(index)
      if (slot >= this.#pieceCount || taken.has(slot)) continue
      taken.add(slot)
      this.#slots.set(index, Promise.resolve(slot))
      this.#end = Math.max(this.#end, slot + 1)
    }
    for (let slot = 0; slot < this.#end; slot++) if (!taken.has(slot)) this.#free.push(slot)
    if (taken.size > 0 && this.#doubled.length === 0) this.#made = Promise.resolve()
  }

  /** Writes the header anew, as far as it is known, as others have cut the file. */
  async restore(): Promise<void> {
    const header = this.#emptyHeader()
    for (const [index, slot] of this.#slots) header.writeUInt32BE(await slot, 8 + 4 * index)
    await this.#with('write', (handle) => writeAll(handle, header, 0))
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0
  }

  /** The pieces that have a slot, in no order. */
  get pieces(): Iterable<number> {
    return this.#slots.keys()
  }

  has(index: number): boolean {
    return this.#slots.has(index)
  }

  /** Fills `into` with what stands in the slot of a piece, from that byte of the piece on. Rejects with `notFound` where there is no slot. */
  async read(index: number, begin: number, into: Uint8Array): Promise<void> {
    const slot = this.#slots.get(index)
    if (slot === undefined) throw Object.assign(new Error(`no part of piece ${index} is there`), { notFound: true })
    const read = this.#at('read', await slot, begin, (handle, position) => readAll(handle, into, position))
    this.#reads.add(read)
    await read.finally(() => this.#reads.delete(read))
  }

  /** Writes a part of a piece, from that byte of the piece on. */
  async write(index: number, begin: number, part: Uint8Array): Promise<void> {
    const slot = this.#slots.get(index) ?? this.#take(index)
    await this.#at('write', await slot, begin, (handle, position) => writeAll(handle, part, position))
  }

  /** These pieces need no slot any more; without one left, the file is taken away. Reads of them under way are waited for. */
  async free(pieces: Iterable<number>): Promise<void> {
    const freed: number[] = []
    for (const index of pieces) {
      const slot = await this.#slots.get(index)
      this.#slots.delete(index)
      if (slot === undefined) continue
      if (!this.isEmpty) await this.#note(index, noSlot)
      freed.push(slot)
    }
    await Promise.allSettled(this.#reads)
    if (!this.isEmpty) {
      this.#free.push(...freed)
      return
    }
    if (!this.#isThere) return
    this.#empty()
    await this.#pool.forget(this.path)
    await rm(this.path, { force: true }).catch((error: unknown) => {
      throw toStorageError(error, 'cannot take away', this.path)
    })
  }

  #empty(): void {
    this.#slots = new Map()
    this.#free = []
    this.#end = 0
    this.#isThere = false
    this.#made = undefined
    this.#doubled = []
  }

  /** Undefined where there is none, or that of another; an empty one where it is cut off. */
  async #readHeader(): Promise<Buffer | undefined> {
    const header = Buffer.alloc(this.#headerLength)
    try {
      await this.#pool.with(this.path, 'read', (handle) => readAll(handle, header, 0))
    } catch (error) {
      const code = errorCode(error)
      if (code === 'ENOENT') return undefined
      // One that ends early was being made when its process was killed.
      if (code === 'EPARTIALREAD') return this.#emptyHeader()
      throw toStorageError(error, 'cannot read', this.path)
    }
    const isOurs = header.readUInt32BE(0) === this.#pieceCount && header.readUInt32BE(4) === this.#pieceLength
    return isOurs ? header : undefined
  }

  #emptyHeader(): Buffer {
    const header = Buffer.alloc(this.#headerLength, 0xff)
    header.writeUInt32BE(this.#pieceCount, 0)
    header.writeUInt32BE(this.#pieceLength, 4)
    return header.fill(0, 8 + 4 * this.#pieceCount)
  }

  /** A slot for a piece; nothing is known of it when it cannot be noted. */
  #take(index: number): Promise<number> {
    const slot = this.#takeFree(index).catch((error: unknown) => {
      this.#slots.delete(index)
      throw error
    })
    this.#slots.set(index, slot)
    return slot
  }

  async #takeFree(index: number): Promise<number> {
    this.#made ??= this.#doubled.length > 0 ? this.#mend() : this.#make()
    await this.#made
    const slot = this.#free.pop() ?? this.#end++
    await this.#note(index, slot)
    return slot
  }

  async #make(): Promise<void> {
    const header = this.#emptyHeader()
    this.#isThere = true
    try {
      await this.#with('write', (handle) => writeAll(handle, header, 0))
    } catch (error) {
      this.#made = undefined
      throw error
    }
  }

  /** Else a piece that gets such a slot next would lose it to another when the file is read again. */
  async #mend(): Promise<void> {
    try {
      for (const index of this.#doubled) await this.#note(index, noSlot)
      this.#doubled = []
    } catch (error) {
      this.#made = undefined
      throw error
    }
  }

  async #note(index: number, slot: number): Promise<void> {
    const entry = Buffer.alloc(4)
    entry.writeUInt32BE(slot)
    await this.#with('write', (handle) => writeAll(handle, entry, 8 + 4 * index))
  }

  #at(
    mode: 'read' | 'write',
    slot: number,
    begin: number,
    use: (handle: Parameters<Parameters<FileHandles['with']>[2]>[0], position: number) => Promise<void>,
  ): Promise<void> {
    const position = this.#headerLength + slot * this.#pieceLength + begin
    return this.#with(mode, (handle) => use(handle, position))
  }

  async #with(mode: 'read' | 'write', use: Parameters<FileHandles['with']>[2]): Promise<void> {
    try {
      await this.#pool.with(this.path, mode, use)
    } catch (error) {
      throw error instanceof StorageError ? error : toStorageError(error, `cannot ${mode}`, this.path)
    }
  }
}
