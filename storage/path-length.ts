import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from './metainfo-error.ts'
import { errorCode, StorageError } from './storage-error.ts'

/**
 * Asks the system whether it takes paths as long as the longest (4,095 bytes on Linux, 1,023 on macOS), so that a torrent does not find
 * out when the first piece of that file is written.
 *
 * @throws StorageError
 */
export const checkPathLengths = async (root: string, paths: readonly (readonly string[])[]): Promise<void> => {
  let longest: readonly string[] = []
  let most = 0
  for (const path of paths) {
    let bytes = path.length
    for (const name of path) bytes += Buffer.byteLength(name)
    if (bytes <= most) continue
    longest = path
    most = bytes
  }
  const path = join(root, ...longest)
  try {
    await lstat(path)
  } catch (error) {
    if (errorCode(error) !== 'ENAMETOOLONG') return
    const message = `the path of a file is too long for this system, ${Buffer.byteLength(path)} bytes: ${quote(path)}`
    throw new StorageError(message, { code: 'ENAMETOOLONG', path, cause: error })
  }
}
