import type { Metainfo } from './metainfo.ts'
import { hasPiece } from './piece-bits.ts'
import type { StorageError } from './storage-error.ts'

/** A file that was longer than its torrent says. */
export interface LongFile {
  readonly path: string
  /** In bytes: as the torrent has it, and as it was found. */
  readonly length: number
  readonly found: number
  /** Why it could not be cut. */
  readonly error?: StorageError
}

/** What is to be told of it, in one line. */
export const describeLongFile = ({ path, length, found, error }: LongFile): string => {
  const longer = `${path} had ${found} bytes, more than the ${length} of the torrent`
  return error === undefined ? `${longer}, and was cut to them` : `${longer}, and is left so: ${error.message}`
}

/** The pieces among `have` in which files end. */
export const piecesOfEnds = ({ files, pieceLength }: Metainfo, have: Uint8Array): Set<number> => {
  const ends = new Set<number>()
  for (const { offset, length, pad } of files) {
    const index = Math.ceil((offset + length) / pieceLength) - 1
    if (length > 0 && !pad && hasPiece(have, index)) ends.add(index)
  }
  return ends
}
