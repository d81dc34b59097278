import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TorrentFile } from './torrent-files.ts'

/**
 * The files of a torrent as they lie below a folder: a file that is not there under its safe name, but under the one in the torrent, has
 * that as its `path`. Whoever made a torrent of `A` and `a` has both; clients that store names as they stand do so too.
 *
 * For reading alone: such a name is safe to be joined to the folder, but need not be one that we would give a file.
 */
export const underOldNames = async (root: string, files: readonly TorrentFile[]): Promise<readonly TorrentFile[]> => {
  if (!files.some(({ renamedFrom }) => renamedFrom)) return files
  const found: TorrentFile[] = []
  for (const file of files) {
    const { renamedFrom } = file
    const isOld = renamedFrom && !(await isFile(root, file.path)) && (await isOldName(root, renamedFrom))
    found.push(isOld ? { ...file, path: renamedFrom } : file)
  }
  return found
}

const isOldName = async (root: string, path: readonly string[]): Promise<boolean> =>
  path.every(isOneName) && (await isFile(root, path))

/** Whether it names something in a folder, and nothing above or below: on Windows a colon leads elsewhere. */
const isOneName = (part: string): boolean =>
  part !== '' && part !== '.' && part !== '..' && !(process.platform === 'win32' ? /[/\\:\0]/ : /[/\0]/).test(part)

const isFile = (root: string, path: readonly string[]): Promise<boolean> =>
  stat(join(root, ...path)).then(
    (found) => found.isFile(),
    () => false,
  )
