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

const outcome = (call: (done: (error?: Error | null) => void) => void): Promise<Error | null | undefined> =>
  new Promise((resolve) => call(resolve))

test('says that a piece is missing by an error without a code, before one was put and after it was closed', async () => {
  const { metainfo, data } = singleFileTorrent(50_000, 16_384)
  const store = openMemoryStore(metainfo)
  const missing = await outcome((done) => store.get(0, undefined, done))
  expect(missing).toEqual(new Error('piece 0 is missing'))
  expect(missing).not.toHaveProperty('code')
  expect(await outcome((done) => store.put(0, pieceOf(metainfo, data, 0), done))).toBeNull()
  expect(await outcome((done) => store.get(0, undefined, done))).toBeNull()
  expect(await outcome((done) => store.close(done))).toBeNull()
  const closed = new Error('the memory store is closed')
  expect(await outcome((done) => store.get(0, undefined, done))).toEqual(closed)
  expect(await outcome((done) => store.put(0, pieceOf(metainfo, data, 0), done))).toEqual(closed)
})

test('takes pieces of their own length alone', async () => {
  const { metainfo } = singleFileTorrent(50_000, 16_384)
  const store = openMemoryStore(metainfo)
  const put = (index: number, length: number) => outcome((done) => store.put(index, new Uint8Array(length), done))
  expect(await put(0, 16_383)).toEqual(new Error('piece 0 has 16384 bytes, not 16383'))
  expect(await put(3, 16_384)).toEqual(new Error('piece 3 has 848 bytes, not 16384'))
  expect(await put(4, 0)).toBeInstanceOf(Error)
  expect(await put(3, 848)).toBeNull()
})

test('calls back later, never while it is called', async () => {
  const store = openMemoryStore(singleFileTorrent(50_000, 16_384).metainfo)
  let isCalled = false
  const answered = outcome((done) => store.get(0, undefined, done)).then(() => expect(isCalled).toBe(true))
  isCalled = true
  await answered
})
