import type { Clock } from '../transport/clock.ts'
import { requireMethods } from '../transport/require.ts'
import { eachAtOnce } from './at-once.ts'
import { FileLooks } from './file-looks.ts'
import type { FileStamp } from './file-stamps.ts'
import { type LongFile, piecesOfEnds } from './long-file.ts'
import { type Loss, lossOfRead } from './loss.ts'
import type { Metainfo } from './metainfo.ts'
import { addPiece } from './piece-bits.ts'
import { type Hashed, hashInOrder, isPiece } from './piece-hashing.ts'
import { pieceCountOf, pieceLengthOf } from './piece-length.ts'
import { PieceReader } from './piece-reader.ts'
import { requireMetainfo } from './require-metainfo.ts'
import { type Believed, claimable } from './resume-trust.ts'
import { StorageError, toStorageError } from './storage-error.ts'
import type { ChunkStore, FileWatch } from './store.ts'
import { VerifiedPieces } from './verified-pieces.ts'

/** Files looked at together, whether they are too long: enough to keep Node's threads busy. */
const cutsAtOnce = 16

/** The pieces of one torrent on a chunk store: verified before they are written, read through a cache. */
export class PieceStorage {
  readonly metainfo: Metainfo
  readonly #store: ChunkStore
  readonly #reader: PieceReader
  readonly #writes = new Set<Promise<unknown>>()
  readonly #clock: Clock | undefined
  #watch: FileWatch | undefined
  #looks: FileLooks | undefined
  /** What was written since `recheck` began; undefined while there is none. */
  #written: Set<number> | undefined
  /** Undefined before they were checked. */
  #verified: VerifiedPieces | undefined
  /** A bitfield of the pieces that are not wanted; undefined: all are. */
  #skipped: Uint8Array | undefined
  #closing: Promise<void> | undefined

  /**
   * @param store its chunks are the torrent's pieces; `close` closes it too.
   * @param clock for reads that are tried again, and for looks at files that are read or written. Without it there are none of both.
   */
  constructor(store: ChunkStore, metainfo: Metainfo, clock?: Clock) {
    requireMethods('store', store, ['put', 'get', 'close'])
    requireMetainfo(metainfo)
    if (store.chunkLength !== metainfo.pieceLength) {
      throw new RangeError(
        `the chunks of the store have ${store.chunkLength} bytes, the pieces ${metainfo.pieceLength}`,
      )
    }
    this.metainfo = metainfo
    this.#store = store
    this.#clock = clock
    this.#reader = new PieceReader(store, metainfo, clock)
  }

  /** Whether the store says that nothing can be written to it. */
  get readOnly(): boolean {
    return this.#store.readOnly ?? false
  }

  /** What went wrong as the store was opened, and harms no data. */
  get fault(): ChunkStore['fault'] {
    return this.#store.fault
  }

  /** Where its files are, of a store that keeps files and can move them. */
  get folder(): string | undefined {
    return this.#store.folder
  }

  /** Whether the files can be moved. */
  get canMove(): boolean {
    return this.#store.moveTo !== undefined && !this.readOnly
  }

  /** Moves the files, as `ChunkStore.moveTo` says. Rejects where the store cannot. */
  async moveTo(folder: string, signal: AbortSignal): Promise<void> {
    this.#checkOpen()
    if (!this.canMove) throw new StorageError('the store cannot move its files')
    await this.#store.moveTo?.(folder, signal)
  }

  get pieceCount(): number {
    return pieceCountOf(this.metainfo)
  }

  /**
   * In bytes; the last piece may be shorter than the others.
   *
   * @throws RangeError when there is no such piece.
   */
  pieceLength(index: number): number {
    return pieceLengthOf(this.metainfo, index)
  }

