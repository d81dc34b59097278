import type { ChunkStore } from '../../storage/store.ts'

/** A store that turns over one bit of whatever is read while `isCorrupt` says so: a peer that lies about its data. */
export function createCorruptStore(store: ChunkStore, isCorrupt: () => boolean): ChunkStore {
  return {
    chunkLength: store.chunkLength,
    put: (index, data, done) => store.put(index, data, done),
    get(index, range, done) {
      store.get(index, range, (error, data) => {
        if (error !== null || data === undefined || !isCorrupt()) return done(error, data)
        const spoilt = data.slice()
        spoilt[0] = (spoilt[0] ?? 0) ^ 1
        done(null, spoilt)
      })
    },
    close: (done) => store.close(done),
  }
}
