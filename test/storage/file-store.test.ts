import { lstat, mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Metainfo } from '../../storage/metainfo.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { StorageError } from '../../storage/storage-error.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { multiFileTorrent, patternedBytes, pieceOf, singleFileTorrent, temporaryFolder } from './support.ts'

const put = (store: ChunkStore, index: number, data: Uint8Array) =>
  new Promise<void>((resolve, reject) => store.put(index, data, (error) => (error ? reject(error) : resolve())))

const get = (store: ChunkStore, index: number, range?: { offset: number; length: number }) =>
  new Promise<Uint8Array | undefined>((resolve, reject) =>
    store.get(index, range, (error, data) => (error ? reject(error) : resolve(data))),
  )

const close = (store: ChunkStore) => new Promise<void>((resolve) => store.close(() => resolve()))

const putAll = async (store: ChunkStore, metainfo: Metainfo, data: Uint8Array) => {
  for (let i = 0; i * metainfo.pieceLength < data.length; i++) await put(store, i, pieceOf(metainfo, data, i))
}

const album = () =>
  multiFileTorrent(
    [
      { path: ['empty first'], length: 0 },
      { path: ['one'], length: 1 },
      { path: ['What? a:b "c" <d>|*'], length: 40_000 },
      { path: ['deep', 'er', 'empty'], length: 0 },
      { path: ['deep', 'er', 'three'], length: 3 },
      { path: ['.pad', '20'], length: 20, attr: 'p' },
      { path: ['deep', 'four'], length: 16_384 },
      { path: ['empty last'], length: 0 },
    ],
    16_384,
  )

