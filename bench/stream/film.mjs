import { createHash } from 'node:crypto'
import { bencoded, parseMetainfo } from '../../dist/index.js'

/** The piece of that number: noise, the same in each but for the number at its front. */
function pieceOf(noise, index) {
  new DataView(noise.buffer).setUint32(0, index)
  return noise
}

function noiseOf(length) {
  const words = new Uint32Array(length / 4)
  let state = 1
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return new Uint8Array(words.buffer)
}

/** A torrent of one file, `film.mkv`. */
export function film({ pieces, pieceLength }) {
  const noise = noiseOf(pieceLength)
  const hashes = Array.from({ length: pieces }, (_, index) => createHash('sha1').update(pieceOf(noise, index)).digest())
  const info = {
    length: pieces * pieceLength,
    name: 'film.mkv',
    'piece length': pieceLength,
    pieces: Buffer.concat(hashes),
  }
  return parseMetainfo(bencoded.encode({ info }))
}

/** A store that has all of it, takes no disk and is never written to. */
export function storeOfFilm({ pieceLength }) {
  const noise = noiseOf(pieceLength)
  return {
    chunkLength: pieceLength,
    readOnly: true,
    put: (_index, _data, done) => queueMicrotask(() => done(new Error('it is only read'))),
    get(index, range, done) {
      const { offset = 0, length = pieceLength } = range ?? {}
      const bytes = pieceOf(noise, index).slice(offset, offset + length)
      queueMicrotask(() => done(null, bytes))
    },
    close: (done) => queueMicrotask(() => done(null)),
  }
}

/** Compares bytes of the film with what should stand from `at` on; `pieceLength` is a power of two, and so are ours. */
export function createComparison({ pieceLength }) {
  const noise = noiseOf(pieceLength)
  return (bytes, at) => {
    const begin = at % pieceLength
    const expected = pieceOf(noise, Math.floor(at / pieceLength)).subarray(begin, begin + bytes.length)
    return Buffer.compare(bytes, expected) === 0
  }
}
