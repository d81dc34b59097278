import { type FileChange, type FileStamp, isSameButTimes, isUnchanged, type Sighting } from './file-stamps.ts'
import type { FileSystem } from './file-system.ts'
import { errorCode, StorageError } from './storage-error.ts'

/**
 * A file that we write to, and that others may change behind our back. Its stamp is the one under which it was found, or the one that
 * our own writes left: when it is seen again, nobody else was there since. A change by others shows at our next write, or in the stamp
 * that is found later; only one that falls into the time while we write passes for ours, as long as the file is the same one and no
 * shorter. A write to a file that others took away, or put another in the place of, fails. The same file may come under another inode, as
 * vfat and some file systems of FUSE make these up: that is a change.
 *
 * Where the times of our own writes may come late (on some network disks, and on Windows, until the file is closed) they cannot be told
 * from a change by others. There, of times alone that are others than our last write left, the first, second, fourth, eighth and so on count, as each
 * that counts has the file hashed: in all at most twice what there is of it. The rest leave a doubt, which counts as soon as nothing is
 * written any more.
 */
export class WatchedFile {
  readonly path: string
  readonly #system: FileSystem
  #stamp: Found = 'unknown'
  /** To how many bytes a write under way may cut it. */
  #cutTo = Number.POSITIVE_INFINITY
  /** As it was last seen. */
  #seen: Found = 'unknown'
  /** Whether we have written to it since it was last looked at by `look`, while we did not write. */
  #isFresh = false
  /** Writes under way. */
  #writes = 0
  /** The looks at the file, one after another: none runs while we write. */
  #looks: Promise<void> = Promise.resolve()
  /** Whether no write has begun since the look at the end of those before. */
  #isSettled = true
  /** What may not be on the disk yet: what was there when we came, whoever wrote it, or what we have written. */
  #unflushed: 'nothing' | 'found' | 'written' = 'nothing'
  /** Whether a flush has failed. */
  #isLost = false
  /** What others were seen to do while we write: told by each `look`, until `renew`. */
  #change: FileChange | undefined
  /** Whether what stands at the path is not what we wrote to, until `renew`. */
  #isAway = false
  /** Whether a write that is part of those under way, or was, has succeeded. */
  #hasPut = false
  /** How often times alone were others than our last write left. */
  #oddTimes = 0
  /** Whether that did not count since `renew`. */
  #isDoubted = false

  /** It is not watched before `renew`. */
  constructor(path: string, system: FileSystem) {
    this.path = path
    this.#system = system
  }

  /**
   * As it was found, or our last write left it; `unknown` from where a write begins until it, and all that overlap it, have ended. Until
   * `renew` once somebody else has changed the file, for good once a flush has failed.
   */
  get stamp(): FileStamp {
    return this.#isSettled && !this.#isLost ? this.#stamp : 'unknown'
  }

  /** What others were seen to do to it since `renew`. */
  get change(): FileChange | undefined {
    return this.#change
  }

