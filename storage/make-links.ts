import { symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { TorrentFile } from './metainfo.ts'
import { makeFolderWithin } from './open-file.ts'
import { errorCode, toStorageError } from './storage-error.ts'

/**
 * Makes the symbolic links of a torrent (BEP 47) below `root`, each straight to what it leads to, be that there yet or not. What stands in
 * a link's place stays: no data of the torrent depends on it. Where the system or the disk has no links, or the right to make them is
 * missing, an empty file takes the place.
 *
 * @param root the real path of the output folder.
 * @throws StorageError when a link can not be made, or a folder on the way to it leads out of `root`.
 */
export const makeLinks = async (root: string, files: readonly TorrentFile[]): Promise<void> => {
  const links = files.filter(({ symlinkPath }) => symlinkPath)
  if (links.length === 0) return
  const paths = new Set(files.map(({ path }) => path.join(sep)))
  for (const { path, symlinkPath = [] } of links) {
    // Windows tells them apart.
    const kind = paths.has(symlinkPath.join(sep)) ? 'file' : 'dir'
    await makeLink(root, join(root, ...path), join(root, ...symlinkPath), kind)
  }
}

const makeLink = async (root: string, path: string, target: string, kind: 'file' | 'dir'): Promise<void> => {
  try {
    const folder = dirname(path)
    await makeFolderWithin(root, folder)
    await symlink(relative(folder, target), path, kind).catch(async (error: unknown) => {
      if (!withoutLinks.includes(errorCode(error) ?? '')) throw error
      await writeFile(path, '', { flag: 'wx' })
    })
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    throw toStorageError(error, 'can not make the link', path)
  }
}

/** What is answered where there are none, by FAT for instance, or by Windows without the right to make them. */
const withoutLinks: readonly string[] = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']
