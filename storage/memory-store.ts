import MemoryChunkStore from 'memory-chunk-store'
import type { Metainfo } from './metainfo.ts'
import { requireMetainfo } from './require-metainfo.ts'
import type { ChunkStore } from './store.ts'

/** Holds a torrent's pieces in memory: for tests, demonstrations and small swarms. */
export const openMemoryStore = (metainfo: Metainfo): ChunkStore => {
  requireMetainfo(metainfo)
  const store = new MemoryChunkStore(metainfo.pieceLength, { length: metainfo.length })
  return {
    chunkLength: metainfo.pieceLength,
    copiesOnPut: true,
    // The package keeps what it is given, while our callers may reuse a buffer once it is written.
    put: (index, data, done) => store.put(index, new Uint8Array(data), done),
    get: (index, range, done) => store.get(index, range, done),
    close: (done) => store.close(done),
  }
}
