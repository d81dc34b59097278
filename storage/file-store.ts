import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { requireBoolean, requireObject, requireText } from '../transport/require.ts'
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
import { checkPathLengths } from './path-length.ts'
import { requireMetainfo } from './require-metainfo.ts'
import { type Segment, segmentsOf } from './segments.ts'
import { inTurns, mapped } from './steps.ts'
import { StorageError, toStorageError } from './storage-error.ts'
import type { ChunkStore, FileWatch } from './store.ts'
import { WatchedFile } from './watched-file.ts'
import { readAll, writeAll } from './whole-transfers.ts'

/**
 * Opens the files of a torrent below `folder`, under the safe names of its `path`s; whoever has them from another client can seed
 * them. What stands there is kept; a file that is longer than the torrent says is cut by `cutFiles` alone.
 *
 * The folder, the torrent's empty files and its links (BEP 47) are made now, other files and folders when their first piece is written. Pad files
 * (BEP 47) are zeros that reach no disk. However many files and stores there are, a process has 128 files open at once at most, and
 * fewer where it may open few.
 *
 * `folder` may be a symbolic link. What is written stays within it: a link below it that leads out is refused, now, or when a file is
 * opened if it has become one since. A link of the torrent that cannot be made is left out, and the store says so as its `fault`.
 *
 * @param options.readOnly for seeding: nothing is made or written, and the right to write is not needed; `put` fails (EROFS). Links are
 * followed wherever they lead. A torrent on it downloads nothing: where pieces are missing it is a partial seed.
 * @throws StorageError when `folder` is no folder or cannot be used, when a path is too long for the system, when something other than a file stands in a file's
 * place, or when a symbolic link below `folder` leads out of it, or nowhere.
 */
export const openFileStore = async (
  metainfo: Metainfo,
  folder: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<ChunkStore> => {
  requireMetainfo(metainfo)
  requireText('folder', folder)
  requireObject('what openFileStore is given', options)
  const readOnly = options.readOnly ?? false
  requireBoolean('readOnly', readOnly)
  const root = await openFolder(folder, !readOnly)
  const files = readOnly ? await underOldNames(root, metainfo.files) : metainfo.files
  const real = files.filter((file) => !file.pad && !file.symlinkPath)
  const paths = real.map((file) => file.path)
  await checkPathLengths(root, paths)
  await checkFilePaths(root, paths, { readOnly })
  const pool = new FileHandles(readOnly ? openAnywhere : openWithin(root))
  if (!readOnly) await createEmptyFiles(root, real, pool)
  const fault = readOnly ? undefined : await makeLinks(root, files)
  return new FileStore({ ...metainfo, files }, root, readOnly, pool, fault)
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
  readonly #pool: FileHandles
  /** Those that are watched: the same ones as long as the store is open, as they know whose flush has failed. */
  #watched: ReadonlyMap<TorrentFile, WatchedFile> = new Map()
  #closed = false

  constructor(metainfo: Metainfo, root: string, readOnly: boolean, pool: FileHandles, fault?: StorageError) {
    this.chunkLength = metainfo.pieceLength
    this.#length = metainfo.length
    this.#root = root
    this.readOnly = readOnly
    this.#files = metainfo.files.filter((file) => file.length > 0)
    this.#emptyFiles = metainfo.files.filter((file) => file.length === 0 && !file.pad && !file.symlinkPath)
    this.#pool = pool
    if (fault) this.fault = fault
  }

  put(index: number, data: Uint8Array, done: (error: Error | null) => void): void {
    this.#write(index, data).then(() => done(null), done)
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
    this.#pool.close().then(() => done(this.#takeUnclosed() ?? null), done)
  }

  async watchFiles(): Promise<FileWatch> {
    const files = this.#files.filter((file) => !file.pad)
    const system = fileSystem((path) => this.#pool.inodeOfOpen(path))
    if (this.#watched.size === 0) {
      const watch = (file: TorrentFile) => [file, new WatchedFile(this.#path(file), system)] as const
      this.#watched = new Map(await inTurns(mapped(files, watch)))
    }
    const watched = [...this.#watched.values()]
    await eachAtOnce(watched, looksAtOnce, async (one) => void (await one.renew()))
    // After the look: what is opened is what was looked at, or came later.
    await this.#pool.renew()
    // What did not close is unknown, and will be hashed: nobody relies on it.
    this.#takeUnclosed()
    const numbers = new Map(watched.map(({ path }, file) => [path, file]))
    return {
      stamps: watched.map(({ stamp }) => stamp),
      flush: () => this.#flush(watched),
      look: async (file, isLast) => {
        const one = watched[file]
        const change = await one?.look(isLast)
        // A file that was taken away would hold its place on the disk as long as it is open.
        if (one && change) await this.#pool.forget(one.path)
        return change
      },
      renew: async (files) => {
        await eachAtOnce(files, looksAtOnce, async (file) => void (await watched[file]?.renew()))
        await this.#pool.renew()
      },
      pathOf: (file) => watched[file]?.path ?? '',
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

  async #flush(watched: readonly WatchedFile[]): Promise<readonly FileStamp[]> {
    const before = watched.map(({ stamp }) => stamp)
    const failures: unknown[] = []
    await eachAtOnce(watched, flushesAtOnce, (one) =>
      one.flush((path) => this.#sync(path)).catch((error: unknown) => void failures.push(error)),
    )
    // Whoever has them closed: what was written to one that is being closed is not known to have a place.
    await this.#pool.settled()
    const unclosed = this.#takeUnclosed()
    if (unclosed) failures.unshift(unclosed)
    // Not before the others are flushed: a failure is told once, and each of them would cost a save.
    if (failures.length > 0) throw failures[0]
    return watched.map(({ stamp }, i) => (isUnchanged(before[i] ?? 'unknown', stamp) ? stamp : 'unknown'))
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
    const start = index * this.chunkLength + (range?.offset ?? 0)
    const length = range?.length ?? Math.min(this.chunkLength, this.#length - start)
    // Pool memory would be pinned, whole slabs of it, by the views that live on in caches and queues.
    const data = Buffer.allocUnsafeSlow(length)
    await this.#forEachSegment(start, length, async (segment) => {
      const part = data.subarray(segment.from, segment.to)
      if (segment.file.pad) part.fill(0)
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
