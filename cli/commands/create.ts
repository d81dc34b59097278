import { realpath, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Context } from '../context/context.ts'
import type { StandardStream } from '../output/standard-stream.ts'
import { Failure, untilAborted, WrongUsage } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'
import { hashingProgress } from '../torrent/hashing-progress.ts'
import { magnetLink } from '../torrent/magnet-link.ts'
import { tellRenamed } from '../torrent/renamed.ts'

/** The options of `create`. */
export interface CreateOptions {
  /** Left out: the data's name with `.torrent` behind it, in the folder one is in. `-`: standard output. */
  readonly out?: string
  readonly force?: boolean
  /** In bytes. */
  readonly pieceLength?: number
  readonly private?: boolean
  readonly comment?: string
  readonly source?: string
  /** Each is a tier of its own (BEP 12). */
  readonly announce: readonly string[]
  readonly webSeed: readonly string[]
  readonly json?: boolean
}

/** `peerchart create`: makes a .torrent of a file or a folder. */
export async function create(path: string, options: CreateOptions, context: Context): Promise<void> {
  const { api, output, stdout, signal } = context
  const { out = outOf(path), force = false, pieceLength, comment, source } = options
  if (out === '-') requirePipe(stdout, options.json === true)
  else await refuseOther(out, path, force)
  const making = api.createMetainfo(path, {
    private: options.private === true,
    announce: options.announce.map((url) => [url]),
    webSeeds: options.webSeed,
    // What is piped is the torrent alone.
    ...(out !== '-' && { onProgress: hashingProgress(basename(resolve(path)), context) }),
    ...(pieceLength !== undefined && { pieceLength }),
    ...(comment !== undefined && { comment }),
    ...(source !== undefined && { source }),
  })
  const bytes = await untilAborted(making, signal)
  output.close()
  if (out === '-') {
    stdout.write(bytes)
    return
  }
  await write(out, bytes, force)
  const metainfo = await untilAborted(api.readMetainfo(bytes), signal)
  output.event(created(out, metainfo))
  tellRenamed(metainfo, output)
}

/** What the .torrent of some data is called, in the folder one is in. */
export const outOf = (path: string): string => `${basename(resolve(path))}.torrent`

/** A private torrent has no link: whoever follows one asks peers for the metadata, which they do not give (BEP 27). */
const created = (path: string, metainfo: Metainfo) => ({
  event: 'created' as const,
  path,
  infoHash: Buffer.from(metainfo.infoHash).toString('hex'),
  pieces: Math.ceil(metainfo.length / metainfo.pieceLength),
  pieceLength: metainfo.pieceLength,
  bytes: metainfo.length,
  ...(!metainfo.private && { magnet: magnetLink(metainfo) }),
})

function requirePipe(stdout: StandardStream, isJson: boolean): void {
  if (isJson) throw new WrongUsage('--json and --out - both want standard output')
  if (stdout.isTTY) throw new Failure('a .torrent is not for a terminal: send --out - to a pipe or a file')
}

async function write(out: string, bytes: Uint8Array, force: boolean): Promise<void> {
  await writeFile(out, bytes, { flag: force ? 'w' : 'wx' }).catch((error: unknown) => {
    throw new Failure(`cannot write ${out}: ${explainError(error)}`)
  })
}

/**
 * A pipe would keep us waiting for a reader, a device is no place for a file, and a file that is there is kept, unless `force` is given; the
 * data, and an old .torrent in it, which would be a part of the new one, always. What is not there, or is a folder, writing tells.
 */
async function refuseOther(out: string, path: string, force: boolean): Promise<void> {
  const [found, data] = await Promise.all([out, path].map((one) => stat(one).catch(() => undefined)))
  if (found === undefined || found.isDirectory()) return
  if (found.isFile()) {
    if (found.ino === data?.ino && found.dev === data.dev) throw new Failure(`cannot write ${out}: it is the data`)
    if (data !== undefined && (await isPartOf(out, path))) {
      const remedy = 'remove it first, or name a place elsewhere by --out'
      throw new Failure(`cannot write ${out}: it lies in the data, and would be a part of it: ${remedy}`)
    }
    if (!force) throw new Failure(`cannot write ${out}: it exists already, --force writes over it`)
    return
  }
  const kind = found.isFIFO() ? 'a pipe' : found.isSocket() ? 'a socket' : 'a device'
  throw new Failure(`cannot write ${out}: it is ${kind}, and a .torrent is written to a file`)
}

/** Whether a file is found where a folder is hashed: links are followed, so one to a file elsewhere is; what is hidden is not. */
async function isPartOf(file: string, folder: string): Promise<boolean> {
  const [parent = '', target = '', whole = ''] = await Promise.all(
    [dirname(file), file, folder].map((path) => realpath(path)),
  )
  // What lies elsewhere is found by `..`, on another drive by its whole path.
  const isIn = (way: string) => !isAbsolute(way) && !way.split(sep).some((name) => name.startsWith('.'))
  return [join(parent, basename(file)), target].some((place) => isIn(relative(whole, place)))
}
