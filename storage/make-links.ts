import { lstat, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { isWithin } from './link-fault.ts'
import type { TorrentFile } from './metainfo.ts'
import { inFolderWithin } from './open-file.ts'
import { errorCode, StorageError, toStorageError } from './storage-error.ts'

/**
 * Makes the symbolic links of a torrent (BEP 47) below `root`, each straight to what it leads to, be that there yet or not. What stands in
 * a link's place stays. Where the system or the disk has no links, the right to make them is missing, or what lies on the way would lead
 * the link out of `root`, an empty file takes its place.
 *
 * @param root the real path of the output folder.
 * @returns what went wrong, as one error: no data of the torrent depends on a link, so the others are made all the same.
 */
export const makeLinks = async (root: string, files: readonly TorrentFile[]): Promise<StorageError | undefined> => {
  const links = files.filter(({ symlinkPath }) => symlinkPath)
  if (links.length === 0) return undefined
  const paths = new Set(files.map(({ path }) => path.join(sep)))
  let first: StorageError | undefined
  let failed = 0
  for (const { path, symlinkPath = [] } of links) {
    // Windows tells them apart.
    const kind = paths.has(symlinkPath.join(sep)) ? 'file' : 'dir'
    const fault = await makeLink(root, join(root, ...path), join(root, ...symlinkPath), kind)
    if (!fault) continue
    first ??= fault
    failed++
  }
  if (!first || failed === 1) return first
  return new StorageError(`${first.message} (and ${failed - 1} more)`, {
    code: first.code,
    path: first.path,
    cause: first,
  })
}

const makeLink = async (
  root: string,
  path: string,
  target: string,
  kind: 'file' | 'dir',
): Promise<StorageError | undefined> => {
  try {
    await inFolderWithin(root, path, async (place, folder) => {
      const putEmptyFile = () => writeFile(place, '', { flag: 'wx' })
      if (!(await leadsWithin(root, target))) {
        await putEmptyFile()
        throw new StorageError(`the link ${path} would lead out of ${root}, or to nothing: it is an empty file`, {
          path,
        })
      }
      // From where the folder really is: that is from where the system follows it.
      await symlink(relative(folder, target), place, kind).catch(async (error: unknown) => {
        if (!withoutLinks.includes(errorCode(error) ?? '')) throw error
        await putEmptyFile()
      })
    })
    return undefined
  } catch (error) {
    return errorCode(error) === 'EEXIST' ? undefined : toStorageError(error, 'cannot make the link', path)
  }
}

/** Whether a path below `root` stays there, as far as it is there. What becomes of the rest is up to the program that makes it. */
const leadsWithin = async (root: string, path: string): Promise<boolean> => {
  try {
    return isWithin(root, await realpath(path))
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error
  }
  return !(await isLink(path)) && path !== root && leadsWithin(root, dirname(path))
}

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )

/** What is answered where there are none, by FAT for instance, or by Windows without the right to make them. */
const withoutLinks: readonly string[] = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']
