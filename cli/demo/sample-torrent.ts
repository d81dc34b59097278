import { createHash } from 'node:crypto'
import { bencoded } from '../../index.ts'

/** A torrent that exists in memory alone. */
export interface SampleTorrent {
  /** The .torrent file. */
  readonly file: Uint8Array
  readonly pieces: readonly Uint8Array[]
}

/** Makes a torrent of one file with pseudo-random content, the same at every call. Lengths are in bytes. */
export function createSampleTorrent(name: string, length: number, pieceLength: number): SampleTorrent {
  const words = new Uint32Array(Math.ceil(length / 4))
  // xorshift32 (Marsaglia): any bytes do that do not repeat from piece to piece.
  let state = 0x9e3779b9
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  const data = new Uint8Array(words.buffer, 0, length)
  const pieces = Array.from({ length: Math.ceil(length / pieceLength) }, (_, index) =>
    data.subarray(index * pieceLength, (index + 1) * pieceLength),
  )
  const hashes = pieces.map((piece) => createHash('sha1').update(piece).digest())
  const info = { length, name, 'piece length': pieceLength, pieces: Buffer.concat(hashes) }
  return { file: bencoded.encode({ info }), pieces }
}
