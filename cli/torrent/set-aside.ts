import { lstat, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

/**
 * Does `work`, which writes the .torrent of the data at a path. An old one that lies in the data would be a part of the torrent that it is
 * then replaced by: it is hidden meanwhile, as hidden files are left out, and stands in its place again when `work` fails. Rejects as
 * `work` does, and with the system's error when it cannot be hidden.
 */
export async function withOldAside<Result>(old: string, data: string, work: () => Promise<Result>): Promise<Result> {
  if (!(await liesIn(old, data))) return await work()
  const aside = join(dirname(old), `.${basename(old)}.old`)
  await rename(old, aside)
  try {
    const result = await work()
    await rm(aside)
    return result
  } catch (error) {
    await rename(aside, old)
    throw error
  }
}

const liesIn = async (old: string, data: string): Promise<boolean> => {
  try {
    await lstat(old)
    // A link is hidden itself, wherever it leads.
    const place = join(await realpath(dirname(old)), basename(old))
    return place.startsWith(join(await realpath(data), sep))
  } catch {
    // One of them is not there.
    return false
  }
}