describe('the files of a torrent', () => {
  test('hold the bytes the torrent gives them, under exactly its names, and pad files none (BEP 47)', async () => {
    const folder = await temporaryFolder()
    const { metainfo, data } = album()
    const store = await openFileStore(metainfo, folder)
    await putAll(store, metainfo, data)
    for (const file of metainfo.files) {
      if (file.pad) continue
      const bytes = await readFile(join(folder, ...file.path))
      expect(Buffer.compare(bytes, data.subarray(file.offset, file.offset + file.length)), file.path.join('/')).toBe(0)
    }
    expect((await readdir(join(folder, 'album'))).sort()).toEqual([
      'What? a:b "c" <d>|*',
      'deep',
      'empty first',
      'empty last',
      'one',
    ])
    await close(store)
  })

  test('are written when put calls back, as the store declares: the bytes may serve for another piece', async () => {
    const { metainfo, data } = singleFileTorrent(3 * 16_384, 16_384)
    const store = await openFileStore(metainfo, await temporaryFolder())
    expect(store.copiesOnPut).toBe(true)
    const buffer = new Uint8Array(16_384)
    for (const index of [0, 1, 2]) {
      buffer.set(pieceOf(metainfo, data, index))
      await put(store, index, buffer)
    }
    for (const index of [0, 1, 2]) {
      expect(Buffer.compare((await get(store, index)) ?? buffer, pieceOf(metainfo, data, index))).toBe(0)
    }
    await close(store)
  })

  test('are read back by piece and by any part of one, across files', async () => {
    const { metainfo, data } = album()
    const store = await openFileStore(metainfo, await temporaryFolder())
    await putAll(store, metainfo, data)
    for (let i = 0; i * metainfo.pieceLength < data.length; i++) {
      const piece = pieceOf(metainfo, data, i)
      expect(Buffer.compare((await get(store, i)) ?? new Uint8Array(), piece)).toBe(0)
      for (const [from, to] of [
        [0, 1],
        [1, piece.length],
        [piece.length - 30, piece.length],
        [7, 30],
      ] as const) {
        const part = await get(store, i, { offset: from, length: to - from })
        expect(Buffer.compare(part ?? new Uint8Array(), piece.subarray(from, to))).toBe(0)
      }
    }
    await close(store)
  })

  test('are made when their first byte comes, empty ones at once', async () => {
    const folder = await temporaryFolder()
    const store = await openFileStore(album().metainfo, join(folder, 'not', 'there', 'yet'))
    expect((await readdir(join(folder, 'not/there/yet/album'), { recursive: true })).sort()).toEqual([
      'deep',
      'deep/er',
      'deep/er/empty',
      'empty first',
      'empty last',
    ])
    await expect(get(store, 1)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(get(store, 1), 'a second time').rejects.toMatchObject({ code: 'ENOENT' })
    await close(store)
  })

  test('keep what they hold: neither opening nor writing a piece shortens or clears them', async () => {
    const folder = await temporaryFolder()
    const { metainfo, data } = singleFileTorrent(50_000, 16_384)
    await writeFile(join(folder, 'song'), patternedBytes(60_000, 9))
    const store = await openFileStore(metainfo, folder)
    await put(store, 1, pieceOf(metainfo, data, 1))
    const expected = patternedBytes(60_000, 9)
    expected.set(pieceOf(metainfo, data, 1), 16_384)
    expect(Buffer.compare(await readFile(join(folder, 'song')), expected)).toBe(0)
    await close(store)
  })

  test('number 300 and still leave few descriptors open', async () => {
    const folder = await temporaryFolder()
    const files = Array.from({ length: 300 }, (_, i) => ({ path: [`d${i % 7}`, `${i}`], length: 10 }))
    const { metainfo, data } = multiFileTorrent(files, 16_384)
    const open = async () => {
      const numbers = await readdir('/proc/self/fd').catch(() => [])
      const places = await Promise.all(numbers.map((one) => readlink(`/proc/self/fd/${one}`).catch(() => '')))
      return places.filter((place) => place.startsWith(folder)).length
    }
    const store = await openFileStore(metainfo, folder)
    await putAll(store, metainfo, data)
    expect(Buffer.compare((await get(store, 0)) ?? new Uint8Array(), pieceOf(metainfo, data, 0))).toBe(0)
    expect(await open()).toBeLessThanOrEqual(128)
    await close(store)
    expect(await open()).toBe(0)
  })
})

describe('an output folder', () => {
  const { metainfo } = singleFileTorrent(50_000, 16_384)

  test('that is a file is refused', async () => {
    const path = join(await temporaryFolder(), 'file')
    await writeFile(path, '')
    await expect(openFileStore(metainfo, path)).rejects.toThrow(`${path} should be a folder, but is a file`)
    await expect(openFileStore(metainfo, join(path, 'below'))).rejects.toThrow(/below: not a directory \(ENOTDIR\)/)
    await expect(openFileStore(metainfo, path, { readOnly: true })).rejects.toBeInstanceOf(StorageError)
  })

  test('that the system will not make is refused with its reason', async () => {
    await expect(openFileStore(metainfo, '/proc/peerchart')).rejects.toThrow(
      /^cannot write to the folder \/proc\/peerchart: .*\(E[A-Z]+\)$/,
    )
  })

  test('opened for reading alone must stand there and is never written to', async () => {
    const folder = await temporaryFolder()
    await expect(openFileStore(metainfo, join(folder, 'missing'), { readOnly: true })).rejects.toMatchObject({
      code: 'ENOENT',
    })
    const { metainfo: withEmpty, data } = album()
    const store = await openFileStore(withEmpty, folder, { readOnly: true })
    expect(store.readOnly).toBe(true)
    await expect(put(store, 0, pieceOf(withEmpty, data, 0))).rejects.toMatchObject({ code: 'EROFS' })
    expect(await readdir(folder)).toEqual([])
    await close(store)
  })

  test('in which something else stands in place of a file or a folder is refused', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'song'))
    await expect(openFileStore(metainfo, folder)).rejects.toThrow(/song should be a file, but is a folder/)
    await writeFile(join(folder, 'album'), '')
    await expect(openFileStore(album().metainfo, folder)).rejects.toThrow(/album should be a folder, but is a file/)
  })
})

