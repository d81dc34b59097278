import { type FileChange, type FileStamp, isContinued, isUnchanged, stampOf } from './file-stamps.ts'
import { errorCode } from './storage-error.ts'

/**
 * A file that we write to, and that others may change behind our back. Its stamp is the one under which it was found, or the one that
 * our own writes left: when it is seen again, nobody else was there since. A change by others shows at our next write, or in the stamp
 * that is found later; only one that falls into the time while we write passes for ours, as long as the file is the same one and no
 * shorter.
 */
export class WatchedFile {
  readonly path: string
  #stamp: FileStamp = 'unknown'
  /** To how many bytes a write under way may cut it. */
  #cutTo = Number.POSITIVE_INFINITY
  /** As it was last seen. */
  #seen: FileStamp = 'unknown'
  /** Whether we have written to it since `look` was last called. */
  #isFresh = false
  /** Writes under way. */
  #writes = 0
  /** The looks at the file, one after another: none runs while we write. */
  #looks: Promise<void> = Promise.resolve()
  /** Whether no write has begun since the last look. */
  #isSettled = true
  /** What may not be on the disk yet: what was there when we came, whoever wrote it, or what we have written. */
  #unflushed: 'nothing' | 'found' | 'written' = 'nothing'
  /** Whether a flush has failed. */
  #isLost = false

  /** It is not watched before `renew`. */
  constructor(path: string) {
    this.path = path
  }

  /**
   * As it was found, or our last write left it; `unknown` from where a write begins until it, and all that overlap it, have ended. Until
   * `renew` once somebody else has changed the file, for good once a flush has failed.
   */
  get stamp(): FileStamp {
    return this.#isSettled && !this.#isLost ? this.#stamp : 'unknown'
  }

  /**
   * Takes the file as it stands, whoever made it so: nothing that was known of its bytes holds any more. What is found may be in memory
   * alone, of a process that was killed or of a copy, and is flushed with the next `flush`. Resolves to `stamp`.
   */
  async renew(): Promise<FileStamp> {
    this.#look((found) => {
      this.#stamp = found
      if (typeof found !== 'string' && this.#unflushed === 'nothing') this.#unflushed = 'found'
    })
    await this.#looks
    return this.stamp
  }

  /**
   * Looks at the file: whether others have changed it, or taken it away, since its stamp was taken. Undefined: not as far as can be seen. A
   * network disk sets the times of what we wrote when it has it, which may be later: at the first look after a write of ours, times tell nothing.
   */
  async look(): Promise<FileChange | undefined> {
    let change: FileChange | undefined
    const isFresh = this.#isFresh
    this.#look((found) => {
      if (found === 'unknown' || this.#writes > 0 || isUnchanged(this.#stamp, found)) return
      if (found === 'absent') change = 'gone'
      else if (this.#stamp !== 'absent' && !(isFresh && isContinued(this.#seen, found))) change = 'changed'
    })
    await this.#looks
    if (this.#writes === 0) this.#isFresh = false
    return change
  }

  /**
   * Carries out a write of ours; several may run at once.
   *
   * @param cutTo in bytes, of one that may make the file as short. Default: none does.
   */
  async write(put: () => Promise<void>, cutTo = Number.POSITIVE_INFINITY): Promise<void> {
    this.#cutTo = Math.min(this.#cutTo, cutTo)
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
      this.#unflushed = 'written'
      this.#isFresh = true
      if (--this.#writes === 0) {
        this.#look((found) => {
          this.#stamp = afterOurs(this.#stamp, found, this.#cutTo)
          // Else the next write has begun, and its first look comes next.
          if (this.#writes > 0) return
          this.#isSettled = true
          this.#cutTo = Number.POSITIVE_INFINITY
        })
      }
      await this.#looks
    }
  }

  /**
   * Calls `sync`, which brings the file to the disk, unless it did so before and no write has ended since. Rejects when that fails; but a
   * file that we have not written to, and can not reach any more, is `unknown` and no failure.
   */
  async flush(sync: (path: string) => Promise<void>): Promise<void> {
    const unflushed = this.#unflushed
    if (unflushed === 'nothing') return
    // A write that ends from now on may miss this flush.
    this.#unflushed = 'nothing'
    try {
      await sync(this.path)
    } catch (error) {
      const code = errorCode(error) ?? ''
      if (unflushed === 'found' && readOnlyCodes.includes(code)) return
      if (unflushed === 'found' && outOfReachCodes.includes(code)) {
        this.#stamp = 'unknown'
        return
      }
      // Linux takes what it could not write for written: the next flush would succeed, and the bytes be lost.
      this.#isLost = true
      throw error
    }
  }

  #look(use: (found: FileStamp) => void): void {
    this.#looks = this.#looks.then(async () => {
      const found = await stampOf(this.path)
      use(found)
      this.#seen = found
    })
  }
}

/** What a flush meets on a file system that nobody can write to, such as SquashFS: there is nothing to bring to the disk. */
const readOnlyCodes: readonly string[] = ['EINVAL', 'EROFS']

/** What a flush meets when others have taken the file away, or the right to open it. */
const outOfReachCodes: readonly string[] = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']

/** What is known of a file that we have written to: we never take one away, put another in its place or make one shorter than `cutTo`. */
const afterOurs = (before: FileStamp, found: FileStamp, cutTo: number): FileStamp => {
  if (before === 'unknown' || found === 'unknown') return 'unknown'
  if (before === 'absent') return found
  const least = before.size > cutTo ? cutTo : before.size
  return found !== 'absent' && found.inode === before.inode && found.size >= least ? found : 'unknown'
}
