import { requireBytes } from '../transport/require.ts'
import { infoSteps, type Metainfo, metainfoSteps } from './metainfo-steps.ts'
import { inOneGo, inTurns } from './steps.ts'

export { MetainfoError } from './metainfo-error.ts'
export { type Metainfo, metainfoBytesMax } from './metainfo-steps.ts'
export type { TorrentFile } from './torrent-files.ts'

/**
 * Reads a .torrent file, version 1 or the version 1 part of a hybrid.
 *
 * Read is whatever has a sensible meaning: a byte order mark before the dictionary and anything behind it, keys out of order or twice
 * (the first counts), trackers and comments that are malformed (left out). Names become safe ones, see `TorrentFile`; those in
 * `name.utf-8` and `path.utf-8` go first where they are good text. A torrent without a single byte of data is refused: it has no
 * piece to verify or exchange.
 *
 * Keeps the event loop for as long as it takes: some 2 ms for 1,000 files, up to half a second for 250,000, which is as many as there
 * is room for, and a second or two for files made to be slow. Where others wait, take `readMetainfo`.
 *
 * @param platform whose disks the names are for: this system's by default.
 * @throws MetainfoError, one line long, on anything that is no such file.
 */
export const parseMetainfo = (bytes: Uint8Array, platform: NodeJS.Platform = process.platform): Metainfo => {
  requireBytes('what parseMetainfo reads', bytes)
  return inOneGo(metainfoSteps(bytes, platform))
}

/**
 * As `parseMetainfo`, but the event loop has its turn every 10 ms or so, however large the file: what is small is read in one turn. `bytes` must
 * not change meanwhile.
 *
 * @throws MetainfoError, as a rejection, on anything that is no .torrent file.
 */
export const readMetainfo = async (
  bytes: Uint8Array,
  platform: NodeJS.Platform = process.platform,
): Promise<Metainfo> => {
  requireBytes('what readMetainfo reads', bytes)
  return inTurns(metainfoSteps(bytes, platform))
}

/**
 * Reads an info dictionary alone, as `ut_metadata` (BEP 9) brings it: like `readMetainfo`, with no trackers and no comment.
 * The caller compares `infoHash` with the one it asked for. Bytes before or behind the dictionary are none of any torrent's, and refused.
 *
 * @param platform whose disks the names are for: this system's by default.
 * @throws MetainfoError, as a rejection.
 */
export const readInfo = (bytes: Uint8Array, platform: NodeJS.Platform = process.platform): Promise<Metainfo> =>
  inTurns(infoSteps(bytes, platform))
