import { stat, writeFile } from 'node:fs/promises'
import type { Context } from '../context/context.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { explainError } from '../process/system-error.ts'
import { tellRenamed } from '../torrent/renamed.ts'

/** The options of `create`. */
export interface CreateOptions {
  readonly out: string
  /** In bytes. */
  readonly pieceLength?: number
  readonly private?: boolean
  readonly comment?: string
  readonly announce: readonly string[]
}

/** `peerchart create`: makes a .torrent of a file or a folder. */
export async function create(path: string, options: CreateOptions, { api, output, signal }: Context): Promise<void> {
  const { out, pieceLength, comment, announce } = options
  await refuseOther(out)
  const making = api.createMetainfo(path, {
    private: options.private === true,
    announce: announce.map((url) => [url]),
    ...(pieceLength !== undefined && { pieceLength }),
    ...(comment !== undefined && { comment }),
  })
  const bytes = await untilAborted(making, signal)
  await writeFile(out, bytes).catch((error: unknown) => {
    throw new Failure(`cannot write ${out}: ${explainError(error)}`)
  })
  const metainfo = await untilAborted(api.readMetainfo(bytes), signal)
  output.event({
    event: 'created',
    path: out,
    infoHash: Buffer.from(metainfo.infoHash).toString('hex'),
    pieces: Math.ceil(metainfo.length / metainfo.pieceLength),
    pieceLength: metainfo.pieceLength,
    bytes: metainfo.length,
  })
  tellRenamed(metainfo, output)
}

/** A pipe would keep us waiting for a reader, and a device is no place for a file. What is not there, or is a folder, writing tells. */
async function refuseOther(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined)
  if (found === undefined || found.isFile() || found.isDirectory()) return
  const kind = found.isFIFO() ? 'a pipe' : found.isSocket() ? 'a socket' : 'a device'
  throw new Failure(`cannot write ${out}: it is ${kind}, and a .torrent is written to a file`)
}
