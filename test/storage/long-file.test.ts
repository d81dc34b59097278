import { readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isUnchanged, stampOf } from '../../storage/file-stamps.ts'
import { describeLongFile, type LongFile } from '../../storage/long-file.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { multiFileTorrent, pieceOf, temporaryFolder } from './support.ts'

/** Pieces: 0 is all of `head`, but for its end; 1 has its end, all of `mid` and the beginning of `tail`; 2 is the end of `tail`. */
const sample = () =>
  multiFileTorrent(
    [
      { path: ['head'], length: 20_000 },
      { path: ['mid'], length: 100 },
      { path: ['none'], length: 0 },
      { path: ['.pad', '7'], length: 7, attr: 'p' },
      { path: ['tail'], length: 20_000 },
    ],
    16_384,
  )

const tooLong = 33_333

/** Files of the torrent that are longer than it says; what is before their ends is `right` or not. */
const onDisk = async ({ metainfo, data, right }: { metainfo: Metainfo; data: Uint8Array; right: boolean }) => {
  const folder = await temporaryFolder()
  const store = await openFileStore(metainfo, folder)
  const path = (name: string) => join(folder, 'album', name)
  for (const file of metainfo.files.filter(({ pad }) => !pad)) {
    const bytes = new Uint8Array(tooLong).fill(0xee)
    if (right) bytes.set(data.subarray(file.offset, file.offset + file.length))
    await writeFile(path(file.path.at(-1) ?? ''), bytes)
  }
  const sizes = async () =>
    Promise.all(['head', 'mid', 'none', 'tail'].map(async (name) => (await stat(path(name))).size))
  return { folder, path, sizes, storage: new PieceStorage(store, metainfo), store }
}

const names = (long: readonly LongFile[]) => long.map(({ path }) => path.split('/').at(-1)).sort()

