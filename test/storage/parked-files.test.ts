import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { isUnchanged } from '../../storage/file-stamps.ts'
import { FileHandles } from '../../storage/handle-pool.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import { openWithin } from '../../storage/open-file.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { ParkedFiles } from '../../storage/parked-files.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { multiFileTorrent, pieceOf, piecesIn, temporaryFolder } from './support.ts'

const pieceLength = 100

/** Six pieces: `a` has 0 to 1, `sub/b` 1 to 3, `c` 3, `d` 3 to 5; they share 1 and 3. */
const torrent = () =>
  multiFileTorrent(
    [
      { path: ['a'], length: 150 },
      { path: ['sub', 'b'], length: 180 },
      { path: ['c'], length: 40 },
      { path: ['d'], length: 200 },
    ],
    pieceLength,
  )

async function anAlbum() {
  const { metainfo, data } = torrent()
  const folder = await temporaryFolder()
  const parts = `.${Buffer.from(metainfo.infoHash).toString('hex')}.parts`
  const open = (wanted: readonly number[], options = {}) => openSelected(metainfo, folder, wanted, options)
  const bytesOf = (file: number) => {
    const { length = 0, offset = 0 } = metainfo.files[file] ?? {}
    return Buffer.from(data.subarray(offset, offset + length))
  }
  const list = async () => (await readdir(folder, { recursive: true })).map(String).sort()
  return { metainfo, data, folder, parts, open, bytesOf, list }
}

async function openSelected(metainfo: Metainfo, folder: string, wanted: readonly number[], options = {}) {
  const store = await openFileStore(metainfo, folder, options)
  await store.selectFiles?.((file) => wanted.includes(file))
  return store
}

const put = (store: ChunkStore, index: number, data: Uint8Array) =>
  new Promise<void>((resolve, reject) => store.put(index, data, (error) => (error ? reject(error) : resolve())))
const close = (store: ChunkStore) =>
  new Promise<void>((resolve, reject) => store.close((error) => (error ? reject(error) : resolve())))
/** The pieces that verify. */
const verified = async (store: ChunkStore, metainfo: Metainfo) => {
  const storage = new PieceStorage(store, metainfo)
  return piecesIn(await storage.check())
}

describe('a piece that skipped files share', () => {
  test('is kept for them in one part file, and no file of theirs is made', async () => {
    const { bytesOf, data, folder, list, metainfo, open, parts } = await anAlbum()
    const store = await open([1])
    for (const index of [1, 2, 3]) await put(store, index, pieceOf(metainfo, data, index))
    expect(await list()).toEqual([parts, 'album', join('album', 'sub'), join('album', 'sub', 'b')].sort())
    expect(await readFile(join(folder, 'album', 'sub', 'b'))).toEqual(bytesOf(1))
    expect(await verified(store, metainfo)).toEqual([1, 2, 3])
    await close(store)
  })

  test('is read from there by the next run, also by one that may not write', async () => {
    const { data, metainfo, open } = await anAlbum()
    const store = await open([1])
    for (const index of [1, 2, 3]) await put(store, index, pieceOf(metainfo, data, index))
    await close(store)
    const readOnly = await open([], { readOnly: true })
    expect(await verified(readOnly, metainfo)).toEqual([1, 2, 3])
    await close(readOnly)
    const again = await open([1])
    expect(await verified(again, metainfo)).toEqual([1, 2, 3])
    await close(again)
  })

  test('moves into the place of a file that is selected, and the part file goes with the last', async () => {
    const { bytesOf, data, folder, list, metainfo, open, parts } = await anAlbum()
    const store = await open([1])
    for (const index of [1, 2, 3]) await put(store, index, pieceOf(metainfo, data, index))
    await store.selectFiles?.((file) => file !== 3)
    expect(await readFile(join(folder, 'album', 'c'))).toEqual(bytesOf(2))
    const { size } = await stat(join(folder, 'album', 'a'))
    expect(size).toBe(150)
    expect(await list()).toContain(parts)
    expect(await list()).not.toContain(join('album', 'd'))
    expect(await verified(store, metainfo)).toEqual([1, 2, 3])
    await store.selectFiles?.(() => true)
    expect(await list()).not.toContain(parts)
    expect((await list()).filter((name) => name.includes('moving'))).toEqual([])
    expect(await verified(store, metainfo)).toEqual([1, 2, 3])
    for (const index of [0, 4, 5]) await put(store, index, pieceOf(metainfo, data, index))
    expect(await verified(store, metainfo)).toEqual([0, 1, 2, 3, 4, 5])
    await close(store)
  })

  test('moves when the next run selects its file', async () => {
    const { data, list, metainfo, open, parts } = await anAlbum()
    const store = await open([1])
    for (const index of [1, 2, 3]) await put(store, index, pieceOf(metainfo, data, index))
    await close(store)
    const again = await open([0, 1, 2, 3])
    expect(await list()).not.toContain(parts)
    expect(await verified(again, metainfo)).toEqual([1, 2, 3])
    await close(again)
  })
})

