import { access, constants, lstat, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { linkFault, notFile } from './link-fault.ts'
import { makeFolder } from './make-folder.ts'
import { followWithin } from './open-file.ts'
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
    throw toStorageError(error, writable ? 'cannot write to the folder' : 'cannot open the folder', folder)
  }
}

/**
 * Checks what already stands where the files of a torrent go: folders are folders, and files are files. What is missing is fine.
 *
 * @param root the real path of the folder.
 * @param options.readOnly links are followed wherever they lead; else one that leads out of `root`, or to nothing, is refused, before
 * anything is made: `openWithin` guards against what becomes a link later.
 * @throws StorageError
 */
export const checkFilePaths = async (
  root: string,
  paths: Iterable<readonly string[]>,
  { readOnly }: { readonly readOnly: boolean },
): Promise<void> => {
  const folders = new Map<string, Promise<boolean>>([['', Promise.resolve(true)]])
  const look = (below: string, kind: 'file' | 'folder') => checkEntry(root, join(root, below), kind, readOnly)
  const folderStands = (path: readonly string[]): Promise<boolean> => {
    const key = path.join(sep)
    const known = folders.get(key)
    if (known !== undefined) return known
    const found = folderStands(path.slice(0, -1)).then(async (parent) => parent && look(key, 'folder'))
    folders.set(key, found)
    return found
  }
  for (const path of paths) {
    if (await folderStands(path.slice(0, -1))) await look(path.join(sep), 'file')
  }
}

/** Whether the entry stands there. */
const checkEntry = async (root: string, path: string, kind: 'file' | 'folder', readOnly: boolean): Promise<boolean> => {
  try {
    // One whose target is missing is refused too: to create that target may be to write elsewhere.
    if (!readOnly && (await lstat(path)).isSymbolicLink()) await followWithin(root, path)
    const found = await stat(path)
    if (kind === 'folder' && !found.isDirectory()) throw notFolder(path)
    if (kind === 'file' && !found.isFile()) throw notFile(path, found)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && !(error instanceof StorageError)) return false
    throw toStorageError((await linkFault(path, error)) ?? error, 'cannot use', path)
  }
}

const notFolder = (path: string): StorageError =>
  new StorageError(`${path} should be a folder, but is a file`, { code: 'ENOTDIR', path })
