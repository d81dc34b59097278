import { createHash } from 'node:crypto'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import { seededRandom } from '../../transport/random.ts'
import { encodeBencode } from '../../transport/wire/bencode.ts'
import type { Scenario } from './scenario.ts'
import { purposes, seedOf } from './seeds.ts'

/** The torrent of a simulation as threads hand it on: the bytes of the .torrent, and those of the torrent, which all threads share. */
export interface MadeContent {
  readonly torrent: Uint8Array
  readonly data: Uint8Array
}

/** The torrent of a simulation, whose bytes all its members share. */
export interface Content {
  readonly metainfo: Metainfo
  readonly data: Uint8Array
}

/** Makes a torrent of one file, by chance: its bytes do not repeat, and each piece is hashed. */
export function createContent({ torrent: { bytes, pieceBytes } }: Scenario, seed: number): MadeContent {
  const words = new Uint32Array(new SharedArrayBuffer(4 * Math.ceil(bytes / 4)))
  // xorshift32 (Marsaglia): any bytes do that do not repeat from block to block.
  let state = Math.floor(seededRandom(seedOf(seed, purposes.content))() * 0xffff_fffe) + 1
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
  return { torrent: encodeBencode({ info }), data }
}

/** The same, as members need it. */
export const openContent = ({ data, torrent }: MadeContent): Content => ({ metainfo: parseMetainfo(torrent), data })
