import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { processDescriptors } from '../transport/descriptors.ts'
import { syncFolder } from './sync-folder.ts'

/**
 * Puts data in a file's place in one step, so that a crash at any moment leaves the old or the new.
 *
 * @param draft where it is written first, in the same folder; left there when that fails.
 */
export const replaceFile = async (path: string, draft: string, data: Uint8Array): Promise<void> => {
  await processDescriptors().using(() => writeWhole(draft, data))
  await rename(draft, path)
  await processDescriptors().using(() => syncFolder(dirname(path)))
}

/** Into a file of its own, never through a link. Only its owner may read it: it tells of other people's addresses. */
const writeWhole = async (path: string, data: Uint8Array): Promise<void> => {
  await rm(path, { force: true })
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(data)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
