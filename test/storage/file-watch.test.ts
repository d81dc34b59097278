import { appendFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isUnchanged, stampOf } from '../../storage/file-stamps.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { multiFileTorrent, pieceOf, temporaryFolder, watchedFlushes } from './support.ts'

/** Files of one piece each, in a folder where those of `here` stand, as another process has left them. */
async function someFiles(names: readonly string[], here: readonly string[] = names) {
  const files = names.map((name) => ({ path: [name], length: 16_384 }))
  const { metainfo, data } = multiFileTorrent(files, 16_384)
  const folder = await temporaryFolder()
  const path = (name: string) => join(folder, 'album', name)
  await mkdir(join(folder, 'album'))
  const put = (name: string) => writeFile(path(name), pieceOf(metainfo, data, names.indexOf(name)))
  for (const name of here) await put(name)
  const open = async (options = {}) => {
    const storage = new PieceStorage(await openFileStore(metainfo, folder, options), metainfo)
    onTestFinished(() => storage.close())
    return storage
  }
  const write = (storage: PieceStorage, name: string) =>
    storage.write(names.indexOf(name), pieceOf(metainfo, data, names.indexOf(name)))
  const inode = async (name: string) => (await stat(path(name), { bigint: true })).ino
  return { metainfo, folder, path, put, open, write, inode }
}

const start = async (storage: PieceStorage) => {
  const stamps = await storage.watch()
  await storage.check()
  return stamps
}

/** No file is read, and none is left open. */
const startFromMemory = async (storage: PieceStorage) => {
  await storage.watch()
  await storage.check(undefined, undefined, () => true)
}

const failure = (code: string) => Object.assign(new Error(code), { code })

test('what a check has found is flushed before it is vouched for, once, and what is not there is not', async () => {
  const { open, inode, path } = await someFiles(['a', 'b', 'c'], ['a', 'b'])
  const { inodes } = await watchedFlushes()
  const storage = await open()
  await start(storage)
  const vouched = await storage.vouch()
  expect(inodes.toSorted()).toEqual([await inode('a'), await inode('b')].toSorted())
  expect(vouched).toMatchObject({ have: Uint8Array.of(0b11000000), stamps: [{ size: 16_384n }, {}, 'absent'] })
  expect(isUnchanged(vouched?.stamps[0] ?? 'unknown', await stampOf(path('a')))).toBe(true)
  await storage.vouch()
  expect(inodes).toHaveLength(2)
})

test('of a store that is open for reading alone it is flushed too', async () => {
  const { open, inode } = await someFiles(['a'])
  const { inodes } = await watchedFlushes()
  const storage = await open({ readOnly: true })
  await start(storage)
  await storage.vouch()
  expect(inodes).toEqual([await inode('a')])
})

test('many files are flushed several at once, and no more than 16', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `${i}`)
  const { open } = await someFiles(names)
  const flushes = await watchedFlushes()
  const storage = await open()
  await start(storage)
  await storage.vouch()
  expect(flushes.inodes).toHaveLength(40)
  expect(flushes.mostAtOnce).toBe(16)
})

test('a file taken away that we have not written to costs no save: the others stand, it is not made anew and is unknown', async () => {
  const { open, path, write, put } = await someFiles(['a', 'b'])
  const storage = await open()
  await startFromMemory(storage)
  // Not deleted: another file could get its number.
  await rename(path('a'), path('elsewhere'))
  expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', { size: 16_384n }] })
  expect(await stampOf(path('a'))).toBe('absent')
  // Nor is it when somebody puts it back: what else it held was never seen. To such a file nothing is written.
  await put('a')
  await expect(write(storage, 'a')).rejects.toThrow('another program has put another file in its place')
  expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', { size: 16_384n }] })
})

test('on Windows, which flushes what is open for writing, a file that was taken away is not made anew either', async () => {
  const { platform } = process
  Object.defineProperty(process, 'platform', { value: 'win32' })
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }))
  const { open, path, inode } = await someFiles(['a', 'b'])
  const { inodes } = await watchedFlushes()
  const storage = await open()
  await startFromMemory(storage)
  await rm(path('a'))
  expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', { size: 16_384n }] })
  expect(await stampOf(path('a'))).toBe('absent')
  expect(inodes).toEqual([await inode('b')])
})

