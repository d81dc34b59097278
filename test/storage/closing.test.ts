import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { failingCloses, multiFileTorrent, pieceOf, temporaryFolder } from './support.ts'

/** Files `a` and `b` of two pieces each: the first one of `a` is written, and then `a` fails to close. */
async function aWrittenFile(fails: 'read' | 'write' = 'write') {
  const files = ['a', 'b'].map((name) => ({ path: [name], length: 2 * 16_384 }))
  const { metainfo, data } = multiFileTorrent(files, 16_384)
  const folder = await temporaryFolder()
  const path = join(folder, 'album', 'a')
  const store = await openFileStore(metainfo, folder)
  const watch = await store.watchFiles?.()
  const storage = new PieceStorage(store, metainfo)
  const start = async () => {
    const stamps = await storage.watch()
    await storage.check()
    return stamps
  }
  const write = (index: number) => storage.write(index, pieceOf(metainfo, data, index))
  await start()
  const mend = await failingCloses(fails)
  await write(0)
  await storage.read(0, 0, 1)
  mend()
  /** As it is when there is no room for it any more. */
  const closeFiles = async () => watch?.renew([])
  return { storage, start, write, closeFiles, fault: `cannot close ${path}: i/o error (EIO)` }
}

describe('a file that we have written to and that fails to close', () => {
  test('fails the next write by name, to whichever file that is, and once', async () => {
    const { storage, write, closeFiles, fault } = await aWrittenFile()
    await closeFiles()
    await expect(write(2)).rejects.toThrow(fault)
    expect(await write(2)).toBe('verified')
    await storage.close()
  })

  test('fails the next save, and is believed in none after it', async () => {
    const { storage, write, closeFiles, fault } = await aWrittenFile()
    await closeFiles()
    await expect(storage.vouch()).rejects.toThrow(fault)
    expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', 'absent'] })
    await write(2)
    expect(await storage.vouch()).toMatchObject({ stamps: ['unknown', { size: 16_384n }] })
    await storage.close()
  })

  test('fails the close of the store when it is closed with that', async () => {
    const { storage, fault } = await aWrittenFile()
    await expect(storage.close()).rejects.toThrow(fault)
  })

  test.each<[string, (storage: PieceStorage) => Promise<unknown>]>([
    ['a save', (storage) => storage.vouch()],
    ['the close of the store', (storage) => storage.close()],
  ])('fails %s that begins while it is being closed', async (_, end) => {
    const { storage, closeFiles, fault } = await aWrittenFile()
    const closed = closeFiles()
    await expect(end(storage)).rejects.toThrow(fault)
    await closed
    await storage.close().catch(() => {})
  })

  test('is unknown to a new watch, and so hashed: nothing else fails for it', async () => {
    const { storage, start, write } = await aWrittenFile()
    expect(await start()).toEqual(['unknown', 'absent'])
    expect(await write(2)).toBe('verified')
    await storage.close()
  })
})

test('a file that is open for reading and fails to close harms nobody', async () => {
  const { storage, closeFiles, write } = await aWrittenFile('read')
  await closeFiles()
  expect(await write(2)).toBe('verified')
  await storage.close()
})