test('a part file without a part, as a kill leaves it, goes with the next run that may write', async () => {
  const { folder, list, open, parts } = await anAlbum()
  await writeFile(join(folder, parts), '')
  await close(await open([0, 1, 2, 3], { readOnly: true }))
  expect(await list()).toContain(parts)
  await close(await open([0, 1, 2, 3]))
  expect(await list()).not.toContain(parts)
})

test('a part file in which no slot could be noted goes when nothing is skipped any more', async () => {
  const { folder, list, metainfo, parts } = await anAlbum()
  const pool = new FileHandles(openWithin(folder))
  const { files } = metainfo
  const parked = await ParkedFiles.open({ root: folder, metainfo, files, pool, readOnly: false })
  await parked.select(
    () => true,
    () => undefined,
    () => {},
  )
  const using = vi.spyOn(pool, 'with')
  // The header, then the slot.
  using.mockImplementationOnce((...given) => FileHandles.prototype.with.apply(pool, given))
  using.mockRejectedValueOnce(new Error('the disk is full'))
  const [file] = files
  if (!file) throw new Error('there is no file')
  await expect(parked.write(file, 0, 0, new Uint8Array(100))).rejects.toThrow('full')
  expect(await list()).toEqual([parts])
  await parked.select(
    () => false,
    () => undefined,
    () => {},
  )
  expect(await list()).toEqual([])
})

test('a whole piece of a file that is skipped while it comes is kept, and found by the next run', async () => {
  const { data, list, metainfo, open } = await anAlbum()
  const store = await open([0])
  await put(store, 2, pieceOf(metainfo, data, 2))
  await close(store)
  expect(await list()).not.toContain('album')
  const again = await open([])
  expect(await verified(again, metainfo)).toEqual([2])
  await again.selectFiles?.((file) => file === 1)
  expect(await verified(again, metainfo)).toEqual([2])
  await close(again)
})

test('a skipped file that stands in its place stays there, and is written to', async () => {
  const { bytesOf, data, folder, list, metainfo, open, parts } = await anAlbum()
  await mkdir(join(folder, 'album'))
  await writeFile(join(folder, 'album', 'a'), bytesOf(0).subarray(0, 100))
  const store = await open([1])
  await put(store, 1, pieceOf(metainfo, data, 1))
  expect(await readFile(join(folder, 'album', 'a'))).toEqual(bytesOf(0))
  expect(await list()).not.toContain(parts)
  expect(await verified(store, metainfo)).toEqual([0, 1])
  await close(store)
})

describe('after a crash amid a move', () => {
  test('what was copied so far is passed over, and copied anew', async () => {
    const { data, folder, list, metainfo, open, parts } = await anAlbum()
    const store = await open([1])
    await put(store, 1, pieceOf(metainfo, data, 1))
    await close(store)
    const moving = join(folder, 'album', parts.replace('.parts', '.moving'))
    await writeFile(moving, 'half of it')
    const again = await open([0, 1])
    expect(await verified(again, metainfo)).toEqual([1])
    expect((await list()).filter((name) => name.includes('moving'))).toEqual([])
    await close(again)
  })

  test('a file that was moved counts, and its slots are given up', async () => {
    const { bytesOf, data, folder, list, metainfo, open, parts } = await anAlbum()
    const store = await open([1])
    await put(store, 1, pieceOf(metainfo, data, 1))
    await close(store)
    await writeFile(join(folder, 'album', 'a'), Buffer.concat([Buffer.alloc(100), bytesOf(0).subarray(100)]))
    const again = await open([0, 1])
    expect(await verified(again, metainfo)).toEqual([1])
    expect(await list()).not.toContain(parts)
    await close(again)
  })
})

test('a slot of which nothing is there, as after a kill, holds up no file that is selected', async () => {
  const { data, folder, metainfo, open, parts } = await anAlbum()
  const store = await open([1])
  for (const index of [1, 3]) await put(store, index, pieceOf(metainfo, data, index))
  await close(store)
  const { size } = await stat(join(folder, parts))
  await truncate(join(folder, parts), size - pieceLength)
  const next = await open([0, 1, 2, 3])
  expect(await verified(next, metainfo)).toEqual([1])
  await close(next)
})

