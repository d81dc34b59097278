import { constants, type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.ts'
import { errorCode } from './storage-error.ts'

/** Open files, kept for the next use; few enough for any system's limit (256 on macOS, 1024 on most Linux). */
const idleHandlesMax = 128

type Mode = 'read' | 'write'

interface Entry {
  readonly handle: Promise<FileHandle>
  users: number
  /** Whether it is lent no more. */
  isStale: boolean
}

/**
 * Opens files on demand and closes the least recently used ones, so a torrent of thousands of files needs no more descriptors
 * than one of a few. A failed open is tried again at the next use.
 */
export class HandlePool {
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>()
  #keep = idleHandlesMax

  /**
   * Lends an open file to `use`. Mode `read` needs no right to write; `write` creates the file, and its folders, where they are
   * missing, and never truncates.
   */
  async with<Result>(path: string, mode: Mode, use: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    const key = `${mode} ${path}`
    const entry = this.#entries.get(key) ?? this.#open(key, path, mode)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.users++
    try {
      return await use(await entry.handle)
    } finally {
      entry.users--
      // A file that will not close is no fault of this use.
      await (entry.isStale ? close(entry) : this.#closeIdle()).catch(() => {})
    }
  }

  /**
   * From now on lends only what is opened from now on, so that a file which was put in another's place is found. The others are closed,
   * those lent out as soon as they come back.
   */
  async renew(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const entry of entries) entry.isStale = true
    await Promise.allSettled(entries.map(close))
  }

  /** Closes every file, those lent out as soon as they come back. */
  async close(): Promise<void> {
    this.#keep = 0
    await this.#closeIdle()
  }

  #open(key: string, path: string, mode: Mode): Entry {
    const entry = { handle: openFile(path, mode), users: 0, isStale: false }
    entry.handle.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    })
    return entry
  }

  async #closeIdle(): Promise<void> {
    const closing: Promise<void>[] = []
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#keep) break
      if (entry.users > 0) continue
      this.#entries.delete(key)
      closing.push(close(entry))
    }
    await Promise.all(closing)
  }
}

/** Unless it is lent out. */
const close = async ({ handle, users }: Entry): Promise<void> => {
  if (users === 0) await (await handle).close()
}

const openFile = async (path: string, mode: Mode): Promise<FileHandle> => {
  if (mode === 'read') return open(path, constants.O_RDONLY)
  const flags = constants.O_RDWR | constants.O_CREAT
  try {
    return await open(path, flags)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    await makeFolder(dirname(path))
    return open(path, flags)
  }
}
