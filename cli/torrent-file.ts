import { readFile } from 'node:fs/promises'
import type { Metainfo } from '../storage/metainfo.ts'
import type { Api } from './api.ts'
import { Failure } from './exit.ts'
import { explainError } from './system-error.ts'

/** Whether a user means a magnet link, not a file. */
export const isMagnet = (text: string): boolean => /^magnet:/i.test(text)

/** Reads the .torrent a user named. Throws a Failure that names the file. */
export async function readTorrentFile(file: string, api: Api): Promise<Metainfo> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Failure(`cannot read ${file}: ${explainError(error)}`)
  })
  try {
    return api.parseMetainfo(bytes)
  } catch (error) {
    throw new Failure(`${file} is not a usable torrent: ${explainError(error)}`)
  }
}
