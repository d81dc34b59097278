import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lookEveryMs } from '../../storage/file-looks.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { multiFileTorrent, pieceOf, temporaryFolder } from './support.ts'

/** Files `a` of 20 pieces and `b` of one, none of which is there. */
async function aDownload() {
  const files = [20, 1].map((pieces, i) => ({ path: ['ab'.charAt(i)], length: pieces * 16_384 }))
  const { metainfo, data } = multiFileTorrent(files, 16_384)
  const folder = await temporaryFolder()
  const clock = new SimulatedClock()
  const storage = new PieceStorage(await openFileStore(metainfo, folder), metainfo, clock)
  await storage.watch()
  await storage.check()
  const write = async (first: number, last = first) => {
    for (let index = first; index <= last; index++) await storage.write(index, pieceOf(metainfo, data, index))
  }
  const path = join(folder, 'album', 'a')
  const overwrite = async () => {
    const file = await open(path, 'r+')
    await file.write(Buffer.from([1, 2, 3]), 0, 3, 0)
    await file.close()
  }
  const lookAfter = async (index: number) => (await storage.lookAfterWrite(index)) ?? []
  return { clock, storage, write, overwrite, lookAfter, path }
}

test('a piece that others overwrite between writes of ours is found by the look with the next of these', async () => {
  const { clock, storage, write, overwrite, lookAfter, path } = await aDownload()
  await write(0, 2)
  await overwrite()
  clock.advance(lookEveryMs)
  await write(3)
  expect(await lookAfter(3)).toMatchObject([{ first: 0, end: 20, isThere: true, path }])
  await storage.close()
})

test('one that others overwrite after the last write to its file is found before all is said to be there', async () => {
  const { storage, write, overwrite, lookAfter, path } = await aDownload()
  await write(0, 19)
  await overwrite()
  await write(20)
  expect(await lookAfter(20)).toMatchObject([{ first: 0, end: 20, isThere: true, path }])
  await storage.close()
})

test('what is written in peace is found changed by no look', async () => {
  const { clock, storage, write, lookAfter } = await aDownload()
  for (let index = 0; index <= 20; index++) {
    await write(index)
    clock.advance(lookEveryMs)
    expect(await lookAfter(index)).toEqual([])
  }
  clock.advance(lookEveryMs)
  expect(await lookAfter(0)).toEqual([])
  await storage.close()
})
