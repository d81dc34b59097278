import { stat } from 'node:fs/promises'
import { errorCode } from './storage-error.ts'

/**
 * How a file stands, by what the system keeps of it: a program that changes a byte changes this. `ctimeNs`, the time of the last change to the
 * file or to what is said of it, is the one that no program can set back. `absent`: there is no file. `unknown`: nothing can be
 * said, and nothing that once was verified may be believed. All four are 64 bits without a sign.
 */
export type FileStamp =
  | { readonly size: bigint; readonly mtimeNs: bigint; readonly ctimeNs: bigint; readonly inode: bigint }
  | 'absent'
  | 'unknown'

/** A stamp, and when the file was made, as far as its file system says: that is all zeros, or the time of a change, where it does not. */
export type Sighting = Exclude<FileStamp, string> & { readonly birthNs: bigint }

/** What became of a file since it had a stamp. `changed`: it is there, and others may have written to it, or put it in another's place. */
export type FileChange = 'changed' | 'gone'

/** Looks at a file; a link counts as what it leads to. Never rejects: what cannot be looked at is `unknown`. */
export const stampOf = async (path: string): Promise<Sighting | 'absent' | 'unknown'> => {
  try {
    const { size, mtimeNs, ctimeNs, birthtimeNs, ino } = await stat(path, { bigint: true })
    return {
      size: unsigned(size),
      mtimeNs: unsigned(mtimeNs),
      ctimeNs: unsigned(ctimeNs),
      inode: unsigned(ino),
      birthNs: unsigned(birthtimeNs),
    }
  } catch (error) {
    // A file that stands where a folder of the path should be has no files in it.
    return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '') ? 'absent' : 'unknown'
  }
}

/** Whether a file is for sure as it was. */
export const isUnchanged = (before: FileStamp, now: FileStamp): boolean => {
  if (typeof before === 'string' || typeof now === 'string') return before === 'absent' && now === 'absent'
  return (
    before.size === now.size &&
    before.mtimeNs === now.mtimeNs &&
    before.ctimeNs === now.ctimeNs &&
    before.inode === now.inode
  )
}

/** Whether it is the same file, of the same size, with other times or the same. */
export const isSameButTimes = (before: FileStamp, now: FileStamp): boolean =>
  typeof before !== 'string' && typeof now !== 'string' && before.inode === now.inode && now.size === before.size

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value)