describe('a file that is longer than the torrent says', () => {
  test('is cut when the piece in which it ends has been written, with all that end in it, and others are left', async () => {
    const torrent = sample()
    const { metainfo, data } = torrent
    const { path, sizes, storage } = await onDisk({ ...torrent, right: false })
    const long: LongFile[] = []
    const write = (index: number) => storage.write(index, pieceOf(metainfo, data, index), (file) => long.push(file))
    await write(0)
    expect(await sizes()).toEqual([tooLong, tooLong, tooLong, tooLong])
    expect(long).toEqual([])
    await write(1)
    expect(await sizes()).toEqual([20_000, 100, tooLong, tooLong])
    expect(names(long)).toEqual(['head', 'mid'])
    expect(long).toContainEqual({ path: path('mid'), length: 100, found: tooLong })
    await write(2)
    expect(await sizes()).toEqual([20_000, 100, tooLong, 20_000])
    expect(names(long)).toEqual(['head', 'mid', 'tail'])
    expect(Buffer.compare(await readFile(path('head')), data.subarray(0, 20_000))).toBe(0)
    await storage.close()
  })

  test('and has no byte there is cut when the last piece has been written, not before', async () => {
    const torrent = sample()
    const { metainfo, data } = torrent
    const { path, sizes, storage } = await onDisk({ ...torrent, right: false })
    await storage.check()
    const long: LongFile[] = []
    const write = (index: number) => storage.write(index, pieceOf(metainfo, data, index), (file) => long.push(file))
    await write(0)
    await write(2)
    expect((await sizes())[2]).toBe(tooLong)
    await write(1)
    expect(await sizes()).toEqual([20_000, 100, 0, 20_000])
    expect(long).toContainEqual({ path: path('none'), length: 0, found: tooLong })
    await storage.close()
  })

  test('and has no byte there is cut after a check that found everything right', async () => {
    const { sizes, storage } = await onDisk({ ...sample(), right: true })
    const long: LongFile[] = []
    await storage.cutFiles(await storage.check(), (file) => long.push(file))
    expect(await sizes()).toEqual([20_000, 100, 0, 20_000])
    expect(names(long)).toEqual(['head', 'mid', 'none', 'tail'])
    await storage.close()
  })

  test('is left alone when the piece in which it ends is corrupt', async () => {
    const torrent = sample()
    const { sizes, storage } = await onDisk({ ...torrent, right: false })
    const long: LongFile[] = []
    expect(await storage.write(1, new Uint8Array(16_384), (file) => long.push(file))).toBe('corrupt')
    expect(await sizes()).toEqual([tooLong, tooLong, tooLong, tooLong])
    expect(long).toEqual([])
    await storage.close()
  })

  test('is cut after a check that found the piece in which it ends right, and not for another', async () => {
    const torrent = sample()
    const { path, sizes, storage } = await onDisk({ ...torrent, right: true })
    const spoiled = await readFile(path('tail'))
    spoiled[spoiled.length - 1] = 0
    spoiled[19_999] = 0
    await writeFile(path('tail'), spoiled)
    const long: LongFile[] = []
    const have = await storage.check()
    expect(await sizes()).toEqual([tooLong, tooLong, tooLong, tooLong])
    await storage.cutFiles(have, (file) => long.push(file))
    expect(await sizes()).toEqual([20_000, 100, tooLong, tooLong])
    expect(names(long)).toEqual(['head', 'mid'])
    await storage.cutFiles(have, (file) => long.push(file))
    expect(names(long)).toEqual(['head', 'mid'])
    await storage.close()
  })

  test('is what resume data vouches for once it is cut', async () => {
    const torrent = sample()
    const { path, storage } = await onDisk({ ...torrent, right: true })
    await storage.watch()
    await storage.cutFiles(await storage.check(), () => {})
    const vouched = await storage.vouch()
    expect(vouched?.have).toEqual(Uint8Array.of(0b1110_0000))
    const stamps = await Promise.all(['head', 'mid', 'tail'].map((name) => stampOf(path(name))))
    expect(stamps.map((stamp, i) => isUnchanged(stamp, vouched?.stamps[i] ?? 'unknown'))).toEqual([true, true, true])
    await storage.close()
  })

  test('is never cut by a store that is read-only, nor told of', async () => {
    const torrent = sample()
    const { folder, sizes } = await onDisk({ ...torrent, right: true })
    const storage = new PieceStorage(
      await openFileStore(torrent.metainfo, folder, { readOnly: true }),
      torrent.metainfo,
    )
    const long: LongFile[] = []
    const have = await storage.check()
    expect(have).toEqual(Uint8Array.of(0b1110_0000))
    await storage.cutFiles(have, (file) => long.push(file))
    expect(await sizes()).toEqual([tooLong, tooLong, tooLong, tooLong])
    expect(long).toEqual([])
    await storage.close()
  })

  test('that cannot be cut is told of, and is no failure', async () => {
    const torrent = sample()
    const { folder, path, storage, store } = await onDisk({ ...torrent, right: true })
    const outside = join(await temporaryFolder(), 'precious')
    await writeFile(outside, new Uint8Array(tooLong))
    const have = await storage.check()
    await new Promise((resolve) => store.close(resolve))
    const anew = new PieceStorage(await openFileStore(torrent.metainfo, folder), torrent.metainfo)
    await rm(path('mid'))
    await symlink(outside, path('mid'))
    const long: LongFile[] = []
    await anew.cutFiles(have, (file) => long.push(file))
    expect((await stat(outside)).size).toBe(tooLong)
    expect(names(long)).toEqual(['head', 'mid', 'tail'])
    const failed = long.find(({ error }) => error !== undefined)
    expect(failed).toMatchObject({ path: path('mid'), length: 100, found: tooLong })
    expect(failed?.error?.message).toContain('leads out of')
    await anew.close()
  })
})

test('what is told names the file, both lengths and the reason', () => {
  const file = { path: '/out/song', length: 100, found: 333 }
  expect(describeLongFile(file)).toBe('/out/song had 333 bytes, more than the 100 of the torrent, and was cut to them')
  expect(describeLongFile({ ...file, error: new StorageError('cannot write /out/song: full') })).toBe(
    '/out/song had 333 bytes, more than the 100 of the torrent, and is left so: cannot write /out/song: full',
  )
})