  /**
   * Takes the file as it stands, whoever made it so: nothing that was known of its bytes holds any more. What is found may be in memory
   * alone, of a process that was killed or of a copy, and is flushed with the next `flush`. Resolves to `stamp`.
   */
  async renew(): Promise<FileStamp> {
    this.#look((found) => {
      this.#stamp = found
      this.#change = undefined
      this.#isAway = false
      this.#isDoubted = false
      if (typeof found !== 'string' && this.#unflushed === 'nothing') this.#unflushed = 'found'
    })
    await this.#looks
    return this.stamp
  }

  /**
   * Looks at the file: whether others have changed it, or taken it away, since its stamp was taken. Undefined: not as far as can be seen.
   *
   * @param isLast nothing is to be written any more: a doubt counts. Default: it counts where nothing was written since the last look.
   */
  async look(isLast = false): Promise<FileChange | undefined> {
    let change: FileChange | undefined
    this.#look(async (found) => {
      await this.#compareFile(found, !this.#isSettled)
      // Else what was found may be from amid a write, even if that has ended since.
      if (this.#isSettled) await this.#compareBytes(found, isLast)
      change = this.#change
    })
    await this.#looks
    return change
  }

  /**
   * Carries out a write of ours; several may run at once.
   *
   * @param cutTo in bytes, of one that may make the file as short. Default: none does.
   * @throws StorageError when the file was taken away, or is another one now: what is written would be lost, or harm what stands there.
   */
  async write(put: () => Promise<void>, cutTo = Number.POSITIVE_INFINITY): Promise<void> {
    this.#cutTo = Math.min(this.#cutTo, cutTo)
    if (this.#writes++ === 0) {
      this.#isSettled = false
      this.#hasPut = false
      this.#look((found) => this.#beginWrites(found))
    }
    await this.#looks
    try {
      this.#requireFile()
      await this.#put(put)
    } finally {
      if (--this.#writes === 0) this.#look((found) => this.#endWrites(found))
      await this.#looks
    }
    this.#requireFile()
  }

  /** What was written to it is not on the disk, as its system says. It is `unknown` for good. */
  lose(): void {
    this.#isLost = true
  }

  /**
   * Calls `sync`, which brings the file to the disk, unless it did so before and no write has ended since. Rejects when that fails; but a
   * file that we have not written to, and cannot reach any more, is `unknown` and no failure.
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

  async #put(put: () => Promise<void>): Promise<void> {
    try {
      await put()
      this.#hasPut = true
    } finally {
      this.#unflushed = 'written'
      this.#isFresh = true
    }
  }

  async #beginWrites(found: Found): Promise<void> {
    if (isUnchanged(this.#stamp, found)) return
    if (this.#stamp !== 'absent') await this.#compareFile(found, false)
    if (await this.#wasTouched(found)) this.#change ??= 'changed'
    this.#stamp = 'unknown'
  }

  async #endWrites(found: Found): Promise<void> {
    const before = this.#known()
    await this.#compareFile(found, true)
    if (found === 'absent' && this.#hasPut) this.#loseSight('gone')
    if (isShort(before, found, this.#cutTo)) this.#change ??= 'changed'
    this.#stamp = afterOurs(this.#stamp, found, this.#cutTo)
    // Else the next write has begun, and its first look comes next.
    if (this.#writes > 0) return
    this.#isSettled = true
    this.#cutTo = Number.POSITIVE_INFINITY
  }

  /** What the file was found to be when we last knew of it. */
  #known(): Found {
    const isBeingMade = this.#stamp === 'absent' && !this.#isSettled
    return this.#stamp === 'unknown' || isBeingMade ? this.#seen : this.#stamp
  }

  /** @param isOurs it may have grown by our own writes. */
  async #compareFile(found: Found, isOurs: boolean): Promise<void> {
    const before = this.#known()
    if (found === 'unknown' || typeof before === 'string') return
    if (found === 'absent') this.#loseSight('gone')
    else if (found.inode === before.inode) return
    else if (await this.#isReplaced(before, found, isOurs)) this.#loseSight('changed')
    else this.#change ??= 'changed'
  }

  /** Of a file with another inode: whether it is another one, by whatever else tells. */
  async #isReplaced(before: Sighting, found: Sighting, isOurs: boolean): Promise<boolean> {
    if (found.birthNs !== before.birthNs || isShort(before, found, this.#cutTo)) return true
    if (!isOurs && found.size !== before.size) return true
    const open = await this.#system.inodeOfOpen(this.path)
    return open !== undefined && open !== found.inode
  }

  #loseSight(change: FileChange): void {
    this.#isAway = true
    this.#change ??= change
  }

  /** While we do not write. */
  async #compareBytes(found: Found, isLast: boolean): Promise<void> {
    if (found === 'unknown') return
    const isDoubted = this.#isDoubted && (isLast || !this.#isFresh)
    if (this.#known() === 'unknown') this.#change ??= found === 'absent' ? 'gone' : 'changed'
    else if ((await this.#wasTouched(found)) || isDoubted) this.#change ??= 'changed'
    this.#isFresh = false
  }

  async #wasTouched(found: Found): Promise<boolean> {
    const before = this.#known()
    if (typeof before === 'string' || typeof found === 'string' || isUnchanged(before, found)) return false
    if (!this.#isFresh || !isSameButTimes(before, found)) return true
    if (await this.#system.isPunctual(this.path)) return true
    if (Number.isInteger(Math.log2(++this.#oddTimes))) return true
    this.#isDoubted = true
    this.#stamp = 'unknown'
    return false
  }

  #requireFile(): void {
    if (!this.#isAway) return
    const cause = this.#change === 'gone' ? 'it is gone' : 'another program has put another file in its place'
    throw new StorageError(`cannot write ${this.path}: ${cause}`, { path: this.path })
  }

  /** Nothing is written, and no other look used, until `use` has ended. */
  #look(use: (found: Found) => Promise<void> | void): void {
    this.#looks = this.#looks.then(async () => {
      const found = await this.#system.stampOf(this.path)
      await use(found)
      if (found !== 'unknown') this.#seen = found
    })
  }
}

type Found = Sighting | 'absent' | 'unknown'

/** What a flush meets on a file system that nobody can write to, such as SquashFS: there is nothing to bring to the disk. */
const readOnlyCodes: readonly string[] = ['EINVAL', 'EROFS']

/** What a flush meets when others have taken the file away, or the right to open it. */
const outOfReachCodes: readonly string[] = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']

/** What is known of a file that we have written to: we never take one away, put another in its place or make one shorter than `cutTo`. */
const afterOurs = (before: Found, found: Found, cutTo: number): Found => {
  if (before === 'unknown' || found === 'unknown') return 'unknown'
  if (before === 'absent') return found
  return found !== 'absent' && found.inode === before.inode && !isShort(before, found, cutTo) ? found : 'unknown'
}

/** Whether it is shorter than our writes may have made it. */
const isShort = (before: Found, found: Found, cutTo: number): boolean =>
  typeof before !== 'string' && typeof found !== 'string' && found.size < (before.size > cutTo ? cutTo : before.size)
