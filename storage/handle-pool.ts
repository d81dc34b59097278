import type { FileHandle } from 'node:fs/promises'
import { type Descriptors, processDescriptors } from '../transport/descriptors.ts'

/** For reading alone, or for reading and writing. */
export type OpenMode = 'read' | 'write'

/** Opens a file of a store; `write` makes it where it is missing. */
export type OpenFile = (path: string, mode: OpenMode) => Promise<FileHandle>

/** The owner of a file is told of its end, whoever brings that about. */
interface Owner {
  /** It is being closed: until when. */
  readonly onClosing: (closed: Promise<void>) => void
  /** It does not close: on a network disk what was written to it may be lost. */
  readonly onUnclosed: (error: unknown) => void
}

interface Entry {
  readonly handle: Promise<FileHandle>
  readonly owner: Owner
  /** Where it is found while it may be lent, by its path. */
  readonly home: Map<string, Entry>
  readonly path: string
  users: number
  /** `stale`: lent no more; `gone`: closed, or never open. */
  state: 'lent' | 'stale' | 'gone'
}

/**
 * The open files of all stores of a process: as many as there are descriptors for, those in use counted. Files stay open for their next
 * use; when a descriptor is wanted, the least recently used idle one is closed, whosever it is.
 */
export class HandlePool {
  readonly #descriptors: Descriptors
  /** In the order of their last use. */
  readonly #idle = new Set<Entry>()

  constructor(descriptors: Descriptors) {
    this.#descriptors = descriptors
    descriptors.keepsIdle(() => this.#closeOldest())
  }

  /** Opens a file as soon as there is a descriptor. One that could not be opened is forgotten. */
  open(path: string, home: Map<string, Entry>, open: () => Promise<FileHandle>, owner: Owner): Entry {
    const entry: Entry = { handle: this.#open(open), owner, home, path, users: 0, state: 'lent' }
    home.set(path, entry)
    entry.handle.catch(() => forget(entry))
    return entry
  }

  /** Lends an open file to `use`. */
  async lend<Result>(entry: Entry, use: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    this.#idle.delete(entry)
    entry.users++
    try {
      return await use(await entry.handle)
    } catch (error) {
      // On a network disk a handle may be dead while its file is not.
      await this.retire(entry)
      throw error
    } finally {
      entry.users--
      await this.#takeBack(entry)
    }
  }

  /** Lends it no more: it is closed now, or when it comes back. */
  async retire(entry: Entry): Promise<void> {
    if (entry.state === 'gone') return
    entry.state = 'stale'
    if (entry.home.get(entry.path) === entry) entry.home.delete(entry.path)
    if (entry.users === 0) await this.#close(entry)
  }

  async #open(open: () => Promise<FileHandle>): Promise<FileHandle> {
    await this.#descriptors.take('file')
    try {
      return await this.#descriptors.opening(open)
    } catch (error) {
      this.#descriptors.release('file')
      throw error
    }
  }

  async #takeBack(entry: Entry): Promise<void> {
    if (entry.users > 0 || entry.state === 'gone') return
    if (entry.state === 'stale' || this.#descriptors.isWanted) await this.#close(entry)
    else this.#idle.add(entry)
  }

  #closeOldest(): boolean {
    for (const entry of this.#idle) {
      this.#close(entry)
      return true
    }
    return false
  }

  #close(entry: Entry): Promise<void> {
    forget(entry)
    this.#idle.delete(entry)
    const closed = this.#closeHandle(entry)
    entry.owner.onClosing(closed)
    return closed
  }

  /** Never rejects. */
  async #closeHandle(entry: Entry): Promise<void> {
    const handle = await entry.handle.catch(() => undefined)
    try {
      await handle?.close()
    } catch (error) {
      // It is no fault of whoever used it last, and its descriptor is free all the same.
      entry.owner.onUnclosed(error)
    }
    this.#descriptors.release('file')
  }
}

const forget = (entry: Entry): void => {
  entry.state = 'gone'
  if (entry.home.get(entry.path) === entry) entry.home.delete(entry.path)
}

let ours: HandlePool | undefined

/** The one of this process. */
const processPool = (): HandlePool => {
  ours ??= new HandlePool(processDescriptors())
  return ours
}

/** The open files of one store. A failed open is tried again at the next use. */
export class FileHandles {
  readonly #open: OpenFile
  readonly #pool: HandlePool
  readonly #entries: Readonly<Record<OpenMode, Map<string, Entry>>> = { read: new Map(), write: new Map() }
  /** What closing files that were open for writing has failed with, by their paths. */
  #unclosed = new Map<string, unknown>()
  /** Those of its files that are being closed, also for want of a descriptor. */
  readonly #closings = new Set<Promise<void>>()
  #isClosed = false

  constructor(open: OpenFile, pool: HandlePool = processPool()) {
    this.#open = open
    this.#pool = pool
  }

  /** Lends an open file to `use`. */
  async with<Result>(path: string, mode: OpenMode, use: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    const home = this.#entries[mode]
    const entry = home.get(path) ?? this.#openEntry(path, mode)
    const result = this.#pool.lend(entry, use)
    if (this.#isClosed) this.#pool.retire(entry)
    return result
  }

  /**
   * From now on lends only what is opened from now on, so that a file which was put in another's place is found. The others are closed,
   * those lent out as soon as they come back.
   */
  async renew(): Promise<void> {
    for (const entry of [...this.#entries.read.values(), ...this.#entries.write.values()]) this.#pool.retire(entry)
    await this.settled()
  }

  /** Resolves when those are closed that are being closed now, whatever for: what that failed with is told by `takeUnclosed` from then on. */
  async settled(): Promise<void> {
    await Promise.all(this.#closings)
  }

  /** The inode of a file that is open for writing now; undefined of any other. */
  async inodeOfOpen(path: string): Promise<bigint | undefined> {
    const entry = this.#entries.write.get(path)
    if (!entry) return undefined
    const look = async (handle: FileHandle) => BigInt.asUintN(64, (await handle.stat({ bigint: true })).ino)
    return this.#pool.lend(entry, look).catch(() => undefined)
  }

  /** Lends a file no more as it is open now. */
  async forget(path: string): Promise<void> {
    const entries = Object.values(this.#entries).map((home) => home.get(path))
    await Promise.all(entries.map((entry) => entry && this.#pool.retire(entry)))
  }

  /**
   * Files that were open for writing and failed to close since it was last asked, by their paths, and what with: network disks say then
   * that what was written has no place.
   */
  takeUnclosed(): ReadonlyMap<string, unknown> {
    const unclosed = this.#unclosed
    this.#unclosed = new Map()
    return unclosed
  }

  /** Closes every file, those lent out as soon as they come back. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.renew()
  }

  #openEntry(path: string, mode: OpenMode): Entry {
    return this.#pool.open(path, this.#entries[mode], () => this.#open(path, mode), {
      onClosing: (closed) => {
        this.#closings.add(closed)
        closed.then(() => this.#closings.delete(closed))
      },
      onUnclosed: (error) => {
        if (mode === 'write') this.#unclosed.set(path, error)
      },
    })
  }
}
