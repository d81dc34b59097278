import type { Clock } from '../transport/clock.ts'
import { ExtentCache } from './extent-cache.ts'
import { extentLengthMax, locate, type Part } from './extents.ts'
import type { Metainfo } from './metainfo.ts'
import { Patience } from './patience.ts'
import { pieceLengthOf } from './piece-length.ts'
import { StorageError, toStorageError } from './storage-error.ts'
import type { ChunkStore } from './store.ts'

/** Reads the pieces of one torrent from its store: parts of them through a cache, whole ones past it. */
export class PieceReader {
  readonly #store: ChunkStore
  readonly #metainfo: Metainfo
  readonly #extentsPerPiece: number
  readonly #patience: Patience | undefined
  readonly #cache: ExtentCache
  #isClosed = false

  /** @param clock for reads that are tried again; without it none is. */
  constructor(store: ChunkStore, metainfo: Metainfo, clock: Clock | undefined) {
    this.#store = store
    this.#metainfo = metainfo
    this.#extentsPerPiece = Math.ceil(metainfo.pieceLength / extentLengthMax)
    this.#patience = clock && new Patience(clock)
    this.#cache = new ExtentCache((key) => this.#loadExtent(key))
  }

  /**
   * A part of a piece. Its bytes are shared with the cache.
   *
   * @throws RangeError at the call when it is not within the piece.
   * @throws StorageError, as a rejection, when the store fails or this is closed.
   */
  read(index: number, begin: number, length: number): Promise<Uint8Array> {
    const part = this.#locate(index, begin, length)
    if (part.lastKey === part.key) return this.#cache.get(part.key).then((extent) => view(extent, part.offset, length))
    return this.#readAcross(part, length)
  }

  /**
   * What `read` would resolve to, if the cache holds it in one place: a view.
   *
   * @throws RangeError like `read`.
   */
  readCached(index: number, begin: number, length: number): Uint8Array | undefined {
    const part = this.#locate(index, begin, length)
    if (part.lastKey !== part.key) return undefined
    const extent = this.#cache.peek(part.key)
    return extent && view(extent, part.offset, length)
  }

  /** A whole piece as the store has it, whatever was read before. Rejects with the store's own error. */
  readWhole(index: number): Promise<Uint8Array> {
    return this.#get(index, 0, pieceLengthOf(this.#metainfo, index))
  }

  /** Forgets what was read of the pieces from `first` to the one before `end`. */
  forget(first: number, end: number): void {
    this.#cache.forget(first * this.#extentsPerPiece, end * this.#extentsPerPiece)
  }

  /** Refuses what is asked for from now on, and tries nothing again. Resolves when no read through the cache is under way. */
  close(): Promise<void> {
    this.#isClosed = true
    this.#patience?.end()
    return this.#cache.settled()
  }

  #locate(index: number, begin: number, length: number): Part {
    return locate({ index, begin, length }, pieceLengthOf(this.#metainfo, index), this.#extentsPerPiece)
  }

  async #readAcross(part: Part, length: number): Promise<Uint8Array> {
    const whole = new Uint8Array(length)
    let offset = part.offset
    let done = 0
    for (let key = part.key; key <= part.lastKey; key++) {
      const extent = await this.#cache.get(key)
      const bytes = extent.subarray(offset, offset + length - done)
      whole.set(bytes, done)
      done += bytes.length
      offset = 0
    }
    return whole
  }

  async #loadExtent(key: number): Promise<Uint8Array> {
    const index = Math.floor(key / this.#extentsPerPiece)
    const begin = (key % this.#extentsPerPiece) * extentLengthMax
    const length = Math.min(extentLengthMax, pieceLengthOf(this.#metainfo, index) - begin)
    return this.#get(index, begin, length).catch((error: unknown) => {
      throw toStorageError(error, `cannot read piece ${index}`)
    })
  }

  #get(index: number, offset: number, length: number): Promise<Uint8Array> {
    const get = () => this.#getOnce(index, offset, length)
    return this.#patience ? this.#patience.with(get) : get()
  }

  async #getOnce(index: number, offset: number, length: number): Promise<Uint8Array> {
    if (this.#isClosed) throw new StorageError('the storage is closed')
    const data = await new Promise<Uint8Array>((resolve, reject) => {
      this.#store.get(index, { offset, length }, (error, data) => {
        if (error || !data) reject(error ?? new Error('the store gave no data'))
        else resolve(data)
      })
    })
    if (data.length !== length) throw new Error(`the store gave ${data.length} of ${length} bytes`)
    return data
  }
}

/** A plain Uint8Array, whatever subclass the store gives. */
const view = (extent: Uint8Array, offset: number, length: number): Uint8Array =>
  new Uint8Array(extent.buffer, extent.byteOffset + offset, length)
