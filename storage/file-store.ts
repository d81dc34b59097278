import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { eachAtOnce } from './at-once.ts'
import { type FileStamp, isUnchanged } from './file-stamps.ts'
import { fileSystem } from './file-system.ts'
import { FileHandles } from './handle-pool.ts'
import type { LongFile } from './long-file.ts'
import { makeLinks } from './make-links.ts'
import type { Metainfo, TorrentFile } from './metainfo.ts'
import { underOldNames } from './old-names.ts'
import { openAnywhere, openWithin } from './open-file.ts'
import { checkFilePaths, openFolder } from './output-folder.ts'
import { ParkedFiles } from './parked-files.ts'
import { checkPathLengths } from './path-length.ts'
import { type Segment, segmentsOf } from './segments.ts'
import { inTurns, mapped } from './steps.ts'
import { StorageError, toStorageError } from './storage-error.ts'
import type { ChunkStore, FileWatch } from './store.ts'
import { WatchedFile } from './watched-file.ts'
import { readAll, writeAll } from './whole-transfers.ts'

/** Opens the files of a torrent below `folder`, and no other: see `openFileStore`. */
export const openFilesIn = async (
  metainfo: Metainfo,
  folder: string,
  { readOnly }: { readonly readOnly: boolean },
): Promise<ChunkStore> => {
  const root = await openFolder(folder, !readOnly)
  const files = readOnly ? await underOldNames(root, metainfo.files) : metainfo.files
  const real = files.filter((file) => !file.pad && !file.symlinkPath)
  const paths = real.map((file) => file.path)
  await checkPathLengths(root, paths)
  await checkFilePaths(root, paths, { readOnly })
  const pool = new FileHandles(readOnly ? openAnywhere : openWithin(root))
  if (!readOnly) await createEmptyFiles(root, real, pool)
  const kept = files.filter((file) => file.length > 0)
  const parked = await ParkedFiles.open({ root, metainfo, files: kept, pool, readOnly })
  const fault = readOnly ? undefined : await makeLinks(root, files)
  return new FileStore({ ...metainfo, files }, root, readOnly, { pool, parked }, fault)
}

const createEmptyFiles = async (root: string, files: readonly TorrentFile[], pool: FileHandles): Promise<void> => {
  for (const file of files) {
    if (file.length > 0) continue
    const path = join(root, ...file.path)
    await pool
      .with(path, 'write', async () => {})
      .catch((error: unknown) => {
        throw toStorageError(error, 'cannot create', path)
      })
  }
}

/** Files worked on together for one piece: as many as Node has threads for them by default. */
const segmentsAtOnce = 4

/** Files looked at together when a watch begins: enough to keep Node's threads busy. */
const looksAtOnce = 64

/** Files flushed together: the disk takes several in one go, 10,000 of them in a seventh of the time that one by one take. */
const flushesAtOnce = 16

class FileStore implements ChunkStore {
  readonly chunkLength: number
  readonly copiesOnPut = true
  readonly readOnly: boolean
  readonly fault?: StorageError
  readonly #length: number
  readonly #root: string
  readonly #files: readonly TorrentFile[]
  /** They are in no piece. */
  readonly #emptyFiles: readonly TorrentFile[]
  /** By their numbers in the torrent: those that have a byte. */
  readonly #numbers: ReadonlyMap<TorrentFile, number>
  readonly #pool: FileHandles
  readonly #parked: ParkedFiles
  readonly #puts = new Set<Promise<void>>()
  /** Files being parked, or moved into place, or the part file being read anew: nothing is written meanwhile. */
  #selecting: Promise<void> = Promise.resolve()
  /** Those that are watched: the same ones as long as the store is open, as they know whose flush has failed. */
  #watched: ReadonlyMap<TorrentFile, WatchedFile> = new Map()
  #closed = false

  constructor(
    metainfo: Metainfo,
    root: string,
    readOnly: boolean,
    { parked, pool }: { readonly parked: ParkedFiles; readonly pool: FileHandles },
    fault?: StorageError,
  ) {
    this.chunkLength = metainfo.pieceLength
    this.#length = metainfo.length
    this.#root = root
    this.readOnly = readOnly
    this.#files = metainfo.files.filter((file) => file.length > 0)
    this.#numbers = new Map([...metainfo.files.entries()].map(([number, file]) => [file, number]))
    this.#emptyFiles = metainfo.files.filter((file) => file.length === 0 && !file.pad && !file.symlinkPath)
    this.#pool = pool
    this.#parked = parked
    if (fault) this.fault = fault
  }

  put(index: number, data: Uint8Array, done: (error: Error | null) => void): void {
    this.#put(index, data).then(() => done(null), done)
  }

  get(
    index: number,
    range: { readonly offset: number; readonly length: number } | undefined,
    done: (error: Error | null, data?: Uint8Array) => void,
  ): void {
    this.#read(index, range).then((data) => done(null, data), done)
  }

