import { createHash } from 'node:crypto'
import { eachAtOnce } from './at-once.ts'
import { ExtentCache } from './extent-cache.ts'
import { fileIndexAt } from './file-index.ts'
import type { FileStamp } from './file-stamps.ts'
import type { LongFile } from './long-file.ts'
import type { Metainfo } from './metainfo.ts'
import { type Believed, claimable } from './resume-trust.ts'
import { sha1 } from './sha1.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'
import type { ChunkStore, FileWatch } from './store.ts'

/**
 * In bytes: what one read for seeding brings. 16 requests of 16 KiB, and 64 such places in the read cache, more than the
 * default count of peers.
 */
const extentLengthMax = 256 * 1024

/** Files looked at together, whether they are too long: enough to keep Node's threads busy. */
const cutsAtOnce = 16

/** The pieces of one torrent on a chunk store: verified before they are written, read through a cache. */
export class PieceStorage {
  readonly metainfo: Metainfo
  readonly #store: ChunkStore
  readonly #cache: ExtentCache
  readonly #extentsPerPiece: number
  readonly #writes = new Set<Promise<unknown>>()
  #watch: FileWatch | undefined
  /** A bitfield of the pieces that are right, as far as we know; undefined before they were checked. */
  #verified: Uint8Array | undefined
  #closing: Promise<void> | undefined

  /** @param store its chunks are the torrent's pieces; `close` closes it too. */
  constructor(store: ChunkStore, metainfo: Metainfo) {
    if (store.chunkLength !== metainfo.pieceLength) {
      throw new RangeError(
        `the chunks of the store have ${store.chunkLength} bytes, the pieces ${metainfo.pieceLength}`,
      )
    }
    this.metainfo = metainfo
    this.#store = store
    this.#extentsPerPiece = Math.ceil(metainfo.pieceLength / extentLengthMax)
    this.#cache = new ExtentCache((key) => this.#loadExtent(key))
  }

  /** Whether the store says that nothing can be written to it. */
  get readOnly(): boolean {
    return this.#store.readOnly ?? false
  }

  get pieceCount(): number {
    return this.metainfo.pieceHashes.length / 20
  }

