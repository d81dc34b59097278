import { lstat } from 'node:fs/promises'
import { sep } from 'node:path'
import { errorCode, StorageError } from './storage-error.ts'

/** What is wrong with a link that cannot be followed; undefined if it is none, or something else is wrong. */
export const linkFault = async (path: string, error: unknown): Promise<StorageError | undefined> => {
  const code = errorCode(error)
  const fault = code === 'ELOOP' ? 'in a circle' : code === 'ENOENT' || code === 'ENOTDIR' ? 'to nothing' : undefined
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )
  if (!isLink || fault === undefined) return undefined
  return new StorageError(`${path} is a link that leads ${fault}`, { code, path, cause: error })
}

/** A path below `root` that is somewhere else, as it is a link or a folder above it is one. */
export const wayOut = (root: string, path: string): StorageError =>
  new StorageError(`${path} leads out of ${root} by a symbolic link, which is not followed to write there`, { path })

/** Whether `place` is `root` or below it; both are real paths. */
export const isWithin = (root: string, place: string): boolean =>
  `${place}${sep}`.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)

/** What stands where a file should, and is none. */
export const notFile = (path: string, found: { isDirectory(): boolean }): StorageError => {
  const isFolder = found.isDirectory()
  return new StorageError(`${path} should be a file, but is ${isFolder ? 'a folder' : 'something else'}`, {
    code: isFolder ? 'EISDIR' : undefined,
    path,
  })
}
