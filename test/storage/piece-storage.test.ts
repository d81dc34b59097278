import { mkdir, open, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import MemoryChunkStore from 'memory-chunk-store'
import { describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { StorageError } from '../../storage/storage-error.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { multiFileTorrent, pieceOf, piecesIn, singleFileTorrent, temporaryFolder, watchedStore } from './support.ts'

const systemError = (code: string, errno: number) => Object.assign(new Error(`${code}: write`), { code, errno })

const filled = async (storage: PieceStorage, data: Uint8Array) => {
  for (let i = 0; i < storage.pieceCount; i++) {
    expect(await storage.write(i, pieceOf(storage.metainfo, data, i))).toBe('verified')
  }
  return storage
}

const inMemory = (length: number, pieceLength: number) => {
  const { metainfo, data } = singleFileTorrent(length, pieceLength)
  const { store, gets } = watchedStore(openMemoryStore(metainfo))
  return { storage: new PieceStorage(store, metainfo), data, gets, metainfo }
}

describe('a check', () => {
  const twoFiles = () =>
    multiFileTorrent(
      [
        { path: ['a'], length: 100_000 },
        { path: ['b'], length: 100_000 },
        { path: ['c'], length: 5 },
      ],
      16_384,
    )
  // Pieces 0 to 5 lie in a alone, 6 in a and b, 7 to 11 in b alone, 12 in b and c.

  const onDisk = async () => {
    const folder = await temporaryFolder()
    const { metainfo, data } = twoFiles()
    const storage = await filled(new PieceStorage(await openFileStore(metainfo, folder), metainfo), data)
    await storage.close()
    return { path: (name: string) => join(folder, 'album', name), folder, metainfo }
  }

  const check = async (folder: string, metainfo: Metainfo) => {
    const { store, gets } = watchedStore(await openFileStore(metainfo, folder, { readOnly: true }))
    const storage = new PieceStorage(store, metainfo)
    const progress: number[] = []
    const pieces = piecesIn(await storage.check((done) => progress.push(done)))
    await storage.close()
    expect(progress.at(-1)).toBe(storage.pieceCount)
    return { pieces, reads: gets.length }
  }

  const all = Array.from({ length: 13 }, (_, i) => i)
  const allBut = (...missing: number[]) => all.filter((i) => !missing.includes(i))

  test('finds all pieces of a finished download', async () => {
    const { folder, metainfo } = await onDisk()
    expect(await check(folder, metainfo)).toEqual({ pieces: all, reads: 13 })
  })

  test('finds all but the piece with a flipped byte', async () => {
    const { folder, path, metainfo } = await onDisk()
    const file = await open(path('b'), 'r+')
    await file.write(Buffer.from([0x55, 0xaa]), 0, 2, 20_000)
    await file.close()
    expect((await check(folder, metainfo)).pieces).toEqual(allBut(7))
  })

  test('finds the pieces before the end of a file cut short, and all of the next file', async () => {
    const { folder, path, metainfo } = await onDisk()
    await truncate(path('a'), 3 * 16_384)
    expect(await check(folder, metainfo)).toEqual({ pieces: allBut(3, 4, 5, 6), reads: 10 })
    await truncate(path('a'), 3 * 16_384 - 1)
    expect((await check(folder, metainfo)).pieces).toEqual(allBut(2, 3, 4, 5, 6))
  })

  test('finds nothing of a missing file, and all of the others', async () => {
    const { folder, path, metainfo } = await onDisk()
    await rm(path('b'))
    expect((await check(folder, metainfo)).pieces).toEqual([0, 1, 2, 3, 4, 5])
    await rm(path('a'))
    await rm(path('c'))
    expect((await check(folder, metainfo)).pieces).toEqual([])
  })

  test('takes no notice of bytes behind the end of a file', async () => {
    const { folder, path, metainfo } = await onDisk()
    await writeFile(path('c'), 'more', { flag: 'a' })
    expect((await check(folder, metainfo)).pieces).toEqual(all)
  })

  test('of an empty folder reads once for a file, however many pieces that has', async () => {
    const metainfo: Metainfo = {
      ...singleFileTorrent(1, 16_384).metainfo,
      length: 400_000 * 16_384,
      pieceHashes: new Uint8Array(400_000 * 20),
      files: [{ path: ['song'], length: 400_000 * 16_384, offset: 0 }],
    }
    expect(await check(await temporaryFolder(), metainfo)).toEqual({ pieces: [], reads: 1 })
  })

  test('of memory finds what was written, with holes', async () => {
    const { storage, data, metainfo } = inMemory(200_000, 16_384)
    await storage.write(2, pieceOf(metainfo, data, 2))
    await storage.write(12, pieceOf(metainfo, data, 12))
    expect(piecesIn(await storage.check())).toEqual([2, 12])
  })

  test('fails when what is there cannot be read', async () => {
    const { metainfo } = singleFileTorrent(50_000, 16_384)
    const { store } = watchedStore(openMemoryStore(metainfo), { get: systemError('EIO', -5) })
    await expect(new PieceStorage(store, metainfo).check()).rejects.toThrow('cannot read piece 0: i/o error (EIO)')
  })

  test('ends with the reason of its signal', async () => {
    const { storage, data } = inMemory(200_000, 16_384)
    await filled(storage, data)
    const abort = new AbortController()
    const progress: number[] = []
    const checked = storage.check((done) => {
      progress.push(done)
      if (done === 3) abort.abort(new Error('enough'))
    }, abort.signal)
    await expect(checked).rejects.toThrow('enough')
    expect(progress).toEqual([1, 2, 3])
  })
})

describe('a write', () => {
  test('of a corrupt piece says so and leaves the store as it was', async () => {
    const { storage, data, metainfo } = inMemory(50_000, 16_384)
    await filled(storage, data)
    const corrupt = pieceOf(metainfo, data, 1).slice()
    corrupt[5000] = (corrupt[5000] ?? 0) ^ 1
    expect(await storage.write(1, corrupt)).toBe('corrupt')
    expect(piecesIn(await storage.check())).toEqual([0, 1, 2, 3])
  })

  test('is done when it resolves: the buffer may be used again', async () => {
    const { storage, data, metainfo } = inMemory(50_000, 16_384)
    const buffer = pieceOf(metainfo, data, 0).slice()
    await storage.write(0, buffer)
    buffer.fill(0)
    expect(piecesIn(await storage.check())).toEqual([0])
  })

  test('gives a store that may keep the bytes a copy, and one that declares copiesOnPut the bytes themselves', async () => {
    const { metainfo, data } = singleFileTorrent(50_000, 16_384)
    const given: Uint8Array[] = []
    const noting = (store: ChunkStore): ChunkStore => ({
      ...store,
      put: (index, data, done) => {
        given.push(data)
        store.put(index, data, done)
      },
    })
    const own = openMemoryStore(metainfo)
    const { copiesOnPut, ...foreign } = openMemoryStore(metainfo)
    const buffer = pieceOf(metainfo, data, 0).slice()
    await new PieceStorage(noting(own), metainfo).write(0, buffer)
    await new PieceStorage(noting(foreign), metainfo).write(0, buffer)
    expect(copiesOnPut).toBe(true)
    expect(given.map((bytes) => bytes.buffer === buffer.buffer)).toEqual([true, false])
  })

  test('to a raw memory-chunk-store outlives the buffer it came in', async () => {
    const { metainfo, data } = singleFileTorrent(50_000, 16_384)
    const store = new MemoryChunkStore(metainfo.pieceLength, { length: metainfo.length })
    const storage = new PieceStorage(store, metainfo)
    const buffer = pieceOf(metainfo, data, 0).slice()
    await storage.write(0, buffer)
    buffer.fill(0)
    expect(piecesIn(await storage.check())).toEqual([0])
  })

  test('takes a shorter last piece, and no other length or index', () => {
    const { storage, data, metainfo } = inMemory(50_000, 16_384)
    expect(() => storage.write(0, data.subarray(0, 100))).toThrow('piece 0 has 16384 bytes, not 100')
    expect(() => storage.write(3, data.subarray(0, 16_384))).toThrow('piece 3 has 848 bytes, not 16384')
    for (const index of [-1, 4, 0.5, Number.NaN]) expect(() => storage.write(index, data)).toThrow(RangeError)
    return expect(storage.write(3, pieceOf(metainfo, data, 3))).resolves.toBe('verified')
  })

  test.each([
    ['ENOSPC', -28, 'cannot write piece 0: no space left on device (ENOSPC)'],
    ['EROFS', -30, 'cannot write piece 0: read-only file system (EROFS)'],
  ])('that fails with %s rejects with a StorageError, and may be tried again', async (code, errno, message) => {
    const { metainfo, data } = singleFileTorrent(50_000, 16_384)
    const fail: { put?: Error } = { put: systemError(code, errno) }
    const storage = new PieceStorage(watchedStore(openMemoryStore(metainfo), fail).store, metainfo)
    const failure = await storage.write(0, pieceOf(metainfo, data, 0)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toMatchObject({ code, message })
    delete fail.put
    expect(await storage.write(0, pieceOf(metainfo, data, 0))).toBe('verified')
  })

  test('below a folder that became a file names the path', async () => {
    const folder = join(await temporaryFolder(), 'out')
    const { metainfo, data } = multiFileTorrent([{ path: ['sub', 'a'], length: 100 }], 16_384)
    const storage = new PieceStorage(await openFileStore(metainfo, folder), metainfo)
    await mkdir(join(folder, 'album'))
    await writeFile(join(folder, 'album', 'sub'), '')
    await expect(storage.write(0, data)).rejects.toMatchObject({
      name: 'StorageError',
      code: 'ENOTDIR',
      path: join(folder, 'album', 'sub', 'a'),
      message: `cannot write ${join(folder, 'album', 'sub', 'a')}: not a directory (ENOTDIR)`,
    })
    await storage.close()
  })
})

describe('a read', () => {
  const mebibyte = 1024 * 1024

  test('gives any part of a piece, within an extent or across some', async () => {
    const { storage, data, metainfo } = inMemory(3 * mebibyte - 7, mebibyte)
    await filled(storage, data)
    const parts = [
      [0, 0, 1],
      [0, 262_143, 2],
      [1, 1, mebibyte - 1],
      [2, mebibyte - 8, 1],
      [2, 262_144, 262_144],
    ] as const
    for (const [index, begin, length] of parts) {
      const expected = pieceOf(metainfo, data, index).subarray(begin, begin + length)
      expect(Buffer.compare(await storage.read(index, begin, length), expected)).toBe(0)
    }
  })

  test('in sequence costs one read of the store for each 256 KiB', async () => {
    const { storage, data, gets } = inMemory(mebibyte, mebibyte)
    await filled(storage, data)
    for (let begin = 0; begin < mebibyte; begin += 16_384) await storage.read(0, begin, 16_384)
    expect(gets.map(({ offset, length }) => [offset, length])).toEqual([0, 1, 2, 3].map((i) => [i * 262_144, 262_144]))
  })

  test('of the same place at once shares one read of the store', async () => {
    const { storage, data, gets } = inMemory(mebibyte, mebibyte)
    await filled(storage, data)
    await Promise.all([storage.read(0, 0, 10), storage.read(0, 10, 10), storage.read(0, 200_000, 10)])
    expect(gets).toHaveLength(1)
  })

  test('leaves behind what readCached gives at once, without a copy', async () => {
    const { storage, data } = inMemory(mebibyte, mebibyte)
    await filled(storage, data)
    expect(storage.readCached(0, 16_384, 16_384)).toBeUndefined()
    const first = await storage.read(0, 0, 16_384)
    const second = storage.readCached(0, 16_384, 16_384)
    expect(second).toEqual(data.slice(16_384, 32_768))
    expect(second?.buffer).toBe(first.buffer)
    expect(storage.readCached(0, 262_140, 8), 'across extents').toBeUndefined()
  })

  test('keeps 16 MiB at most, the least recently used extents go first', async () => {
    const pieces = 68
    const { storage, data } = inMemory(pieces * 262_144, 262_144)
    await filled(storage, data)
    for (let i = 0; i < 64; i++) await storage.read(i, 0, 1)
    expect(storage.readCached(0, 0, 1)).toBeDefined()
    await storage.read(64, 0, 1)
    expect(storage.readCached(1, 0, 1)).toBeUndefined()
    const held = Array.from({ length: pieces }, (_, i) => storage.readCached(i, 0, 1)).filter(
      (part) => part !== undefined,
    )
    expect(held).toHaveLength(64)
    expect(storage.readCached(0, 0, 1)).toBeDefined()
  })

  test('that fails rejects with a StorageError, and is tried again the next time', async () => {
    const { metainfo, data } = singleFileTorrent(50_000, 16_384)
    const fail: { get?: Error } = {}
    const storage = new PieceStorage(watchedStore(openMemoryStore(metainfo), fail).store, metainfo)
    await filled(storage, data)
    fail.get = systemError('EIO', -5)
    await expect(storage.read(0, 0, 10)).rejects.toMatchObject({ name: 'StorageError', code: 'EIO' })
    delete fail.get
    expect(await storage.read(0, 0, 10)).toEqual(data.slice(0, 10))
  })

  test.each([
    [0, -1, 5],
    [0, 0, 0],
    [0, 16_380, 5],
    [3, 848, 1],
    [4, 0, 1],
    [0, 0.5, 1],
    [0, 0, Number.NaN],
  ])('of piece %d from %d, %d bytes, is refused at the call', (index, begin, length) => {
    const { storage } = inMemory(50_000, 16_384)
    expect(() => storage.read(index, begin, length)).toThrow(RangeError)
    expect(() => storage.readCached(index, begin, length)).toThrow(RangeError)
  })
})

describe('close', () => {
  test('waits for the writes under way, and refuses what comes later', async () => {
    const folder = await temporaryFolder()
    const { metainfo, data } = singleFileTorrent(50_000, 16_384)
    const storage = new PieceStorage(await openFileStore(metainfo, folder), metainfo)
    const done: string[] = []
    const write = storage.write(0, pieceOf(metainfo, data, 0)).then((result) => done.push(result))
    await storage.close().then(() => done.push('closed'))
    expect(done).toEqual(['verified', 'closed'])
    await write
    await storage.close()
    await expect(storage.write(1, pieceOf(metainfo, data, 1))).rejects.toBeInstanceOf(StorageError)
    await expect(storage.read(0, 0, 1)).rejects.toThrow(/closed/)
    await expect(storage.check()).rejects.toThrow(/closed/)
  })
})

test('a store whose chunks are not the pieces is refused', () => {
  const { metainfo } = singleFileTorrent(50_000, 16_384)
  expect(() => new PieceStorage({ ...openMemoryStore(metainfo), chunkLength: 5 }, metainfo)).toThrow(RangeError)
})

describe('what is vouched for', () => {
  /** Two pieces, of one file each. */
  const watched = async () => {
    const { metainfo, data } = multiFileTorrent(
      [
        { path: ['a'], length: 16_384 },
        { path: ['b'], length: 16_384 },
      ],
      16_384,
    )
    const folder = await temporaryFolder()
    const store = await openFileStore(metainfo, folder)
    return { store, metainfo, data, a: join(folder, 'album', 'a') }
  }

  test('of a file that somebody took away before we wrote to it again is nothing', async () => {
    const { store, metainfo, data, a } = await watched()
    const storage = new PieceStorage(store, metainfo)
    await storage.watch()
    await storage.check()
    await filled(storage, data)
    await rm(a)
    await expect(storage.write(0, pieceOf(metainfo, data, 0))).rejects.toThrow('it is gone')
    // Once there is nothing to flush; that is told, and the next time the other file stands for itself.
    await expect(storage.vouch()).rejects.toThrow('cannot flush')
    expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', { size: 16_384n }] })
    await storage.close()
  })

  test('under the stamp of an absent file is no piece, whatever the store says', async () => {
    const { store, metainfo, data } = await watched()
    const stamp = { size: 16_384n, mtimeNs: 1n, ctimeNs: 1n, inode: 1n }
    store.watchFiles = async () => ({
      stamps: ['absent', 'absent'],
      flush: async () => ['absent', stamp],
      look: async () => undefined,
      renew: async () => {},
      pathOf: () => '',
      fileAt: () => undefined,
    })
    const storage = new PieceStorage(store, metainfo)
    await storage.watch()
    await storage.check()
    await filled(storage, data)
    expect(await storage.vouch()).toEqual({ have: Uint8Array.of(0b01000000), stamps: ['absent', stamp] })
    await storage.close()
  })
})

describe('what a store answers for a piece it does not have', () => {
  const piece = new Uint8Array(16_384)
  const answers: [name: string, error: Error | null, data?: Uint8Array][] = [
    ['an error without a code', new Error('Chunk not found')],
    ['an error with notFound', Object.assign(new Error('no'), { notFound: true })],
    ['nothing', null],
    ['too few bytes', null, piece.subarray(1)],
    ['too many bytes', null, new Uint8Array(16_385)],
    ['the code of a file that is missing', Object.assign(new Error('no'), { code: 'ENOENT' })],
  ]
  const storageOf = (error: Error | null, data?: Uint8Array) => {
    const { metainfo, data: all } = singleFileTorrent(3 * 16_384, 16_384)
    const store: ChunkStore = {
      chunkLength: 16_384,
      put: (_, __, done) => done(null),
      get: (index, _, done) => (index === 0 ? done(null, pieceOf(metainfo, all, 0)) : done(error, data)),
      close: (done) => done(),
    }
    return new PieceStorage(store, metainfo)
  }

  test.each(answers)('%s: a check finds it missing, a read fails', async (_, error, data) => {
    const storage = storageOf(error, data)
    expect(piecesIn(await storage.check())).toEqual([0])
    await expect(storage.read(1, 0, 16_384)).rejects.toThrow(StorageError)
  })

  test('is not a failure with any other code: that ends a check', async () => {
    const failure = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
    await expect(storageOf(failure).check()).rejects.toMatchObject({ name: 'StorageError', code: 'EIO' })
  })

  test('is not that it is closed', async () => {
    const storage = storageOf(null)
    await storage.close()
    await expect(storage.check()).rejects.toThrow('closed')
  })
})
