import type { Metainfo } from './metainfo.ts'

/** How many pieces a torrent has. */
export const pieceCountOf = ({ pieceHashes }: Pick<Metainfo, 'pieceHashes'>): number => pieceHashes.length / 20

/**
 * The length of a piece in bytes; the last may be shorter than the others.
 *
 * @throws RangeError when there is no such piece.
 */
export const pieceLengthOf = (metainfo: Metainfo, index: number): number => {
  const count = pieceCountOf(metainfo)
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`there is no piece ${index}; the torrent has ${count}`)
  }
  return Math.min(metainfo.pieceLength, metainfo.length - index * metainfo.pieceLength)
}
