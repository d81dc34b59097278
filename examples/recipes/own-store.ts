import { type ChunkStore, createTorrent, type Metainfo } from 'peerchart'
import { seeded } from './seeded.ts'

/** Keeps pieces in any place that maps a key to bytes: here a `Map`, as well a database. */
function storeIn(pieces: Map<number, Uint8Array>, { pieceLength }: Metainfo): ChunkStore {
  return {
    chunkLength: pieceLength,
    copiesOnPut: true, // the bytes are copied before `done` is called
    put(index, data, done) {
      pieces.set(index, data.slice())
      queueMicrotask(() => done(null))
    },
    get(index, range, done) {
      const { offset = 0, length = pieceLength } = range ?? {}
      const piece = pieces.get(index)
      queueMicrotask(() =>
        piece ? done(null, piece.subarray(offset, offset + length)) : done(new Error(`no piece ${index}`)),
      )
    },
    close: (done) => queueMicrotask(done),
  }
}

const { metainfo, address, stop } = await seeded()
const pieces = new Map<number, Uint8Array>()
const torrent = createTorrent({ metainfo, store: storeIn(pieces, metainfo), peers: [address] })
torrent.start()
await torrent.done
await torrent.stop()
await stop()
console.log('complete', pieces.size, 'pieces in a store of our own')