  /**
   * In bytes; the last piece may be shorter than the others.
   *
   * @throws RangeError when there is no such piece.
   */
  pieceLength(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.pieceCount) {
      throw new RangeError(`there is no piece ${index}; the torrent has ${this.pieceCount}`)
    }
    return Math.min(this.metainfo.pieceLength, this.metainfo.length - index * this.metainfo.pieceLength)
  }

  /**
   * Waits for the writes under way, and watches the files of the store from then on, so that `vouch` can answer for them. Resolves to how
   * they stand; to nothing of a store without files. Call it before each `check`: until that is done nothing is vouched for.
   */
  async watch(): Promise<readonly FileStamp[]> {
    this.#verified = undefined
    await Promise.allSettled(this.#writes)
    this.#watch = await this.#store.watchFiles?.()
    return this.#watch?.stamps ?? []
  }

  /**
   * Waits for the writes under way, hashes what the store holds and resolves to a bitfield (BEP 3: the high bit of the first byte is
   * piece 0) of the pieces that are right. Missing and short files are no error, and are passed over without reading on. Holds two pieces
   * at once: one is read while the other is hashed. One check at a time: wait for the end of the one before, and write nothing meanwhile.
   *
   * @param onProgress told after each piece, or run of missing ones, how many are done.
   * @param signal ends it: the promise rejects with the signal's reason.
   * @param believed what is known without a look. Default: nothing.
   * @throws StorageError when the store fails: something that may be there can not be read.
   */
  async check(
    onProgress?: (done: number, total: number) => void,
    signal?: AbortSignal,
    believed: Believed = () => undefined,
  ): Promise<Uint8Array> {
    this.#verified = undefined
    await Promise.allSettled(this.#writes)
    const bitfield = new Uint8Array(Math.ceil(this.pieceCount / 8))
    /** Takes over what is known from `from` on; answers the next piece to be hashed. */
    const skip = (from: number): number => {
      let index = from
      for (; index < this.pieceCount; index++) {
        const isRight = believed(index)
        if (isRight === undefined) break
        if (isRight) addTo(bitfield, index)
      }
      return index
    }
    let index = skip(0)
    let next = this.#readAhead(index)
    while (index < this.pieceCount) {
      signal?.throwIfAborted()
      const read = await next
      const after = skip(read.after)
      next = this.#readAhead(after)
      if (read.data !== undefined && (await this.#matches(index, read.data))) addTo(bitfield, index)
      index = after
      onProgress?.(index, this.pieceCount)
    }
    signal?.throwIfAborted()
    this.#verified = bitfield.slice()
    return bitfield
  }

  /**
   * Cuts the files of the store that are longer than the torrent says, as far as the piece in which they end is one of `have`: those that
   * a check, or this run, has found right, or trusted resume data says so of. Tells `onLong` of each.
   */
  cutFiles(have: Uint8Array, onLong: (file: LongFile) => void): Promise<void> {
    const { files, pieceLength } = this.metainfo
    const ends = new Set<number>()
    for (const { offset, length, pad } of files) {
      const index = Math.ceil((offset + length) / pieceLength) - 1
      if (length > 0 && !pad && ((have[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0) ends.add(index)
    }
    return this.#track(eachAtOnce(ends, cutsAtOnce, (index) => this.#cutFiles(index, onLong)))
  }

  /**
   * Waits for the writes under way, sees that all of them are on disk for good, and resolves to what a later run may believe: which
   * pieces are right, and the stamps of the files they are in, if `watch` was called. Undefined before a check was done.
   *
   * @throws StorageError when the disk fails.
   */
  async vouch(): Promise<{ readonly have: Uint8Array; readonly stamps: readonly FileStamp[] } | undefined> {
    await Promise.allSettled(this.#writes)
    // Before the flush: a piece that is verified meanwhile may miss it.
    const have = this.#verified?.slice()
    if (!have) return undefined
    const stamps = (await this.#watch?.flush()) ?? []
    return { have: claimable(this.metainfo, have, stamps), stamps }
  }

  /**
   * Hashes a whole piece and, when it is right, writes it. Resolves when that is done: only then is the piece ours. Until then
   * `data` must not change; afterwards it is the caller's again, as a store that may keep it is given a copy. A corrupt piece
   * leaves the store as it was.
   *
   * @param onLong told of each file that ends in the piece and was longer than the torrent says: it is cut now.
   * @throws RangeError at the call when there is no such piece, or `data` is not as long as it.
   * @throws StorageError, as a rejection, when the store fails or is closed.
   */
  write(index: number, data: Uint8Array, onLong: (file: LongFile) => void = () => {}): Promise<'verified' | 'corrupt'> {
    const length = this.pieceLength(index)
    if (data.length !== length) throw new RangeError(`piece ${index} has ${length} bytes, not ${data.length}`)
    return this.#track(this.#verifyAndPut(index, data, onLong))
  }

  /**
   * Reads a part of a verified piece, for seeding; the caller sees to it that the piece is. Requests that follow one another
   * cost one read of the store for each 256 KiB. The bytes are shared with the cache: do not change them.
   *
   * @throws RangeError at the call when the part is not within the piece.
   * @throws StorageError, as a rejection, when the store fails or is closed.
   */
  read(index: number, begin: number, length: number): Promise<Uint8Array> {
    const part = this.#locate(index, begin, length)
    if (part.lastKey === part.key) return this.#cache.get(part.key).then((extent) => view(extent, part.offset, length))
    return this.#readAcross(part, length)
  }

  /**
   * What `read` would resolve to, if the cache holds it in one place: a view, without a copy or a promise. Undefined says
   * nothing but that `read` is needed.
   *
   * @throws RangeError like `read`.
   */
  readCached(index: number, begin: number, length: number): Uint8Array | undefined {
    const part = this.#locate(index, begin, length)
    if (part.lastKey !== part.key) return undefined
    const extent = this.#cache.peek(part.key)
    return extent && view(extent, part.offset, length)
  }

  /** Waits for the writes and reads under way and closes the store; what is asked for afterwards is refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#writes, this.#cache.settled()])
    await new Promise<void>((resolve, reject) => {
      this.#store.close((error) => (error ? reject(toStorageError(error, 'can not close the store')) : resolve()))
    })
  }

  #track<Result>(write: Promise<Result>): Promise<Result> {
    this.#writes.add(write)
    const forget = () => this.#writes.delete(write)
    write.then(forget, forget)
    return write
  }

  async #cutFiles(index: number, onLong: (file: LongFile) => void): Promise<void> {
    for (const file of (await this.#store.cutFiles?.(index)) ?? []) onLong(file)
  }

  async #verifyAndPut(
    index: number,
    data: Uint8Array,
    onLong: (file: LongFile) => void,
  ): Promise<'verified' | 'corrupt'> {
    this.#checkOpen()
    if (!(await this.#matches(index, data))) return 'corrupt'
    // A Buffer, as stores of the ecosystem may call its methods.
    const given = this.#store.copiesOnPut ? data : Buffer.from(data)
    await new Promise<void>((resolve, reject) => {
      this.#store.put(index, given, (error) => {
        if (error) reject(toStorageError(error, `can not write piece ${index}`))
        else resolve()
      })
    })
    await this.#cutFiles(index, onLong)
    if (this.#verified) addTo(this.#verified, index)
    return 'verified'
  }

  async #matches(index: number, data: Uint8Array): Promise<boolean> {
    const digest = await sha1(data)
    return Buffer.compare(digest, this.metainfo.pieceHashes.subarray(index * 20, index * 20 + 20)) === 0
  }

  /** Reads piece `index` if there is one. Never rejects unhandled: a failure waits for whoever awaits it. */
  #readAhead(index: number): Promise<{ data: Uint8Array | undefined; after: number }> {
    if (index >= this.pieceCount) return Promise.resolve({ data: undefined, after: index })
    const read = this.#get(index, 0, this.pieceLength(index)).then(
      (data) => ({ data, after: index + 1 }),
      (error: unknown) => {
        if (!isAbsent(error)) throw toStorageError(error, `can not read piece ${index}`)
        return { data: undefined, after: isEndOfFile(error) ? this.#pieceAfterFile(index) : index + 1 }
      },
    )
    read.catch(() => {})
    return read
  }

  /**
   * The first piece that does not need the file which piece `index` lies in: none before it can be whole when that file is
   * missing or too short. Simply the next piece when `index` lies in several.
   */
  #pieceAfterFile(index: number): number {
    const start = index * this.metainfo.pieceLength
    const end = start + this.pieceLength(index)
    const file = this.metainfo.files[fileIndexAt(this.metainfo.files, start)]
    const fileEnd = file === undefined ? start : file.offset + file.length
    return end > fileEnd ? index + 1 : Math.max(index + 1, Math.ceil(fileEnd / this.metainfo.pieceLength))
  }

  #locate(index: number, begin: number, length: number): Part {
    const pieceLength = this.pieceLength(index)
    if (
      !Number.isInteger(begin) ||
      !Number.isInteger(length) ||
      begin < 0 ||
      length < 1 ||
      begin + length > pieceLength
    ) {
      throw new RangeError(`${length} bytes from ${begin} are not within the ${pieceLength} bytes of piece ${index}`)
    }
    const first = index * this.#extentsPerPiece
    return {
      key: first + Math.floor(begin / extentLengthMax),
      lastKey: first + Math.floor((begin + length - 1) / extentLengthMax),
      offset: begin % extentLengthMax,
    }
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
    const length = Math.min(extentLengthMax, this.pieceLength(index) - begin)
    return this.#get(index, begin, length).catch((error: unknown) => {
      throw toStorageError(error, `can not read piece ${index}`)
    })
  }

  async #get(index: number, offset: number, length: number): Promise<Uint8Array> {
    this.#checkOpen()
    const data = await new Promise<Uint8Array>((resolve, reject) => {
      this.#store.get(index, { offset, length }, (error, data) => {
        if (error || !data) reject(error ?? new Error('the store gave no data'))
        else resolve(data)
      })
    })
    if (data.length !== length) throw new Error(`the store gave ${data.length} of ${length} bytes`)
    return data
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new StorageError('the storage is closed')
  }
}

