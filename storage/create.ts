import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import createTorrent from 'create-torrent'
import { processDescriptors } from '../transport/descriptors.ts'
import { requireBoolean, requireObject, requireText } from '../transport/require.ts'
import { type Metainfo, MetainfoError, readMetainfo } from './metainfo.ts'
import { quote } from './metainfo-error.ts'
import { safeName } from './safe-name.ts'
import { StorageError, toStorageError } from './storage-error.ts'
import { lookAt, surveyFolder } from './survey.ts'

const pieceLengthMin = 16 * 1024
const pieceLengthMax = 64 * 1024 * 1024

/** What `createMetainfo` puts into the file besides the data. */
export interface CreateOptions {
  /** In bytes, a power of two from 16 KiB to 64 MiB; left out, one that gives some thousand pieces, at most 4 MiB. */
  readonly pieceLength?: number
  /** Peers come from the trackers alone (BEP 27). */
  readonly private?: boolean
  readonly comment?: string
  /** Tiers of tracker addresses (BEP 12); none by default. */
  readonly announce?: readonly (readonly string[])[]
  /** Where the data may be had by HTTP (BEP 19); none by default. */
  readonly webSeeds?: readonly string[]
  /** Stands in the info dictionary, so that the same data has another info hash: private trackers ask for it. */
  readonly source?: string
  /** Is told now and then how many bytes are hashed, and of how many. It must not throw. */
  readonly onProgress?: (hashed: number, total: number) => void
}

/**
 * Makes the .torrent of a file or a folder: reads and hashes all of it, touches no network. Hidden files (a leading dot) and
 * what systems leave behind (`Thumbs.db`, `desktop.ini` and their kin) are left out; links are followed.
 *
 * @throws RangeError on a bad piece length, TypeError for an option of another kind.
 * @throws StorageError when `path` is missing, cannot be read, holds no data, or has names that no torrent may carry; and for
 * what is neither a file nor a folder, or a link that leads to nothing or in a circle: it names that.
 */
export const createMetainfo = async (path: string, options: CreateOptions = {}): Promise<Uint8Array> => {
  requireText('path', path)
  requireCreateOptions(options)
  const { pieceLength } = options
  if (pieceLength !== undefined && !isPieceLength(pieceLength)) {
    throw new RangeError(
      `a piece length of ${pieceLength} is no power of two from ${pieceLengthMin} to ${pieceLengthMax}`,
    )
  }
  try {
    const found = await lookAt(path)
    const climbs = path.split(/[/\\]/).includes('..')
    const input = climbs ? await withoutClimbing(path) : resolve(path)
    if (found.isDirectory()) await surveyFolder(climbs ? input : path)
    // It opens one file after another; what it walks through costs Node's threads a descriptor each.
    const torrent = await processDescriptors().using(() => hashAndEncode(input, options))
    // Whatever stands under a name that no client accepts, or changed while it was hashed, is found here.
    refuseOddNames(await readMetainfo(torrent))
    return torrent
  } catch (error) {
    if (error instanceof MetainfoError)
      throw new StorageError(`cannot make a torrent of ${path}: ${error.message}`, { path })
    throw toStorageError(error, 'cannot make a torrent of', path)
  }
}

/** The same place without `..`, which behind a link is where the link leads. A link at the end stays: its name is the torrent's. */
const withoutClimbing = async (path: string): Promise<string> => {
  const last = basename(path)
  return last === '..' || last === '.' ? realpath(path) : join(await realpath(dirname(path)), last)
}

const hashAndEncode = (input: string, options: CreateOptions): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    createTorrent(
      input,
      {
        name: basename(input),
        createdBy: 'peerchart',
        // Without a list the package adds public trackers of its own.
        announceList: (options.announce ?? []).map((tier) => [...tier]),
        ...(options.pieceLength !== undefined && { pieceLength: options.pieceLength }),
        ...(options.private !== undefined && { private: options.private }),
        ...(options.comment !== undefined && { comment: options.comment }),
        ...(options.webSeeds?.length && { urlList: [...options.webSeeds] }),
        ...(options.source !== undefined && { info: { source: options.source } }),
        ...(options.onProgress && { onProgress: options.onProgress }),
      },
      (error, torrent) => {
        if (error || torrent === undefined) reject(error ?? new Error('nothing was made'))
        else resolve(torrent)
      },
    )
  })

/** Whoever downloads it would have other names than these, and could not seed it beside us. */
const refuseOddNames = ({ files }: Metainfo): void => {
  for (const { path, renamedFrom = [] } of files) {
    if (!renamedFrom.some((part) => safeName(Buffer.from(part), process.platform).isChanged)) continue
    const [from, to] = [renamedFrom, path].map((names) => quote(names.join('/')))
    throw new MetainfoError(`clients would call ${from} otherwise, ${to}`)
  }
}

/** The package that makes the file would write anything into it. */
const requireCreateOptions = (options: CreateOptions): void => {
  requireObject('what createMetainfo is given', options)
  const { private: isPrivate, comment, source, announce = [], webSeeds = [] } = options
  if (isPrivate !== undefined) requireBoolean('private', isPrivate)
  if (comment !== undefined) requireText('comment', comment)
  if (source !== undefined) requireText('source', source)
  if (!Array.isArray(announce) || !announce.every((tier) => Array.isArray(tier)))
    throw new TypeError('announce is an array of tiers, each an array of addresses')
  for (const url of announce.flat()) requireText('an address in announce', url)
  if (!Array.isArray(webSeeds)) throw new TypeError('webSeeds is an array of addresses')
  for (const url of webSeeds) requireText('an address in webSeeds', url)
}

const isPieceLength = (length: number): boolean =>
  length >= pieceLengthMin && length <= pieceLengthMax && Number.isInteger(Math.log2(length))