  /**
   * Other files are wanted, and other pieces: without a call, all are. What is there of files that are wanted is moved into its place.
   *
   * @param isWanted by the number of the file in the torrent.
   * @param skipped a bitfield of the pieces of which no file is wanted.
   * @throws StorageError when a file cannot be moved, or it is closed before all are.
   */
  async select(isWanted: (file: number) => boolean, skipped: Uint8Array): Promise<void> {
    this.#checkOpen()
    this.#skipped = skipped
    this.#verified?.leaveOut(skipped)
    await this.#store.selectFiles?.(isWanted)
  }

  /**
   * Waits for the writes under way, and watches the files of the store from then on, so that `vouch` can answer for them. Resolves to how
   * they stand; to nothing of a store without files. Call it before each `check`: until that is done nothing is vouched for.
   */
  async watch(): Promise<readonly FileStamp[]> {
    this.#verified = undefined
    await Promise.allSettled(this.#writes)
    this.#watch = await this.#store.watchFiles?.()
    this.#looks = this.#watch && this.#clock && new FileLooks(this.metainfo, this.#watch, this.#clock)
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
   * @param onFault told of what may be there and cannot be read, which then counts as missing. Default: that ends the check.
   * @throws StorageError when the store fails, without `onFault`.
   */
  async check(
    onProgress?: (done: number, total: number) => void,
    signal?: AbortSignal,
    believed: Believed = () => undefined,
    onFault: (index: number, error: StorageError) => void = (_, error) => {
      throw error
    },
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
        if (isRight) addPiece(bitfield, index)
      }
      return index
    }
    for await (const { index, after, isRight, fault } of this.#hash(skip, signal)) {
      if (fault) onFault(index, fault)
      if (isRight) addPiece(bitfield, index)
      onProgress?.(after, this.pieceCount)
    }
    signal?.throwIfAborted()
    this.#verified = new VerifiedPieces(bitfield, this.pieceCount)
    if (this.#skipped) this.#verified.leaveOut(this.#skipped)
    return bitfield
  }

  /**
   * Cuts the files of the store that are longer than the torrent says, as far as the piece in which they end is one of `have`: those that
   * a check, or this run, has found right, or trusted resume data says so of. Tells `onLong` of each.
   */
  cutFiles(have: Uint8Array, onLong: (file: LongFile) => void): Promise<void> {
    const cutting = eachAtOnce(piecesOfEnds(this.metainfo, have), cutsAtOnce, (index) => this.#cutFiles(index, onLong))
    return this.#track(cutting.then(() => this.#cutEmptyFiles(onLong)))
  }

  /**
   * Hashes pieces anew, also while others are read and written, and tells of each whether it is right as it stands now. Pieces that were
   * written meanwhile are right. Files all of whose pieces are asked for are taken as they stand. One at a time.
   *
   * @param onFault told of what may be there and cannot be read, which is not right then.
   * @param signal ends it: throws the signal's reason.
   */
  async *recheck(
    isAsked: (index: number) => boolean,
    onFault: (index: number, error: StorageError) => void,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly index: number; readonly isRight: boolean }> {
    const written = new Set<number>()
    this.#written = written
    try {
      const files = new Set(await this.#looks?.renew(isAsked))
      // What was read before is no witness of what stands there.
      this.#reader.forget(0, this.pieceCount)
      const skip = (from: number): number => {
        let index = from
        while (index < this.pieceCount && !isAsked(index)) index++
        return index
      }
      for await (const { index: first, after, isRight, fault } of this.#hash(skip, signal)) {
        if (fault) {
          onFault(first, fault)
          files.delete(this.#looks?.fileOf(fault) ?? -1)
        }
        for (let index = first; index < after; index++) {
          if (!isAsked(index)) continue
          const isOurs = (isRight && index === first) || written.has(index)
          if (isOurs) this.#verified?.note(index, true)
          else this.lose({ first: index, end: index + 1 })
          yield { index, isRight: isOurs }
        }
      }
      this.#looks?.found(files)
    } finally {
      this.#written = undefined
    }
  }

  /**
   * Looks at the files of a part of a piece, where the last look is too long ago: resolves to what is lost, each once. Undefined: nothing is
   * due, and nothing to be waited for.
   */
  look(index: number, begin: number, length: number): Promise<readonly Loss[]> | undefined {
    return this.#looks?.look(index * this.metainfo.pieceLength + begin, length)
  }

  /** Looks at all files, as one is gone: others may be. */
  async lookAtAll(): Promise<readonly Loss[]> {
    return (await this.#looks?.lookAtAll()) ?? []
  }

  /** After a piece was written: `look` at all of it; where no piece that is wanted is missing any more a look at all files, whenever the last one was. */
  lookAfterWrite(index: number): Promise<readonly Loss[]> | undefined {
    return this.#verified?.areAll ? this.#looks?.lookAtLast() : this.look(index, 0, this.pieceLength(index))
  }

  /** What is lost, as a piece could not be read; undefined when that was told before. */
  lossOf(index: number, error: StorageError): Loss | undefined {
    return this.#looks ? this.#looks.failed(index, error) : lossOfRead(this.metainfo, index, error, undefined)
  }

  /** Pieces are lost: what is known of their bytes is forgotten. */
  lose({ first, end }: Pick<Loss, 'first' | 'end'>): void {
    this.#reader.forget(first, end)
    for (let index = first; index < end; index++) this.#verified?.note(index, false)
  }

  /** Whether a piece is right, as far as we know. */
  isVerified(index: number): boolean {
    return this.#verified?.has(index) ?? false
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
    const have = this.#verified?.toBits()
    if (!have) return undefined
    const flushed = (await this.#watch?.flush()) ?? []
    const isLost = (file: number) => this.#looks?.lost.has(file) ?? false
    // What is lost may be right all the same: it is to be hashed in any case.
    const stamps = flushed.map((stamp, file) => (stamp !== 'absent' && isLost(file) ? 'unknown' : stamp))
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
    return this.#reader.read(index, begin, length)
  }

  /**
   * What `read` would resolve to, if the cache holds it in one place: a view, without a copy or a promise. Undefined says
   * nothing but that `read` is needed.
   *
   * @throws RangeError like `read`.
   */
  readCached(index: number, begin: number, length: number): Uint8Array | undefined {
    return this.#reader.readCached(index, begin, length)
  }

  /** Waits for the writes and reads under way and closes the store; what is asked for afterwards is refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#writes, this.#reader.close()])
    await new Promise<void>((resolve, reject) => {
      this.#store.close((error) => (error ? reject(toStorageError(error, 'cannot close the store')) : resolve()))
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
    if (!(await isPiece(this.metainfo, index, data))) return 'corrupt'
    // A Buffer, as stores of the ecosystem may call its methods.
    const given = this.#store.copiesOnPut ? data : Buffer.from(data)
    await new Promise<void>((resolve, reject) => {
      this.#store.put(index, given, (error) => {
        if (error) reject(toStorageError(error, `cannot write piece ${index}`))
        else resolve()
      })
    })
    await this.#cutFiles(index, onLong)
    this.#reader.forget(index, index + 1)
    this.#written?.add(index)
    this.#verified?.note(index, true)
    await this.#cutEmptyFiles(onLong)
    return 'verified'
  }

  /** When all is there: what has no byte ends in no piece. */
  async #cutEmptyFiles(onLong: (file: LongFile) => void): Promise<void> {
    if (this.#verified?.isWhole) for (const file of (await this.#store.cutEmptyFiles?.()) ?? []) onLong(file)
  }

  #hash(skip: (from: number) => number, signal?: AbortSignal): AsyncGenerator<Hashed> {
    return hashInOrder({
      metainfo: this.metainfo,
      read: (index) => this.#reader.readWhole(index),
      skip,
      requireGoingOn: () => {
        signal?.throwIfAborted()
        this.#checkOpen()
      },
    })
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new StorageError('the storage is closed')
  }
}
