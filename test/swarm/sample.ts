import { singleFileTorrent } from '../storage/support.ts'

/** A block: what a request asks for at most. */
export const blockBytes = 16_384

/** How large a sample torrent is. */
export interface SampleOptions {
  /** Default 8. */
  readonly pieces?: number
  /** Blocks of 16 KiB in each. Default 2. */
  readonly blocksPerPiece?: number
}

/** A torrent made in memory, whose last piece is short by 1,000 bytes: ends are where mistakes live. */
export const sampleTorrent = ({ pieces = 8, blocksPerPiece = 2 }: SampleOptions = {}) => {
  const pieceLength = blocksPerPiece * blockBytes
  return singleFileTorrent(pieces * pieceLength - 1_000, pieceLength)
}
