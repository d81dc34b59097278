import { rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { requireText } from '../transport/require.ts'
import { openFilesIn } from './file-store.ts'
import { Gate } from './gate.ts'
import type { Metainfo } from './metainfo.ts'
import {
  copyFiles,
  type Moving,
  placeCopies,
  refuseClashes,
  refuseLinks,
  renameAll,
  stands,
  type Way,
} from './move-files.ts'
import { forgetMove } from './move-journal.ts'
import { MovedWatch } from './moved-watch.ts'
import { checkFilePaths, openFolder } from './output-folder.ts'
import { checkPathLengths } from './path-length.ts'
import { settleMove } from './settle-move.ts'
import { StorageError } from './storage-error.ts'
import type { ChunkStore, FileWatch } from './store.ts'

/** What may stand below the folder of a torrent that is its own, but for folders. */
export const movingOf = ({ files: entries, infoHash }: Pick<Metainfo, 'files' | 'infoHash'>): Moving => {
  const hash = Buffer.from(infoHash).toString('hex')
  const own = entries.filter(({ pad }) => !pad)
  const files = own.filter(({ symlinkPath }) => !symlinkPath)
  return {
    infoHash: hash,
    paths: [...files.map(({ path }) => join(...path)), `.${hash}.parts`],
    links: own.flatMap(({ path, symlinkPath }) =>
      symlinkPath ? [{ path: join(...path), target: join(...symlinkPath) }] : [],
    ),
  }
}

/** The files of a torrent in a folder, from where they may be moved to another. */
export class MovableStore implements ChunkStore {
  readonly chunkLength: number
  readonly copiesOnPut = true
  readonly readOnly: boolean
  readonly fault?: NonNullable<ChunkStore['fault']>
  readonly #metainfo: Metainfo
  readonly #moving: Moving
  /** Shut while files are copied. */
  readonly #puts = new Gate()
  /** Shut while they are in no place. */
  readonly #looks = new Gate()
  #store: ChunkStore
  #folder: string
  #watch: MovedWatch | undefined
  /** Which files were selected last. */
  #isWanted: ((file: number) => boolean) | undefined
  /** What waits for the end of a move that is under way. */
  #move: Promise<void> | undefined
  readonly #closing = new AbortController()
  /** Where notes of moves stand whose owner has heard of them. */
  readonly #told = new Set<string>()

  readonly #isNear: (way: Way) => Promise<boolean>

  /**
   * @param folder its real path.
   * @param fault what its owner is to know besides.
   * @param isNear whether files may be renamed from one folder into the other.
   */
  constructor(
    store: ChunkStore,
    metainfo: Metainfo,
    folder: string,
    fault?: ChunkStore['fault'],
    isNear = isOneDevice,
  ) {
    this.chunkLength = store.chunkLength
    this.readOnly = store.readOnly ?? false
    this.#store = store
    this.#metainfo = metainfo
    this.#moving = movingOf(metainfo)
    this.#folder = folder
    this.#isNear = isNear
    const told = fault ?? store.fault
    if (told) this.fault = told
  }

  get folder(): string {
    return this.#folder
  }

  put(index: number, data: Uint8Array, done: (error: Error | null) => void): void {
    const put = () =>
      new Promise<void>((resolve, reject) => {
        this.#store.put(index, data, (error) => (error ? reject(error) : resolve()))
      })
    this.#puts.through(put).then(() => done(null), done)
  }

  get(...[index, range, done]: Parameters<ChunkStore['get']>): void {
    const get = () =>
      new Promise<Uint8Array | undefined>((resolve, reject) => {
        this.#store.get(index, range, (error, data) => (error ? reject(error) : resolve(data)))
      })
    this.#looks.through(get).then((data) => done(null, data), done)
  }

  close(done: (error?: Error | null) => void): void {
    this.#closing.abort(new StorageError('the file store is closed'))
    this.#close().then(() => done(null), done)
  }

  async watchFiles(): Promise<FileWatch> {
    return this.#looks.through(async () => {
      this.#watch = new MovedWatch(await watchOf(this.#store), this.#looks)
      return this.#watch
    })
  }

  async cutFiles(index: number) {
    return this.#puts.through(async () => (await this.#store.cutFiles?.(index)) ?? [])
  }

  async cutEmptyFiles() {
    return this.#puts.through(async () => (await this.#store.cutEmptyFiles?.()) ?? [])
  }

  async selectFiles(isWanted: (file: number) => boolean): Promise<void> {
    return this.#puts.through(async () => {
      this.#isWanted = isWanted
      await this.#store.selectFiles?.(isWanted)
    })
  }

  moveTo(folder: string, signal: AbortSignal): Promise<void> {
    requireText('folder', folder)
    if (this.#move) throw new Error('the files are being moved already')
    if (this.readOnly) {
      const told = { code: 'EROFS', path: this.#folder }
      throw new StorageError(`cannot move the files in ${this.#folder}: they are open for reading alone`, told)
    }
    const moving = this.#moveTo(folder, AbortSignal.any([signal, this.#closing.signal]))
    const over = () => {
      this.#move = undefined
    }
    this.#move = moving.then(over, over)
    return moving
  }

  async #moveTo(folder: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const from = this.#folder
    const wasThere = await stands(folder)
    const to = await openFolder(folder, true)
    if (to === from) return
    const way = { from, to }
    try {
      await this.#requireRoom(way)
      const isRenamed = (await this.#isNear(way)) && (await this.#rename(way, signal))
      if (!isRenamed) await this.#copy(way, signal)
    } catch (error) {
      // What is not empty, or was there before, stays.
      if (!wasThere) await rmdir(to).catch(() => {})
      throw error
    }
    // Files that went there and came back.
    await forgetMove(this.#moving.infoHash, to)
    this.#told.add(from)
    this.#told.delete(to)
  }

  async #requireRoom({ from, to }: Way): Promise<void> {
    const paths = this.#metainfo.files.filter(({ pad, symlinkPath }) => !pad && !symlinkPath).map(({ path }) => path)
    await checkPathLengths(to, paths)
    await checkFilePaths(to, paths, { readOnly: false })
    await refuseClashes(this.#moving, to)
    await refuseLinks(this.#moving, from)
  }

  /** False where that cannot be done, as the folders are on different file systems. */
  async #rename(way: Way, signal: AbortSignal): Promise<boolean> {
    const openPuts = await this.#puts.shut()
    const openLooks = await this.#looks.shut()
    try {
      signal.throwIfAborted()
      return await this.#reopening(way, () => renameAll(this.#moving, way))
    } finally {
      openLooks()
      openPuts()
    }
  }

  async #copy(way: Way, signal: AbortSignal): Promise<void> {
    const openPuts = await this.#puts.shut()
    try {
      await copyFiles(this.#moving, way, signal)
      const openLooks = await this.#looks.shut()
      try {
        await this.#reopening(way, async () => {
          await refuseClashes(this.#moving, way.to)
          await placeCopies(this.#moving, way)
          return true
        })
      } finally {
        openLooks()
      }
    } finally {
      openPuts()
    }
  }

  /**
   * Closes the files, and opens them where they are then. Where that is not known, as the disk fails amid it all, they stay closed, and the
   * next start finds them.
   */
  async #reopening({ from, to }: Way, bring: () => Promise<boolean>): Promise<boolean> {
    let isThere = false
    try {
      await this.#watch?.settle()
      await closed(this.#store)
      isThere = await bring()
      return isThere
    } finally {
      this.#folder = isThere ? to : await settleMove(this.#moving, from)
      await closed(this.#store)
      this.#store = await openFilesIn(this.#metainfo, this.#folder, { readOnly: false })
      if (this.#isWanted) await this.#store.selectFiles?.(this.#isWanted)
      this.#watch?.goOn(await watchOf(this.#store))
    }
  }

  async #close(): Promise<void> {
    await this.#move
    await closed(this.#store)
    // Whoever moved them knows by now where they are.
    for (const folder of this.#told) await forgetMove(this.#moving.infoHash, folder)
  }
}

const isOneDevice = async ({ from, to }: Way): Promise<boolean> => (await stat(from)).dev === (await stat(to)).dev

/** Closing it twice does no harm. */
const closed = (store: ChunkStore): Promise<void> =>
  new Promise((resolve, reject) => {
    store.close((error) => (error ? reject(error) : resolve()))
  })

const nothingWatched: FileWatch = {
  stamps: [],
  flush: async () => [],
  look: async () => undefined,
  renew: async () => {},
  pathOf: () => '',
  fileAt: () => undefined,
}

const watchOf = async (store: ChunkStore): Promise<FileWatch> => (await store.watchFiles?.()) ?? nothingWatched
