import { readFile } from 'node:fs/promises'
import type { Metainfo } from '../storage/metainfo.ts'
import type { Context } from './context.ts'
import { Failure, untilAborted } from './exit.ts'
import { explainError } from './system-error.ts'

/** Whether a user means a magnet link, not a file. */
export const isMagnet = (text: string): boolean => /^magnet:/i.test(text)

/**
 * Reads the .torrent a user named: a pipe may keep him waiting, until the context's signal aborts. Throws a Failure that names the file,
 * or the signal's reason.
 */
export async function readTorrentFile(file: string, { api, signal }: Context): Promise<Metainfo> {
  const reading = readFile(file).catch((error: unknown) => {
    throw new Failure(`cannot read ${file}: ${explainError(error)}`)
  })
  const bytes = await untilAborted(reading, signal)
  try {
    return api.parseMetainfo(bytes)
  } catch (error) {
    throw new Failure(`${file} is not a usable torrent: ${explainError(error)}`)
  }
}
