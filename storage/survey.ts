import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isNotJunk } from 'junk'
import { processDescriptors } from '../transport/descriptors.ts'
import { linkFault } from './link-fault.ts'
import { StorageError, toStorageError } from './storage-error.ts'

/**
 * What stands at a path, links followed: a file or a folder.
 *
 * @throws StorageError when it is something else, or a link that leads to nothing; else what the system throws.
 */
export const lookAt = async (path: string): Promise<BigIntStats> => {
  const found = await stat(path, { bigint: true }).catch(async (error: unknown) => {
    throw (await linkFault(path, error)) ?? error
  })
  if (!found.isFile() && !found.isDirectory())
    throw new StorageError(`${path} is neither a file nor a folder`, { path })
  return found
}

/**
 * Looks through a folder and all below it for what no torrent can be made of. Left out is what `create-torrent` leaves out: hidden
 * files, and what systems leave behind. It waits for ever where something is neither a file nor a folder, and does not say what
 * it has stumbled over, so this comes first.
 *
 * @throws StorageError that names the first such thing: neither a file nor a folder, a link that leads to nothing or to a folder
 * that it lies in, a name that is not UTF-8, or what cannot be read.
 */
export const surveyFolder = async (folder: string): Promise<void> => survey(folder, [])

/** `above`: the folders it lies in, by device and inode. */
const survey = async (folder: string, above: readonly string[]): Promise<void> => {
  try {
    const { dev, ino } = await lookAt(folder)
    const key = `${dev}:${ino}`
    if (above.includes(key)) {
      throw new StorageError(`${folder} is a link to a folder that it lies in`, { code: 'ELOOP', path: folder })
    }
    const read = () => readdir(folder, { withFileTypes: true, encoding: 'buffer' })
    const entries = await processDescriptors().using(read)
    for (const entry of entries) {
      const name = entry.name.toString()
      const path = join(folder, name)
      if (name.startsWith('.') || !isNotJunk(name)) continue
      if (!entry.name.equals(Buffer.from(name)))
        throw new StorageError(`${path} has a name that is not UTF-8`, { path })
      if (entry.isFile()) continue
      if (entry.isDirectory() || (await lookAt(path)).isDirectory()) await survey(path, [...above, key])
    }
  } catch (error) {
    throw toStorageError(error, 'cannot read')
  }
}
