import type { ChunkStore } from '../storage/store.ts'
import { around } from './around.ts'

/** A store that is honest to the check, and flips a bit of whatever it is asked for afterwards: its owner seeds nonsense. */
export function lyingStore(store: ChunkStore): ChunkStore {
  const checked = new Set<number>()
  return around(store, {
    get: (index, range, done) =>
      store.get(index, range, (error, data) => {
        if (data === undefined || !checked.has(index)) {
          checked.add(index)
          return done(error, data)
        }
        const spoilt = new Uint8Array(data)
        spoilt[0] = (spoilt[0] ?? 0) ^ 1
        done(error, spoilt)
      }),
  })
}

/** A disk that answers the check, and hangs afterwards until `release` is called. */
export function hangingStore(): { through(store: ChunkStore): ChunkStore; release(): void } {
  const checked = new Set<number>()
  const waiting: (() => void)[] = []
  return {
    through: (store) =>
      around(store, {
        get: (index, range, done) => {
          if (checked.has(index)) waiting.push(() => store.get(index, range, done))
          else store.get(index, range, done)
          checked.add(index)
        },
      }),
    release: () => {
      for (const read of waiting.splice(0)) read()
    },
  }
}

/** A disk whose operations fail while `fault` says so. */
export function failingStore(
  store: ChunkStore,
  fault: (operation: 'put' | 'get', index: number) => Error | null,
): ChunkStore {
  return around(store, {
    put: (index, data, done) => {
      const error = fault('put', index)
      if (error) queueMicrotask(() => done(error))
      else store.put(index, data, done)
    },
    get: (index, range, done) => {
      const error = fault('get', index)
      if (error) queueMicrotask(() => done(error))
      else store.get(index, range, done)
    },
  })
}

/** A disk that finishes a write only when `release` is called; writes wait in order. */
export function heldStore(store: ChunkStore): { readonly store: ChunkStore; release(): void } {
  const waiting: (() => void)[] = []
  return {
    store: around(store, { put: (index, data, done) => void waiting.push(() => store.put(index, data, done)) }),
    release: () => waiting.shift()?.(),
  }
}

/** A store that says it is read-only, and is. */
export function readOnlyStore(store: ChunkStore): ChunkStore {
  const refusal = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
  return around(
    failingStore(store, (operation) => (operation === 'put' ? refusal : null)),
    { readOnly: true },
  )
}

/** What a full disk says. */
export const diskFull = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
