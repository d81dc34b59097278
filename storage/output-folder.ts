import { access, constants, lstat, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { makeFolder } from './make-folder.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'

/**
 * Makes sure that `folder` is a folder which can be used, and gives its real path.
 *
 * @param writable creates it where it is missing, and asks for the right to write.
 * @throws StorageError
 */
export const openFolder = async (folder: string, writable: boolean): Promise<string> => {
  try {
    if (writable) await makeFolder(folder)
    if (!(await stat(folder)).isDirectory()) throw notFolder(folder)
    await access(folder, writable ? constants.W_OK | constants.X_OK : constants.X_OK)
    return await realpath(folder)
  } catch (error) {
    throw toStorageError(error, writable ? 'can not write to the folder' : 'can not open the folder', folder)
  }
}

/**
 * Checks what already stands where the files of a torrent go: folders are folders, files are files, and no symbolic link leads
 * out of `root`. What is missing is fine. Guards against what a torrent can name, not against another program that changes the
 * folder at the same time.
 *
 * @param root the real path of the output folder.
 * @throws StorageError
 */
export const checkFilePaths = async (root: string, paths: Iterable<readonly string[]>): Promise<void> => {
  const folders = new Map<string, Promise<boolean>>([['', Promise.resolve(true)]])
  const folderStands = (path: readonly string[]): Promise<boolean> => {
    const key = path.join(sep)
    const known = folders.get(key)
    if (known !== undefined) return known
    const found = folderStands(path.slice(0, -1)).then(async (parent) => parent && checkEntry(root, key, 'folder'))
    folders.set(key, found)
    return found
  }
  for (const path of paths) {
    if (await folderStands(path.slice(0, -1))) await checkEntry(root, path.join(sep), 'file')
  }
}

/** Whether the entry stands there. */
const checkEntry = async (root: string, below: string, kind: 'file' | 'folder'): Promise<boolean> => {
  const path = join(root, below)
  try {
    const link = await lstat(path)
    // A link whose target is missing throws here too: to create that target may be to write elsewhere.
    if (link.isSymbolicLink()) await refuseWayOut(root, path)
    const found = await stat(path)
    if (kind === 'folder' && !found.isDirectory()) throw notFolder(path)
    if (kind === 'file' && !found.isFile()) {
      throw new StorageError(
        `${path} should be a file, but is ${found.isDirectory() ? 'a folder' : 'something else'}`,
        { path },
      )
    }
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw toStorageError(error, 'can not use', path)
  }
}

const refuseWayOut = async (root: string, path: string): Promise<void> => {
  const target = await realpath(path).catch(() => undefined)
  if (target === undefined || !`${target}${sep}`.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
    throw new StorageError(`${path} is a symbolic link that leads out of ${root}`, { path })
  }
}

const notFolder = (path: string): StorageError =>
  new StorageError(`${path} should be a folder, but is a file`, { code: 'ENOTDIR', path })
