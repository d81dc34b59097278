import { createHash } from 'node:crypto'
import { parseMetainfo } from '../../dist/index.js'

/** The torrent of an attack: zeros, so that no end has to keep it. `pieces` of `pieceLength` bytes. */
export function zeros({ pieces, pieceLength }) {
  const hash = createHash('sha1').update(new Uint8Array(pieceLength)).digest()
  const hashes = Buffer.alloc(pieces * hash.length)
  for (let i = 0; i < pieces; i++) hash.copy(hashes, i * hash.length)
  const info = Buffer.concat([
    Buffer.from(
      `d6:lengthi${pieces * pieceLength}e4:name5:zeros12:piece lengthi${pieceLength}e6:pieces${hashes.length}:`,
    ),
    hashes,
    Buffer.from('e'),
  ])
  return parseMetainfo(Buffer.concat([Buffer.from('d4:info'), info, Buffer.from('e')]))
}

/** A store that holds zeros, or nothing yet: what is put is only counted as there. */
export function zeroStore({ pieceLength, length }, { isFull }) {
  const zero = new Uint8Array(pieceLength)
  const written = new Set()
  return {
    chunkLength: pieceLength,
    length,
    put(index, _bytes, callback) {
      written.add(index)
      queueMicrotask(() => callback(null))
    },
    get(index, options, callback) {
      if (!isFull && !written.has(index)) {
        queueMicrotask(() => callback(Object.assign(new Error('missing'), { notFound: true })))
        return
      }
      const { offset = 0, length: wanted = pieceLength - offset } = options ?? {}
      queueMicrotask(() => callback(null, zero.subarray(offset, offset + wanted)))
    },
    close: (callback) => queueMicrotask(() => callback(null)),
    destroy: (callback) => queueMicrotask(() => callback(null)),
  }
}
