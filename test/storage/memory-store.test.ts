import { expect, test } from 'vitest'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { pieceOf, singleFileTorrent } from './support.ts'

test('keeps a copy of what is put, and gives any part of it', async () => {
  const { metainfo, data } = singleFileTorrent(50_000, 16_384)
  const store = openMemoryStore(metainfo)
  expect(store.copiesOnPut).toBe(true)
  const buffer = pieceOf(metainfo, data, 3).slice()
  await new Promise((resolve) => store.put(3, buffer, resolve))
  buffer.fill(0)
  const part = await new Promise((resolve) => store.get(3, { offset: 8, length: 840 }, (_error, part) => resolve(part)))
  expect(part).toEqual(pieceOf(metainfo, data, 3).slice(8))
})