test('where others have put a file, what we have of it is written into it', async () => {
  const { bytesOf, data, folder, metainfo, open } = await anAlbum()
  const store = await open([1])
  await put(store, 1, pieceOf(metainfo, data, 1))
  await writeFile(join(folder, 'album', 'a'), Buffer.alloc(150))
  await store.selectFiles?.((file) => file < 2)
  expect((await readFile(join(folder, 'album', 'a'))).subarray(100)).toEqual(bytesOf(0).subarray(100))
  expect(await verified(store, metainfo)).toEqual([1])
  await close(store)
})

test('a file that cannot be moved stays where it is, with all that is there of it', async () => {
  const { data, folder, metainfo, open, parts } = await anAlbum()
  const store = await open([0, 2, 3])
  await put(store, 1, pieceOf(metainfo, data, 1))
  await writeFile(join(folder, 'album', 'sub'), 'no folder')
  await expect(store.selectFiles?.(() => true)).rejects.toMatchObject({ name: 'StorageError' })
  expect(await verified(store, metainfo)).toEqual([1])
  await rm(join(folder, 'album', 'sub'))
  await store.selectFiles?.(() => true)
  expect(await verified(store, metainfo)).toEqual([1])
  expect(await readdir(folder)).not.toContain(parts)
  await close(store)
})

test('a store that is closed moves no file any more, and the next run does', async () => {
  const { data, list, metainfo, open, parts } = await anAlbum()
  const store = await open([1])
  for (const index of [1, 3]) await put(store, index, pieceOf(metainfo, data, index))
  const selecting = store.selectFiles?.(() => true)
  const refused = expect(selecting).rejects.toThrow('the file store is closed')
  await close(store)
  const left = await list()
  await refused
  await expect(store.selectFiles?.(() => true)).rejects.toThrow('the file store is closed')
  expect(await list()).toEqual(left)
  expect(left).toContain(parts)
  expect(left.filter((name) => name.includes('moving'))).toEqual([])
  const again = await open([0, 1, 2, 3])
  expect(await list()).not.toContain(parts)
  expect(await verified(again, metainfo)).toEqual([1, 3])
  await close(again)
})

describe('resume data', () => {
  const vouched = async (store: ChunkStore, metainfo: Metainfo) => {
    const storage = new PieceStorage(store, metainfo)
    const stamps = await storage.watch()
    await storage.check()
    return { storage, stamps }
  }

  test('vouches for pieces in the part file by the stamp of that', async () => {
    const { data, folder, metainfo, open, parts } = await anAlbum()
    const store = await open([1])
    const { storage } = await vouched(store, metainfo)
    for (const index of [1, 2, 3]) await storage.write(index, pieceOf(metainfo, data, index))
    const saved = await storage.vouch()
    expect(piecesIn(saved?.have ?? new Uint8Array())).toEqual([1, 2, 3])
    const size = BigInt((await stat(join(folder, parts))).size)
    expect(saved?.stamps.map((stamp) => typeof stamp === 'object' && stamp.size === size)).toEqual([
      true,
      false,
      true,
      true,
    ])
    await storage.close()
    const again = await open([1])
    expect((await vouched(again, metainfo)).stamps).toEqual(saved?.stamps)
    await close(again)
  })

  test('of a file that was moved has its own stamp, and nothing of it is lost', async () => {
    const { data, metainfo, open } = await anAlbum()
    const store = await open([1])
    const { storage } = await vouched(store, metainfo)
    for (const index of [1, 2, 3]) await storage.write(index, pieceOf(metainfo, data, index))
    await storage.select(() => true, new Uint8Array(1))
    const saved = await storage.vouch()
    expect(piecesIn(saved?.have ?? new Uint8Array())).toEqual([1, 2, 3])
    expect(saved?.stamps.every((stamp) => typeof stamp === 'object')).toBe(true)
    await storage.close()
  })

  test('a part file that others changed is hashed', async () => {
    const { data, folder, metainfo, open, parts } = await anAlbum()
    const store = await open([1])
    const { storage } = await vouched(store, metainfo)
    await storage.write(1, pieceOf(metainfo, data, 1))
    const saved = await storage.vouch()
    await storage.close()
    await appendFile(join(folder, parts), 'x')
    const again = await open([1])
    const { stamps } = await vouched(again, metainfo)
    expect(stamps.map((stamp, i) => isUnchanged(saved?.stamps[i] ?? 'unknown', stamp))).toEqual([
      false,
      true,
      true,
      true,
    ])
    await close(again)
  })
})