/**
 * SHA-1, in hex, of each block of a piece: two copies of a corrupt piece, compared block by block, show whose block was wrong.
 *
 * @param blockLength in bytes, 16 KiB on the wire; the last block may be shorter.
 */
export const blockDigests = (data: Uint8Array, blockLength: number): string[] => {
  const digests: string[] = []
  for (let begin = 0; begin < data.length; begin += blockLength) {
    digests.push(
      createHash('sha1')
        .update(data.subarray(begin, begin + blockLength))
        .digest('hex'),
    )
  }
  return digests
}

const addTo = (bitfield: Uint8Array, index: number): void => {
  bitfield[index >> 3] = (bitfield[index >> 3] ?? 0) | (0x80 >> (index & 7))
}

/** Which extents a part of a piece lies in, and where in the first of them it starts. */
interface Part {
  readonly key: number
  readonly lastKey: number
  readonly offset: number
}

/** A plain Uint8Array, whatever subclass the store gives. */
const view = (extent: Uint8Array, offset: number, length: number): Uint8Array =>
  new Uint8Array(extent.buffer, extent.byteOffset + offset, length)

/** A file that is missing or ends early: no byte after this place can be there either. */
const isEndOfFile = (error: unknown): boolean => errorCode(error) === 'ENOENT' || errorCode(error) === 'EPARTIALREAD'

/** `notFound`, or no code at all, is how memory-chunk-store and its kin say it (see `ChunkStore`); a StorageError is our own. */
const isAbsent = (error: unknown): boolean => {
  if (isEndOfFile(error)) return true
  if (!(error instanceof Error) || error instanceof StorageError) return false
  return ('notFound' in error && error.notFound === true) || errorCode(error) === undefined
}