test('a flush that fails is told once, however many files it hit, and the others are flushed all the same', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `${i}`)
  const { open, inode } = await someFiles(names)
  const whole = await inode('19')
  const { inodes } = await watchedFlushes((ino) => (ino === whole ? undefined : failure('EIO')))
  const storage = await open()
  await start(storage)
  await expect(storage.vouch()).rejects.toThrow('cannot flush')
  expect(inodes).toEqual([whole])
  const stamps = (await storage.vouch())?.stamps ?? []
  expect(stamps.filter((stamp) => stamp !== 'unknown')).toMatchObject([{ size: 16_384n }])
})

test('a second watch does not forget whose flush has failed: it is unknown as long as the store is open', async () => {
  const { open, write, inode } = await someFiles(['a', 'b'])
  const broken = [await inode('a')]
  await watchedFlushes((ino) => (broken.includes(ino) ? failure('EIO') : undefined))
  const storage = await open()
  await start(storage)
  await expect(storage.vouch()).rejects.toThrow('cannot flush')
  broken.pop()
  expect(await start(storage)).toMatchObject(['unknown', { size: 16_384n }])
  expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', { size: 16_384n }] })
  await write(storage, 'a')
  expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', { size: 16_384n }] })
})

test('a second watch does not forget what is still to be flushed', async () => {
  const { open, path, write } = await someFiles(['a'], [])
  const storage = await open()
  await start(storage)
  await write(storage, 'a')
  await rm(path('a'))
  await start(storage)
  await expect(storage.vouch()).rejects.toThrow('cannot flush')
})

test('a second watch takes a file as it stands, and flushes it, whoever changed it', async () => {
  const { open, path, write, inode } = await someFiles(['a'])
  const { inodes } = await watchedFlushes()
  const storage = await open()
  await start(storage)
  await appendFile(path('a'), 'more')
  await write(storage, 'a')
  expect(await storage.vouch()).toMatchObject({ stamps: ['unknown'] })
  await start(storage)
  expect(await storage.vouch()).toMatchObject({ have: Uint8Array.of(0b10000000), stamps: [{ size: 16_384n }] })
  expect(inodes).toEqual([await inode('a'), await inode('a')])
})

test('after a second watch it is the file that is there now which is read, written and flushed, not one it took the place of', async () => {
  const { open, path, write, inode } = await someFiles(['a', 'b'])
  const { inodes } = await watchedFlushes()
  const storage = await open()
  await start(storage)
  await write(storage, 'b')
  for (const name of ['a', 'b']) {
    await writeFile(path('new'), Buffer.alloc(16_384))
    await rename(path('new'), path(name))
  }
  await start(storage)
  await write(storage, 'b')
  expect(await storage.vouch()).toMatchObject({ have: Uint8Array.of(0b01000000) })
  expect(inodes.toSorted()).toEqual([await inode('a'), await inode('b')].toSorted())
  const again = await open()
  await start(again)
  expect(await again.vouch()).toMatchObject({ have: Uint8Array.of(0b01000000) })
})

test('from a watch until its check is done nothing is vouched for: the stamps are new, what was known is not', async () => {
  const { open } = await someFiles(['a'])
  const storage = await open()
  await start(storage)
  const watching = storage.watch()
  expect(await storage.vouch()).toBeUndefined()
  await watching
  expect(await storage.vouch()).toBeUndefined()
  await storage.check()
  expect(await storage.vouch()).toMatchObject({ have: Uint8Array.of(0b10000000) })
})

test('a watch and a check wait for the writes under way, and see what they left', async () => {
  const { metainfo, folder, write } = await someFiles(['a', 'b'], [])
  const store = await openFileStore(metainfo, folder)
  const put = store.put.bind(store)
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  store.put = (index, bytes, done) => void released.then(() => put(index, bytes, done))
  const storage = new PieceStorage(store, metainfo)
  const writes = ['a', 'b'].map((name) => write(storage, name))
  const done: string[] = []
  const watched = storage.watch().then((stamps) => done.push(...stamps.map((stamp) => typeof stamp)))
  const checked = storage.check().then((bits) => done.push(`${bits}`))
  await storage.read(0, 0, 1).catch(() => {})
  expect(done).toEqual([])
  release()
  await Promise.all([watched, checked, ...writes])
  expect(done.toSorted()).toEqual([`${0b11000000}`, 'object', 'object'])
  await storage.close()
})

test('a check that was ended by its signal, at its last piece too, is not what is vouched for', async () => {
  const { open } = await someFiles(['a'])
  const storage = await open()
  await storage.watch()
  const ending = new AbortController()
  await expect(storage.check(() => ending.abort(), ending.signal)).rejects.toThrow('aborted')
  expect(await storage.vouch()).toBeUndefined()
})
