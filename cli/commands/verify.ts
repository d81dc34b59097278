import { PieceStorage } from '../../index.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Context } from '../context/context.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { hashingProgress } from '../torrent/hashing-progress.ts'
import { readTorrentFile } from '../torrent/torrent-file.ts'

/** In seconds: how long a pipe may bring nothing. */
const pipeSeconds = 60
/** Files that a message names. */
const namedMax = 3

/** The options of `verify`. */
export interface VerifyOptions {
  readonly data: string
}

/** `peerchart verify`: hashes what is there, whatever resume data says. Throws a Failure that names files when some of it is not right. */
export async function verify(file: string, { data }: VerifyOptions, context: Context): Promise<void> {
  const { api, output, signal } = context
  const metainfo = await readTorrentFile(file, pipeSeconds, context)
  const opening = api.openFileStore(metainfo, data, { readOnly: true })
  const storage = new PieceStorage(await untilAborted(opening, signal), metainfo)
  const progress = hashingProgress(metainfo.name, context)
  const total = storage.pieceCount
  try {
    const told = (done: number) => progress(Math.min(metainfo.length, done * metainfo.pieceLength), metainfo.length)
    // What cannot be read is not there.
    const have = await untilAborted(
      storage.check(
        told,
        signal,
        () => undefined,
        () => {},
      ),
      signal,
    )
    output.close()
    const isMissing = (index: number) => ((have[index >> 3] ?? 0) & (0x80 >> (index & 7))) === 0
    const missing = Array.from({ length: total }, (_, index) => index).filter(isMissing)
    output.event({ event: 'verified', pieces: total - missing.length, total })
    if (missing.length > 0) throw new Failure(whatIsWrong(metainfo, missing, total, data))
  } finally {
    await storage.close()
  }
}

function whatIsWrong(
  { files, pieceLength }: Metainfo,
  missing: readonly number[],
  total: number,
  data: string,
): string {
  const isHit = (from: number, to: number) =>
    missing.some((index) => index * pieceLength < to && (index + 1) * pieceLength > from)
  const names = files
    .filter(({ offset, length, pad }) => !pad && length > 0 && isHit(offset, offset + length))
    .map(({ path }) => path.join('/'))
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more files` : ''
  return `${missing.length} of ${total} pieces do not verify in ${data}: ${names.slice(0, namedMax).join(', ')}${more}`
}
