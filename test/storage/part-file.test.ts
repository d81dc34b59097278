import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FileHandles } from '../../storage/handle-pool.ts'
import { openWithin } from '../../storage/open-file.ts'
import { PartFile } from '../../storage/part-file.ts'
import { patternedBytes, temporaryFolder } from './support.ts'

const pieceLength = 64

async function aPartFile() {
  const folder = await temporaryFolder()
  const path = join(folder, '.parts')
  const pool = new FileHandles(openWithin(folder))
  const open = async () => {
    const parts = new PartFile(path, pool, { count: 5, length: pieceLength })
    await parts.load()
    return parts
  }
  return { path, pool, open }
}

const read = async (parts: PartFile, index: number, begin: number, length: number) => {
  const into = new Uint8Array(length)
  await parts.read(index, begin, into)
  return into
}
const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

describe('a part file', () => {
  test('is made with the first part, as libtorrent builds it, and read again by the next run', async () => {
    const { open, path } = await aPartFile()
    const parts = await open()
    expect([parts.isEmpty, await isThere(path)]).toEqual([true, false])
    await parts.write(3, 10, patternedBytes(20))
    await parts.write(1, 0, patternedBytes(64, 2))
    const bytes = await readFile(path)
    const header = [0, 1, 2, 3, 4, 5, 6].map((at) => bytes.readUInt32BE(4 * at))
    expect(header).toEqual([5, pieceLength, 0xffffffff, 1, 0xffffffff, 0, 0xffffffff])
    expect([...bytes.subarray(1024 + 10, 1024 + 30)]).toEqual([...patternedBytes(20)])
    const again = await open()
    expect([...again.pieces].sort()).toEqual([1, 3])
    expect(await read(again, 3, 10, 20)).toEqual(patternedBytes(20))
    expect(await read(again, 1, 0, 64)).toEqual(patternedBytes(64, 2))
  })

  test('is taken away with the last part', async () => {
    const { open, path } = await aPartFile()
    const parts = await open()
    await Promise.all([0, 1, 2].map((index) => parts.write(index, 0, patternedBytes(8, index))))
    await parts.free([1])
    expect([...(await open()).pieces].sort()).toEqual([0, 2])
    await parts.free([0, 2])
    expect(await isThere(path)).toBe(false)
    await parts.write(4, 0, patternedBytes(8))
    expect([...(await open()).pieces]).toEqual([4])
  })

  test('gives the place of a freed piece to another', async () => {
    const { open, path } = await aPartFile()
    const parts = await open()
    for (const index of [0, 1]) await parts.write(index, 0, patternedBytes(64, index))
    const { size } = await stat(path)
    await parts.free([0])
    await parts.write(2, 0, patternedBytes(64, 9))
    expect((await stat(path)).size).toBe(size)
    expect(await read(await open(), 2, 0, 64)).toEqual(patternedBytes(64, 9))
  })

  test('in which two pieces have one slot keeps what is written to it later, for the next run too', async () => {
    const { open, path } = await aPartFile()
    const first = await open()
    await first.write(0, 0, patternedBytes(64, 1))
    const bytes = await readFile(path)
    // As a power failure may leave it.
    bytes.writeUInt32BE(0, 8 + 4 * 2)
    await writeFile(path, bytes)
    const parts = await open()
    await parts.write(4, 0, patternedBytes(64, 2))
    await parts.free([0])
    await parts.write(3, 0, patternedBytes(64, 3))
    const again = await open()
    expect([...again.pieces].sort()).toEqual([3, 4])
    expect(await read(again, 3, 0, 64)).toEqual(patternedBytes(64, 3))
  })

  test('of another torrent, or cut off in its header, counts as empty and is written over', async () => {
    for (const stray of [Buffer.alloc(2000, 7), Buffer.alloc(100)]) {
      const { open, path } = await aPartFile()
      await writeFile(path, stray)
      const parts = await open()
      expect(parts.isEmpty).toBe(true)
      await parts.write(0, 0, patternedBytes(8))
      expect([...(await open()).pieces]).toEqual([0])
    }
  })

  test('that a kill has left without a part is taken away, and that of another is not', async () => {
    const { open, path } = await aPartFile()
    await (await open()).write(0, 0, patternedBytes(8))
    const header = (await readFile(path)).subarray(0, 1024)
    // As it is before the first slot is noted.
    header.writeUInt32BE(0xffffffff, 8)
    const lefts = []
    for (const left of [Buffer.alloc(0), header.subarray(0, 100), header, Buffer.alloc(2000, 7)]) {
      await writeFile(path, left)
      await (await open()).free([])
      lefts.push(await isThere(path))
    }
    expect(lefts).toEqual([false, false, false, true])
  })

  test('says of a piece without a slot that it is not found', async () => {
    const { open } = await aPartFile()
    await expect(read(await open(), 0, 0, 8)).rejects.toMatchObject({ notFound: true })
  })
})