  close(done: (error?: Error | null) => void): void {
    this.#closed = true
    // No file is opened behind it: what is being moved ends with the file under way.
    const closing = this.#selecting.then(() => this.#pool.close())
    closing.then(() => done(this.#takeUnclosed() ?? null), done)
  }

  selectFiles(isWanted: (file: number) => boolean): Promise<void> {
    const isSkipped = (file: TorrentFile) => !file.pad && !isWanted(this.#numbers.get(file) ?? -1)
    const watchOf = (file: TorrentFile) => this.#watched.get(file)
    return this.#alone(() => this.#parked.select(isSkipped, watchOf, () => this.#checkOpen()))
  }

  /** Nothing is written meanwhile. */
  #alone(use: () => Promise<void>): Promise<void> {
    const using = this.#selecting.then(async () => {
      await Promise.allSettled(this.#puts)
      await use()
    })
    this.#selecting = using.catch(() => {})
    return using
  }

  async watchFiles(): Promise<FileWatch> {
    const files = this.#files.filter((file) => !file.pad)
    const system = fileSystem((path) => this.#pool.inodeOfOpen(path))
    if (this.#watched.size === 0) {
      const watch = (file: TorrentFile) => [file, new WatchedFile(this.#path(file), system)] as const
      this.#watched = new Map(await inTurns(mapped(files, watch)))
    }
    await eachAtOnce(this.#watched.values(), looksAtOnce, async (one) => void (await one.renew()))
    await this.#parked.watch(system)
    // After the look: what is opened is what was looked at, or came later.
    await this.#pool.renew()
    // What did not close is unknown, and will be hashed: nobody relies on it.
    this.#takeUnclosed()
    const numbers = new Map(files.map((file, number) => [this.#path(file), number]))
    const watchOf = (number: number) => this.#watchOf(files[number])
    return {
      stamps: files.map((file) => this.#watchOf(file)?.stamp ?? 'unknown'),
      flush: () => this.#flush(files),
      look: async (file, isLast) => {
        const one = watchOf(file)
        const change = await one?.look(isLast)
        // A file that was taken away would hold its place on the disk as long as it is open.
        if (one && change) await this.#pool.forget(one.path)
        return change
      },
      renew: async (files) => {
        if (this.#parked.isWatched) await this.#alone(() => this.#parked.reload())
        await eachAtOnce(files, looksAtOnce, async (file) => void (await watchOf(file)?.renew()))
        await this.#pool.renew()
      },
      pathOf: (file) => watchOf(file)?.path ?? '',
      fileAt: (path) => numbers.get(path),
    }
  }

  async cutFiles(index: number): Promise<readonly LongFile[]> {
    const start = index * this.chunkLength
    const end = Math.min(start + this.chunkLength, this.#length)
    const long: LongFile[] = []
    if (this.readOnly) return long
    await this.#forEachSegment(start, end - start, async ({ file }) => {
      if (file.pad || file.offset + file.length > end) return
      const found = await this.#cut(file)
      if (found) long.push(found)
    })
    return long
  }

  async cutEmptyFiles(): Promise<readonly LongFile[]> {
    const long: LongFile[] = []
    if (this.readOnly) return long
    await eachAtOnce(this.#emptyFiles, segmentsAtOnce, async (file) => {
      const found = await this.#cut(file)
      if (found) long.push(found)
    })
    return long
  }

  /** Undefined when it is not longer than it should be, or cannot be looked at. */
  async #cut(file: TorrentFile): Promise<LongFile | undefined> {
    const path = this.#path(file)
    const { length } = file
    const found = await stat(path).then(
      ({ size }) => size,
      () => 0,
    )
    if (found <= length) return undefined
    try {
      const cut = () => this.#use(file, 'write', (handle) => handle.truncate(length))
      const watched = this.#watched.get(file)
      await (watched ? watched.write(cut, length) : cut())
      return { path, length, found }
    } catch (error) {
      return { path, length, found, error: toStorageError(error, 'cannot write', path) }
    }
  }

  /** What tells how a file stands: of one that is parked with anything of it the part file. */
  #watchOf(file: TorrentFile | undefined): WatchedFile | undefined {
    return file && (this.#parked.watchOf(file) ?? this.#watched.get(file))
  }

  async #flush(files: readonly TorrentFile[]): Promise<readonly FileStamp[]> {
    const watched = files.map((file) => this.#watchOf(file))
    const before = watched.map((one) => one?.stamp)
    const failures: unknown[] = []
    await eachAtOnce(new Set(watched), flushesAtOnce, async (one) => {
      await one
        ?.flush((path) => this.#sync(path))
        .catch((error: unknown) => {
          // A part file that was taken away meanwhile has nothing to be brought to the disk.
          if (files.some((file) => this.#watchOf(file) === one)) failures.push(error)
        })
    })
    // Whoever has them closed: what was written to one that is being closed is not known to have a place.
    await this.#pool.settled()
    const unclosed = this.#takeUnclosed()
    if (unclosed) failures.unshift(unclosed)
    // Not before the others are flushed: a failure is told once, and each of them would cost a save.
    if (failures.length > 0) throw failures[0]
    return watched.map((one, i) => {
      const stamp = one?.stamp ?? 'unknown'
      return one === this.#watchOf(files[i]) && isUnchanged(before[i] ?? 'unknown', stamp) ? stamp : 'unknown'
    })
  }

  async #put(index: number, data: Uint8Array): Promise<void> {
    for (let selecting: Promise<void> | undefined; selecting !== this.#selecting; ) {
      selecting = this.#selecting
      await selecting
    }
    const put = this.#write(index, data)
    this.#puts.add(put)
    await put.finally(() => this.#puts.delete(put))
  }

  async #write(index: number, data: Uint8Array): Promise<void> {
    this.#checkOpen()
    const start = index * this.chunkLength
    const length = Math.min(this.chunkLength, this.#length - start)
    if (data.length !== length) throw new StorageError(`piece ${index} has ${length} bytes, not ${data.length}`)
    if (this.readOnly)
      throw new StorageError(`cannot write below ${this.#root}: it is open for reading alone`, { code: 'EROFS' })
    await this.#forEachSegment(start, length, async (segment) => {
      const part = data.subarray(segment.from, segment.to)
      if (segment.file.pad) return
      if (this.#parked.has(segment.file)) {
        await this.#parked.write(segment.file, index, segment.from, part)
        return
      }
      const write = () => this.#use(segment.file, 'write', (handle) => writeAll(handle, part, segment.position))
      const watched = this.#watched.get(segment.file)
      await (watched ? watched.write(write) : write()).catch(async (error: unknown) => {
        await this.#pool.forget(this.#path(segment.file))
        // Of the same cause, most likely, and told with it.
        this.#takeUnclosed()
        throw error
      })
    })
    const unclosed = this.#takeUnclosed()
    if (unclosed) throw unclosed
  }

  /**
   * What closing files that we have written to has failed with since it was last asked: network disks say then that what was written has no
   * place. These files are believed no more.
   */
  #takeUnclosed(): StorageError | undefined {
    const unclosed = this.#pool.takeUnclosed()
    const [first] = unclosed
    if (!first) return undefined
    for (const one of this.#watched.values()) if (unclosed.has(one.path)) one.lose()
    return toStorageError(first[1], 'cannot close', first[0])
  }

  async #read(
    index: number,
    range: { readonly offset: number; readonly length: number } | undefined,
  ): Promise<Uint8Array> {
    this.#checkOpen()
    const offset = range?.offset ?? 0
    const start = index * this.chunkLength + offset
    const length = range?.length ?? Math.min(this.chunkLength, this.#length - start)
    // Pool memory would be pinned, whole slabs of it, by the views that live on in caches and queues.
    const data = Buffer.allocUnsafeSlow(length)
    await this.#forEachSegment(start, length, async (segment) => {
      const part = data.subarray(segment.from, segment.to)
      if (segment.file.pad) part.fill(0)
      else if (this.#parked.has(segment.file)) await this.#parked.read(segment.file, index, offset + segment.from, part)
      else await this.#use(segment.file, 'read', (handle) => readAll(handle, part, segment.position))
    })
    return data
  }

  async #sync(path: string): Promise<void> {
    // Not `datasync`: the times of the file, which the stamps are made of, would be lost.
    const sync = (handle: FileHandle) => handle.sync()
    try {
      // Open for reading, so that what is gone is not made anew. Windows flushes only what is open for writing.
      await (process.platform === 'win32' ? withExisting(path, sync) : this.#pool.with(path, 'read', sync))
    } catch (error) {
      throw toStorageError(error, 'cannot flush', path)
    }
  }

  #path(file: TorrentFile): string {
    return join(this.#root, ...file.path)
  }

  async #use(file: TorrentFile, mode: 'read' | 'write', use: (handle: FileHandle) => Promise<void>): Promise<void> {
    const path = this.#path(file)
    try {
      await this.#pool.with(path, mode, use)
    } catch (error) {
      throw toStorageError(error, `cannot ${mode}`, path)
    }
  }

  /** Resolves when all is done; the first failure lets what is under way end, starts nothing more, and is thrown. */
  async #forEachSegment(start: number, length: number, use: (segment: Segment) => Promise<void>): Promise<void> {
    await eachAtOnce(segmentsOf(this.#files, start, length), segmentsAtOnce, use)
  }

  #checkOpen(): void {
    if (this.#closed) throw new StorageError('the file store is closed')
  }
}

/** Lends a file open for writing, if it is there. */
const withExisting = async (path: string, use: (handle: FileHandle) => Promise<void>): Promise<void> => {
  const handle = await open(path, 'r+')
  try {
    await use(handle)
  } finally {
    await handle.close()
  }
}