describe('a symbolic link', () => {
  const linked = async (path: string, target: (outside: string) => string) => {
    const outside = await temporaryFolder()
    const folder = await temporaryFolder()
    await writeFile(join(outside, 'precious'), 'precious')
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await symlink(target(outside), join(folder, path))
    return { folder, outside }
  }

  test.each([
    ['a folder', 'album/deep', (outside: string) => outside],
    ['the top folder', 'album', (outside: string) => outside],
    ['a file', 'album/one', (outside: string) => join(outside, 'precious')],
    ['a device', 'album/one', () => '/dev/full'],
  ])('to %s outside the output folder is refused, and nothing outside changes', async (_name, path, target) => {
    const { folder, outside } = await linked(path, target)
    await expect(openFileStore(album().metainfo, folder)).rejects.toThrow(/^\S+ leads out of \S+ by a symbolic link/)
    expect(await readdir(outside)).toEqual(['precious'])
    expect(await readFile(join(outside, 'precious'), 'utf8')).toBe('precious')
  })

  test.each(['album/one', 'album/empty first', 'album/deep'])(
    'to nothing is refused, and nothing made: %s',
    async (path) => {
      const { folder, outside } = await linked(path, (outside) => join(outside, 'new'))
      await expect(openFileStore(album().metainfo, folder)).rejects.toThrow(/ is a link that leads to nothing$/)
      expect(await readdir(outside)).toEqual(['precious'])
    },
  )

  test.each([
    ['the top folder', 'album', 'album'],
    ['a folder below', 'album/deep', 'deep'],
    ['a file', 'album/one', 'one'],
  ])('is followed wherever it leads to read: of %s', async (_name, path, moved) => {
    const outside = await temporaryFolder()
    const folder = await temporaryFolder()
    const { metainfo, data } = album()
    const writing = await openFileStore(metainfo, folder)
    await putAll(writing, metainfo, data)
    await close(writing)
    await rename(join(folder, path), join(outside, moved))
    await symlink(join(outside, moved), join(folder, path))
    const store = await openFileStore(metainfo, folder, { readOnly: true })
    for (let i = 0; i * metainfo.pieceLength < data.length; i++) {
      expect(Buffer.compare((await get(store, i)) ?? new Uint8Array(), pieceOf(metainfo, data, i))).toBe(0)
    }
    await close(store)
  })

  test.each([
    ['the top folder, before it is made', 'album', (): string[] => []],
    ['the top folder', 'album', (): string[] => ['album']],
    ['a folder below', 'album/deep', (): string[] => ['album', 'album/deep']],
  ])('that is put in the place of %s after opening is not followed', async (_name, path, there) => {
    const outside = await temporaryFolder()
    const folder = await temporaryFolder()
    const names = ['one', 'four', 'er/three']
    await mkdir(join(outside, 'er'))
    for (const name of names) await writeFile(join(outside, name), 'precious')
    const { metainfo, data } = multiFileTorrent(
      [
        { path: ['one'], length: 1_000 },
        { path: ['deep', 'er', 'three'], length: 1_000 },
        { path: ['deep', 'four'], length: 14_384 },
        { path: ['deep', 'five'], length: 16_384 },
      ],
      16_384,
    )
    for (const made of there()) await mkdir(join(folder, made))
    const store = await openFileStore(metainfo, folder)
    await rm(join(folder, path), { recursive: true, force: true })
    await symlink(outside, join(folder, path))
    for (const index of [0, 1]) {
      await expect(put(store, index, pieceOf(metainfo, data, index))).rejects.toThrow(
        /leads out of \S+ by a symbolic link/,
      )
    }
    expect((await readdir(outside, { recursive: true })).sort()).toEqual(['er', ...names].sort())
    for (const name of names) expect(await readFile(join(outside, name), 'utf8')).toBe('precious')
    await close(store)
  })

  test('that is put in the place of a file between two writes is not followed', async () => {
    const { metainfo, data } = singleFileTorrent(50_000, 16_384)
    const outside = await temporaryFolder()
    const folder = await temporaryFolder()
    await writeFile(join(outside, 'precious'), 'precious')
    const store = await openFileStore(metainfo, folder)
    await put(store, 0, pieceOf(metainfo, data, 0))
    await rename(join(folder, 'song'), join(folder, 'was'))
    await symlink(join(outside, 'precious'), join(folder, 'song'))
    // What is open stays the file that it was.
    await put(store, 1, pieceOf(metainfo, data, 1))
    await store.watchFiles?.()
    await expect(put(store, 2, pieceOf(metainfo, data, 2))).rejects.toThrow(/song leads out of/)
    await expect(get(store, 0)).rejects.toThrow(/song leads out of/)
    expect(await readFile(join(outside, 'precious'), 'utf8')).toBe('precious')
    expect((await stat(join(folder, 'was'))).size).toBe(2 * 16_384)
    await close(store)
  })

  test('within the output folder is followed, and so is one that is the output folder', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'real', 'elsewhere'), { recursive: true })
    await symlink('elsewhere', join(folder, 'real', 'album'))
    await symlink('real', join(folder, 'link'))
    const { metainfo, data } = album()
    const store = await openFileStore(metainfo, join(folder, 'link'))
    await putAll(store, metainfo, data)
    expect((await stat(join(folder, 'real/elsewhere/one'))).size).toBe(1)
    expect((await lstat(join(folder, 'real/album'))).isSymbolicLink()).toBe(true)
    await close(store)
  })

  test('to a folder whose name starts like the output folder leads out', async () => {
    const parent = await temporaryFolder()
    await mkdir(join(parent, 'out'))
    await mkdir(join(parent, 'outside'))
    await symlink(join(parent, 'outside'), join(parent, 'out', 'album'))
    await expect(openFileStore(album().metainfo, join(parent, 'out'))).rejects.toThrow(/leads out of/)
  })
})

test('a closed store refuses', async () => {
  const { metainfo, data } = singleFileTorrent(50_000, 16_384)
  const store = await openFileStore(metainfo, await temporaryFolder())
  await close(store)
  await expect(put(store, 0, pieceOf(metainfo, data, 0))).rejects.toThrow(/closed/)
  await expect(get(store, 0)).rejects.toThrow(/closed/)
})
