import { type FileStamp, isUnchanged, stampOf } from './file-stamps.ts'

/**
 * A file that we write to, and that others may change behind our back. Its stamp is the one that our own writes left: when it is found
 * again, nobody else was there since. A change by others shows at our next write, or in the stamp that is found later; only one that
 * falls into the time while we write passes for ours, as long as the file is the same one and no shorter.
 */
export class WatchedFile {
  readonly path: string
  #stamp: FileStamp
  /** Writes under way. */
  #writes = 0
  /** The looks at the file, one after another: none runs while we write. */
  #looks: Promise<void> = Promise.resolve()
  /** Whether no write has begun since the last look. */
  #isSettled = true
  #isDirty = false

  /** @param stamp as it is now. */
  constructor(path: string, stamp: FileStamp) {
    this.path = path
    this.#stamp = stamp
  }

  /**
   * As our last write left it; `unknown` from where a write begins until it, and all that overlap it, have ended. For good once
   * somebody else has changed the file or a flush has failed.
   */
  get stamp(): FileStamp {
    return this.#isSettled ? this.#stamp : 'unknown'
  }

  /** Carries out a write of ours; several may run at once. */
  async write(put: () => Promise<void>): Promise<void> {
    if (this.#writes++ === 0) {
      this.#isSettled = false
      this.#look((found) => {
        if (!isUnchanged(this.#stamp, found)) this.#stamp = 'unknown'
      })
    }
    await this.#looks
    try {
      await put()
    } finally {
      this.#isDirty = true
      if (--this.#writes === 0) {
        this.#look((found) => {
          this.#stamp = afterOurs(this.#stamp, found)
          // Else the next write has begun, and its first look comes next.
          if (this.#writes === 0) this.#isSettled = true
        })
      }
      await this.#looks
    }
  }

  /** Calls `sync`, which brings the file to the disk, unless no write has ended since the last time. */
  async flush(sync: (path: string) => Promise<void>): Promise<void> {
    if (!this.#isDirty) return
    // A write that ends from now on may miss this flush.
    this.#isDirty = false
    try {
      await sync(this.path)
    } catch (error) {
      // Linux takes what it could not write for written: the next flush would succeed, and the bytes be lost.
      this.#stamp = 'unknown'
      throw error
    }
  }

  #look(use: (found: FileStamp) => void): void {
    this.#looks = this.#looks.then(async () => use(await stampOf(this.path)))
  }
}

/** What is known of a file that we have written to: we never take one away, put another in its place or make one shorter. */
const afterOurs = (before: FileStamp, found: FileStamp): FileStamp => {
  if (before === 'unknown' || found === 'unknown') return 'unknown'
  if (before === 'absent') return found
  return found !== 'absent' && found.inode === before.inode && found.size >= before.size ? found : 'unknown'
}
