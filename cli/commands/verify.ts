import { PieceStorage, type WrongFile } from '../../index.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { Context } from '../context/context.ts'
import { counted } from '../output/format.ts'
import { Failure, untilAborted } from '../process/exit.ts'
import { hashingProgress } from '../torrent/hashing-progress.ts'
import { hintIfTooDeep } from '../torrent/too-deep.ts'
import { readTorrentFile } from '../torrent/torrent-file.ts'

/** In seconds: how long a pipe may bring nothing. */
const pipeSeconds = 60
/** Files that a message names. */
const namedMax = 3

/** The options of `verify`. */
export interface VerifyOptions {
  readonly data: string
}

/**
 * `peerchart verify`: hashes what is there, whatever resume data says. Throws a Failure that names files when a piece does not verify. Files that
 * are missing or have another length though their pieces verify are a warning.
 */
export async function verify(file: string, { data }: VerifyOptions, context: Context): Promise<void> {
  const { api, output, signal } = context
  const metainfo = await readTorrentFile(file, pipeSeconds, context)
  const store = await untilAborted(api.openFileStore(metainfo, data, { readOnly: true }), signal)
  const storage = new PieceStorage(store, metainfo)
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
    const wrong = await untilAborted(api.findWrongFiles(metainfo, store.folder ?? data), signal)
    const { hit, others } = whatIsWrong(metainfo, missing, wrong)
    if (others.length > 0) {
      output.event({ event: 'warning', message: `not all files are as the torrent has them: ${listed(others)}` })
    }
    if (missing.length > 0) {
      const hint = missing.length === total ? await hintIfTooDeep(metainfo, data) : ''
      throw new Failure(`${missing.length} of ${total} pieces do not verify in ${data}: ${listed(hit)}${hint}`)
    }
  } finally {
    await storage.close()
  }
}

/** The files whose pieces do not verify, and what is wrong with others, of which no piece tells. */
function whatIsWrong(metainfo: Metainfo, missing: readonly number[], wrong: readonly WrongFile[]) {
  const { files, pieceLength } = metainfo
  const isHit = (from: number, to: number) =>
    missing.some((index) => index * pieceLength < to && (index + 1) * pieceLength > from)
  const isInPieces = ({ offset, length, pad }: Metainfo['files'][number]) =>
    !pad && length > 0 && isHit(offset, offset + length)
  // Of a file whose pieces do not verify that is enough.
  const others = wrong.flatMap(({ file, found }) => {
    const one = files[file]
    if (one === undefined || isInPieces(one)) return []
    const name = one.path.join('/')
    return [found === undefined ? `${name} is missing` : `${name} has ${counted(found, 'byte')}, not ${one.length}`]
  })
  return { hit: files.filter(isInPieces).map(({ path }) => path.join('/')), others }
}

function listed(some: readonly string[]): string {
  const more = some.length > namedMax ? ` and ${some.length - namedMax} more files` : ''
  return `${some.slice(0, namedMax).join(', ')}${more}`
}
