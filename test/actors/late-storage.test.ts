import { describe, expect, test } from 'vitest'
import { LateStorage } from '../../actors/late-storage.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { sampleTorrent } from '../swarm/sample.ts'

const { metainfo } = sampleTorrent()

/** A store, and how often it was closed. */
function aStore(): { readonly store: ChunkStore; readonly closed: number } {
  const store = openMemoryStore(metainfo)
  let closed = 0
  return {
    store: {
      ...store,
      close: (done) => {
        closed++
        store.close(done)
      },
    },
    get closed() {
      return closed
    },
  }
}

describe('before the metadata has come', () => {
  test('there is no storage, and asking for it is a mistake', () => {
    const late = new LateStorage()
    expect(late.metainfo).toBeUndefined()
    expect(() => late.get()).toThrow('before the metadata has come')
  })

  test('closing it is no trouble', async () => {
    await expect(new LateStorage().close()).resolves.toBeUndefined()
  })
})

test('a storage that is there from the start is closed once', async () => {
  const one = aStore()
  const late = new LateStorage(new PieceStorage(one.store, metainfo))
  expect(late.metainfo).toBe(metainfo)
  await late.close()
  await late.close()
  expect(one.closed).toBe(1)
})

describe('opening', () => {
  test('gives the storage and the metainfo', async () => {
    const late = new LateStorage()
    const storage = await late.open(metainfo, () => aStore().store)
    expect(late.get()).toBe(storage)
    expect(late.metainfo).toBe(metainfo)
  })

  test('that fails may be tried again', async () => {
    const late = new LateStorage()
    await expect(late.open(metainfo, () => Promise.reject(new Error('full')))).rejects.toThrow('full')
    expect(() => late.get()).toThrow()
    await late.open(metainfo, () => aStore().store)
    expect(late.get().pieceCount).toBe(8)
  })

  test('a store of other chunks than the pieces fails and closes it', async () => {
    const one = aStore()
    const late = new LateStorage()
    await expect(late.open(metainfo, () => ({ ...one.store, chunkLength: 1 }))).rejects.toThrow(RangeError)
    expect(one.closed).toBe(1)
  })

  test('that is under way when the storage is closed is waited for, and what it gives closed', async () => {
    const one = aStore()
    const late = new LateStorage()
    let give: (store: ChunkStore) => void = () => {}
    const opening = late.open(
      metainfo,
      () =>
        new Promise((resolve) => {
          give = resolve
        }),
    )
    const closing = late.close()
    give(one.store)
    await Promise.all([opening, closing])
    expect(one.closed).toBe(1)
  })

  test('after the end is refused', async () => {
    const one = aStore()
    const late = new LateStorage()
    await late.close()
    await expect(late.open(metainfo, () => one.store)).rejects.toThrow('closed')
  })
})
