import { expect, test } from 'vitest'
import { createCorruptStore } from '../../../cli/demo/corrupt-store.ts'
import { holdsPieces } from '../../../cli/demo/participant.ts'
import { createSampleTorrent } from '../../../cli/demo/sample-torrent.ts'
import { createSlowStore } from '../../../cli/demo/slow-store.ts'
import { openMemoryStore } from '../../../storage/memory-store.ts'
import { parseMetainfo } from '../../../storage/metainfo.ts'
import type { ChunkStore } from '../../../storage/store.ts'
import { FakeClock } from '../fake-clock.ts'

const sample = createSampleTorrent('sample.bin', 60_000, 16_384)
const metainfo = parseMetainfo(sample.file)

async function fullStore(): Promise<ChunkStore> {
  const store = openMemoryStore(metainfo)
  for (const [index, piece] of sample.pieces.entries()) {
    await new Promise((resolve) => store.put(index, piece, resolve))
  }
  return store
}

test('the sample torrent is the same at every call, and no two pieces of it are', () => {
  const again = createSampleTorrent('sample.bin', 60_000, 16_384)
  expect(Buffer.compare(again.file, sample.file)).toBe(0)
  expect(metainfo).toMatchObject({ name: 'sample.bin', length: 60_000, pieceLength: 16_384 })
  expect(sample.pieces.map((piece) => piece.length)).toEqual([16_384, 16_384, 16_384, 10_848])
  expect(new Set(sample.pieces.map((piece) => Buffer.from(piece.subarray(0, 100)).toString('hex'))).size).toBe(4)
})

test('a corrupt store gives right data until it is to lie, then wrong data, and never changes what it keeps', async () => {
  const store = await fullStore()
  let lies = false
  const corrupt = createCorruptStore(store, () => lies)
  expect(await holdsPieces(corrupt, sample.pieces)).toBe(true)
  lies = true
  expect(await holdsPieces(corrupt, sample.pieces)).toBe(false)
  expect(await holdsPieces(store, sample.pieces)).toBe(true)
})

test('a corrupt store passes on that there is nothing to read', async () => {
  const corrupt = createCorruptStore(openMemoryStore(metainfo), () => true)
  await expect(holdsPieces(corrupt, sample.pieces)).rejects.toThrow()
})

test('a slow store reads at its rate, one read after the other', async () => {
  const clock = new FakeClock()
  const slow = createSlowStore(await fullStore(), clock, 16_384, () => true)
  const reads: number[] = []
  for (const index of [0, 1]) {
    slow.get(index, { offset: 0, length: 8192 }, () => reads.push(index))
  }
  clock.advance(499)
  await Promise.resolve()
  expect(reads).toEqual([])
  clock.advance(1)
  await new Promise(setImmediate)
  expect(reads).toEqual([0])
  clock.advance(500)
  await new Promise(setImmediate)
  expect(reads).toEqual([0, 1])
})
