import type { Clock } from '../transport/clock.ts'
import { eachAtOnce } from './at-once.ts'
import { fileIndexAt } from './file-index.ts'
import { keptFiles, piecesOf } from './file-pieces.ts'
import type { FileChange } from './file-stamps.ts'
import { type Loss, lossOfChange, lossOfRead } from './loss.ts'
import type { Metainfo, TorrentFile } from './metainfo.ts'
import type { StorageError } from './storage-error.ts'
import type { FileWatch } from './store.ts'

/**
 * How old the last look at a file may be when something of it is read or written, in milliseconds. A look costs the system a few
 * microseconds, so a file that is served costs nothing to speak of, and one that changes is served for so long at most.
 */
export const lookEveryMs = 10_000

/** Files looked at together when one was found gone, as the others may be too: a disk was taken out. */
const looksAtOnce = 64

/**
 * Sees to it that files are as they were verified: looks at a file when it is used and the last look is too long ago. One that was found
 * otherwise is lost, and not looked at again until `found`.
 */
export class FileLooks {
  readonly #metainfo: Metainfo
  readonly #files: readonly TorrentFile[]
  readonly #watch: FileWatch
  readonly #clock: Clock
  /** By number of the file; those that were never looked at since the watch began are as they were then. */
  readonly #lookedAt = new Map<number, number>()
  readonly #lost = new Set<number>()
  readonly #begunAt: number
  #sweptAt = Number.NEGATIVE_INFINITY
  /** The file that was asked for last, as blocks come in order. */
  #last = 0

  constructor(metainfo: Metainfo, watch: FileWatch, clock: Clock) {
    this.#metainfo = metainfo
    this.#files = keptFiles(metainfo.files)
    this.#watch = watch
    this.#clock = clock
    this.#begunAt = clock.now()
  }

  /** Numbers of the files that are not known to be as they were. */
  get lost(): ReadonlySet<number> {
    return this.#lost
  }

  /** Looks at the files with these bytes of the torrent, where that is due. Undefined when it is not: nothing is to be waited for. */
  look(offset: number, length: number): Promise<readonly Loss[]> | undefined {
    const now = this.#clock.now()
    let due: number[] | undefined
    for (let at = this.#fileAt(offset); at < this.#files.length; at++) {
      const file = this.#files[at]
      if (file === undefined || file.offset >= offset + length) break
      this.#last = at
      if (this.#lost.has(at) || now - (this.#lookedAt.get(at) ?? this.#begunAt) < lookEveryMs) continue
      this.#lookedAt.set(at, now)
      due ??= []
      due.push(at)
    }
    return due && this.#lookAt(due)
  }

  /** A piece could not be read: what is lost with it; undefined when that was told before. */
  failed(index: number, error: StorageError): Loss | undefined {
    const at = this.fileOf(error)
    if (at === undefined) return lossOfRead(this.#metainfo, index, error, undefined)
    if (this.#lost.has(at)) return undefined
    this.#lost.add(at)
    return lossOfRead(this.#metainfo, index, error, this.#files[at])
  }

  /** The number of the file that an error is about, where it tells. */
  fileOf({ path }: StorageError): number | undefined {
    return path === undefined ? undefined : this.#watch.fileAt(path)
  }

  /** Looks at all files, as one was found gone; at most once in `lookEveryMs`. */
  async lookAtAll(): Promise<readonly Loss[]> {
    const now = this.#clock.now()
    if (now - this.#sweptAt < lookEveryMs) return []
    this.#sweptAt = now
    return this.#lookAt(this.#files.keys())
  }

  /** Looks at all files for good, as all pieces seem to be there. */
  async lookAtLast(): Promise<readonly Loss[]> {
    this.#sweptAt = this.#clock.now()
    return this.#lookAt(this.#files.keys(), true)
  }

  /** Takes the files as they stand now all of whose pieces are to be hashed next; answers their numbers. */
  async renew(isAsked: (index: number) => boolean): Promise<readonly number[]> {
    const isWhole = (file: TorrentFile) => {
      const [first, end] = piecesOf(file, this.#metainfo.pieceLength)
      for (let index = first; index < end; index++) if (!isAsked(index)) return false
      return true
    }
    const files = [...this.#files.entries()].flatMap(([at, file]) => (isWhole(file) ? [at] : []))
    await this.#watch.renew(files)
    return files
  }

  /** These files were hashed as they stand, and what was right of them is known. */
  found(files: Iterable<number>): void {
    const now = this.#clock.now()
    for (const at of files) {
      this.#lost.delete(at)
      this.#lookedAt.set(at, now)
    }
  }

  async #lookAt(files: Iterable<number>, isLast = false): Promise<readonly Loss[]> {
    const losses: Loss[] = []
    await eachAtOnce(files, looksAtOnce, async (at) => {
      const change = this.#lost.has(at) ? undefined : await this.#watch.look(at, isLast)
      if (change !== undefined) losses.push(...this.#loseAll(this.#watch.pathOf(at), change))
    })
    return losses
  }

  /** All that lies at a path: what is there of skipped files lies in one part file. */
  #loseAll(path: string, change: FileChange): Loss[] {
    return [...this.#files.entries()].flatMap(([at, file]) => {
      if (this.#lost.has(at) || this.#watch.pathOf(at) !== path) return []
      this.#lost.add(at)
      return [lossOfChange(this.#metainfo, file, path, change)]
    })
  }

  /** The file that holds the byte at `offset`; of a pad file the one before it, which a look may be taken at all the same. */
  #fileAt(offset: number): number {
    const last = this.#files[this.#last]
    if (last && offset >= last.offset && offset < last.offset + last.length) return this.#last
    return fileIndexAt(this.#files, offset)
  }
}
