import { createHash } from 'node:crypto'
import { infoHash } from './remotes.mjs'

/** A torrent of zeros. */
export function zeros({ pieces, pieceLength }) {
  const hash = createHash('sha1').update(new Uint8Array(pieceLength)).digest()
  return {
    infoHash,
    infoBytes: new Uint8Array(1),
    name: 'zeros',
    pieceLength,
    length: pieces * pieceLength,
    pieceHashes: Buffer.concat(Array.from({ length: pieces }, () => hash)),
    files: [],
    announce: [],
    webSeeds: [],
  }
}

/** A store of it that takes no memory, and no disk: whole from the first, or with what is put in it. */
export function storeOfZeros({ pieceLength }, { isWhole }) {
  const piece = new Uint8Array(pieceLength)
  const written = new Set()
  return {
    chunkLength: pieceLength,
    copiesOnPut: true,
    put(index, _, done) {
      written.add(index)
      queueMicrotask(() => done(null))
    },
    get(index, range, done) {
      const { offset = 0, length = pieceLength } = range ?? {}
      const isThere = isWhole || written.has(index)
      queueMicrotask(() =>
        done(isThere ? null : new Error('missing'), isThere ? piece.subarray(offset, offset + length) : undefined),
      )
    },
    close: (done) => queueMicrotask(() => done(null)),
  }
}
