import { readFile } from 'node:fs/promises'
import type { Metainfo } from '../storage/metainfo.ts'
import type { Api } from './api.ts'
import { Failure } from './exit.ts'
import { explainError } from './system-error.ts'

/** Reads the .torrent a user named. Throws a Failure that names the file, also for a magnet, which needs no file. */
export async function readTorrentFile(file: string, api: Api): Promise<Metainfo> {
  if (/^magnet:/i.test(file)) throw new Failure('magnet links are not available yet, give a .torrent file')
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Failure(`cannot read ${file}: ${explainError(error)}`)
  })
  try {
    return api.parseMetainfo(bytes)
  } catch (error) {
    throw new Failure(`${file} is not a usable torrent: ${explainError(error)}`)
  }
}
