import { expect, test } from 'vitest'
import { createTorrent } from '../../actors/torrent.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { diskFull, failingStore, hangingStore, heldStore, lyingStore, readOnlyStore } from '../../testing/stores.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { multiFileTorrent, pieceOf, temporaryFolder } from '../storage/support.ts'

const { metainfo, data } = multiFileTorrent([{ path: ['a'], length: 40_000 }], 16_384)

test.each<[string, (store: ChunkStore) => ChunkStore]>([
  ['lyingStore', lyingStore],
  ['readOnlyStore', readOnlyStore],
  ['failingStore', (store) => failingStore(store, () => null)],
  ['heldStore', (store) => heldStore(store).store],
  ['hangingStore', (store) => hangingStore().through(store)],
])('%s goes around any store, one on files with all that it can do too', async (name, through) => {
  const folder = await temporaryFolder()
  const files = await openFileStore(metainfo, folder)
  const store = through(files)
  const clock = new SimulatedClock()
  expect(() => createTorrent({ metainfo, store, clock })).not.toThrow()
  expect(store.folder).toBe(files.folder)
  expect(store.chunkLength).toBe(16_384)
  expect(store.readOnly ?? false).toBe(name === 'readOnlyStore')
  expect((await store.watchFiles?.())?.stamps).toHaveLength(1)
  await store.selectFiles?.(() => true)
  await new Promise((resolve) => store.close(resolve))
})

test('a store on files whose writes fail says so, and reads what is there', async () => {
  const files = await openFileStore(metainfo, await temporaryFolder())
  const piece = pieceOf(metainfo, data, 0)
  await new Promise((resolve) => files.put(0, piece, resolve))
  const full = diskFull()
  const store = failingStore(files, (operation) => (operation === 'put' ? full : null))
  expect(await new Promise((resolve) => store.put(1, piece, resolve))).toBe(full)
  const read = new Promise<Uint8Array>((resolve) =>
    store.get(0, undefined, (_, bytes = piece.subarray(0, 0)) => resolve(bytes)),
  )
  expect(Buffer.from(piece).equals(await read)).toBe(true)
  await new Promise((resolve) => store.close(resolve))
})
