import type { Metainfo } from './metainfo.ts'
import { requireMetainfo } from './require-metainfo.ts'
import type { ChunkStore } from './store.ts'

/** Holds a torrent's pieces in memory: for tests, demonstrations and small swarms. */
export const openMemoryStore = (metainfo: Metainfo): ChunkStore => {
  requireMetainfo(metainfo)
  const { pieceLength: chunkLength, length } = metainfo
  /** Undefined once it is closed. */
  let pieces: Map<number, Uint8Array> | undefined = new Map()
  return {
    chunkLength,
    copiesOnPut: true,
    put: (index, data, done) => {
      const wanted = Math.min(chunkLength, length - index * chunkLength)
      const fault = pieces ? data.length !== wanted && `piece ${index} has ${wanted} bytes, not ${data.length}` : closed
      if (!fault) pieces?.set(index, new Uint8Array(data))
      queueMicrotask(() => done(fault ? new Error(fault) : null))
    },
    get: (index, range, done) => {
      const { offset = 0, length = chunkLength } = range ?? {}
      const piece = pieces?.get(index)?.subarray(offset, offset + length)
      queueMicrotask(() => (piece ? done(null, piece) : done(new Error(pieces ? `piece ${index} is missing` : closed))))
    },
    close: (done) => {
      pieces = undefined
      queueMicrotask(() => done(null))
    },
  }
}

const closed = 'the memory store is closed'
