import type { ChunkStore } from '../../storage/store.ts'
import type { Clock } from '../../transport/clock.ts'

/** A store that reads one thing after the other, at `bytesPerSecond` while `isSlow` says so: a peer on a slow disk. */
export function createSlowStore(
  store: ChunkStore,
  clock: Clock,
  bytesPerSecond: number,
  isSlow: () => boolean,
): ChunkStore {
  let idleAt = 0
  return {
    chunkLength: store.chunkLength,
    put: (index, data, done) => store.put(index, data, done),
    get(index, range, done) {
      if (!isSlow()) return store.get(index, range, done)
      const now = clock.now()
      const length = range?.length ?? store.chunkLength
      idleAt = Math.max(now, idleAt) + (1000 * length) / bytesPerSecond
      clock.setTimeout(() => store.get(index, range, done), idleAt - now)
    },
    close: (done) => store.close(done),
  }
}
