import { createHash } from 'node:crypto'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import type { Random } from '../../transport/random.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'

/** The torrent of a simulation, whose bytes all its members share. */
export interface Content {
  readonly metainfo: Metainfo
  readonly data: Uint8Array
}

/** Makes a torrent of one file, by chance: its bytes do not repeat, and each piece is hashed. */
export function createContent(bytes: number, pieceBytes: number, random: Random): Content {
  const words = new Uint32Array(Math.ceil(bytes / 4))
  // xorshift32 (Marsaglia): any bytes do that do not repeat from block to block.
  let state = Math.floor(random() * 0xffff_fffe) + 1
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  const data = new Uint8Array(words.buffer, 0, bytes)
  const pieces = new Uint8Array(20 * Math.ceil(bytes / pieceBytes))
  for (let index = 0; index * 20 < pieces.length; index++) {
    const piece = data.subarray(index * pieceBytes, (index + 1) * pieceBytes)
    pieces.set(createHash('sha1').update(piece).digest(), index * 20)
  }
  const info = { length: bytes, name: 'simulated', 'piece length': pieceBytes, pieces }
  return { metainfo: parseMetainfo(encodeBencode({ info })), data }
}
