import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isMagnet, type Magnet, metainfoBytesMax } from '../../index.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Api } from '../context/api.ts'
import type { Context } from '../context/context.ts'
import { readBounded } from '../process/bounded-file.ts'
import { Failure, untilAborted, WrongUsage } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'

/**
 * Reads the .torrent a user named, by its path or a file: URL: a pipe may keep him waiting, for `timeout` seconds without a byte, or until
 * the context's signal aborts. Throws a Failure that names the file, a WrongUsage for what names no file, or the signal's reason.
 */
export async function readTorrentFile(
  named: string,
  timeout: number,
  { api, clock, signal }: Context,
): Promise<Metainfo> {
  const file = pathOf(named)
  const bounds = { what: 'torrent', bytesMax: metainfoBytesMax, patienceMs: timeout * 1000, clock, signal }
  const reading = readBounded(file, bounds).catch((error: unknown) => {
    if (error instanceof Failure || signal.aborted) throw error
    throw new Failure(`cannot read ${file}: ${explainError(error)}${isMissing(error) ? hintFor(file) : ''}`)
  })
  const bytes = await untilAborted(reading, signal)
  const parsing = api.readMetainfo(bytes).catch((error: unknown) => {
    throw new Failure(`${file} is not a usable torrent: ${explainError(error)}`)
  })
  return untilAborted(parsing, signal)
}

/**
 * Whether a user named a torrent by a magnet link or an info hash alone. A file whose name is an info hash is that file. Throws the reason of
 * the context's signal when that aborts.
 */
export async function meansMagnet(named: string, { signal }: Context): Promise<boolean> {
  if (!isMagnet(named)) return false
  return /magnet(:|%3a)/i.test(named) || !(await untilAborted(isFile(named), signal))
}

/** Reads a magnet link or an info hash alone. Throws a Failure that says what is wrong with it. */
export function readMagnet(link: string, api: Pick<Api, 'parseMagnet'>): Magnet {
  try {
    return api.parseMagnet(link)
  } catch (error) {
    throw new Failure(`this magnet link cannot be used: ${explainError(error)}`)
  }
}

/** Also a pipe; no folder. */
async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && !found.isDirectory()
}

function pathOf(named: string): string {
  const text = named.trim()
  if (text === '') throw new WrongUsage('no torrent is named: give a .torrent file, a magnet link or an info hash')
  if (/^file:/i.test(text)) {
    try {
      return fileURLToPath(text)
    } catch (error) {
      throw new WrongUsage(`${text} names no file on this machine: ${explainError(error)}`)
    }
  }
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return named
  throw new WrongUsage(`${text} is not fetched: save the .torrent and name that file, or give a magnet link`)
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** What a file that is not there may have been meant to be. */
function hintFor(file: string): string {
  if (/magnet|urn:|btih/i.test(file)) return '; a magnet link starts with magnet:?xt=urn:btih:'
  const digits = file.trim()
  if (!/^([0-9a-f]{30,50}|[a-z2-7]{30,34})$/i.test(digits)) return ''
  return `; an info hash has 40 hex digits or 32 of base32, not ${digits.length}`
}
