import { type FileHandle, open } from 'node:fs/promises'

/** Makes a renaming in a folder last. Where a folder cannot be synced, as on Windows, it lasts when the system sees to it. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle: FileHandle | undefined = await open(folder, 'r').catch(() => undefined)
  try {
    await handle?.sync()
  } catch {
    // The data is whole in either case, and a lost renaming leaves what was there before.
  } finally {
    await handle?.close()
  }
}
