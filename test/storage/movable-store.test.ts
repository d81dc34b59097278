import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFilesIn } from '../../storage/file-store.ts'
import { MovableStore } from '../../storage/movable-store.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { multiFileTorrent, pieceOf, temporaryFolder } from './support.ts'

const pieceLength = 1_024
const { metainfo, data } = multiFileTorrent(
  [
    { path: ['a'], length: 2_500 },
    { path: ['sub', 'b'], length: 3_000 },
    { path: ['empty'], length: 0 },
    { path: ['sub', 'late'], length: 5_000 },
  ],
  pieceLength,
)
const pieceCount = metainfo.pieceHashes.length / 20
/** Those of the first two files. */
const early = [0, 1, 2, 3, 4]
const never = new AbortController().signal

/** Everything below a folder, files with their text. */
async function treeOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

/** A store of which two files and the empty one are there, in a folder beside which there is room. */
async function moving(how: 'rename' | 'copy') {
  const work = await temporaryFolder()
  const [from, to] = [join(work, 'from'), join(work, 'deep', 'to')]
  await mkdir(from)
  const files = await openFilesIn(metainfo, from, { readOnly: false })
  const store = new MovableStore(files, metainfo, from, undefined, async () => how === 'rename')
  const storage = new PieceStorage(store, metainfo)
  await storage.watch()
  await storage.check()
  for (const index of early) await storage.write(index, pieceOf(metainfo, data, index).slice())
  return { work, from, to, store, storage }
}

const isRight = async (storage: PieceStorage, indexes: readonly number[]): Promise<boolean> => {
  for (const index of indexes) {
    const piece = pieceOf(metainfo, data, index)
    if (Buffer.compare(await storage.read(index, 0, piece.length), piece) !== 0) return false
  }
  return true
}

/** Of the last nothing has come at first. */
const made = ['album/a', 'album/empty', 'album/sub/b']
const whole = [...made, 'album/sub/late']

for (const how of ['rename', 'copy'] as const) {
  describe(`files that move (${how})`, () => {
    test('are in the new folder, and no more in the old one; all goes on there', async () => {
      const { from, to, storage } = await moving(how)
      const before = await storage.vouch()
      await storage.moveTo(to, never)
      expect(storage.folder).toBe(to)
      expect(await treeOf(to)).toEqual(made)
      expect(await isRight(storage, early)).toBe(true)
      for (let index = 5; index < pieceCount; index++)
        await storage.write(index, pieceOf(metainfo, data, index).slice())
      const after = await storage.vouch()
      // What was believed is believed as it stands now.
      expect(after?.stamps.every((stamp) => typeof stamp === 'object')).toBe(true)
      expect(after?.stamps[0]).not.toEqual(before?.stamps[0])
      await storage.close()
      expect(await treeOf(from)).toEqual([])
      expect(
        Buffer.concat(await Promise.all([whole[0], whole[2], whole[3]].map((path) => readFile(join(to, path ?? ''))))),
      ).toEqual(Buffer.from(data))
    })

    test('may be moved again, and back', async () => {
      const { work, from, to, storage } = await moving(how)
      for (const folder of [to, join(work, 'third'), from, to, from]) await storage.moveTo(folder, never)
      expect(await isRight(storage, early)).toBe(true)
      await storage.close()
      expect(await treeOf(work)).toEqual(made.map((path) => `from/${path}`))
    })

    test('stay, and nothing is changed, where one of them would replace another, also one that is not there yet', async () => {
      for (const path of ['sub/b', 'sub/late']) {
        const { from, to, storage } = await moving(how)
        await mkdir(join(to, 'album', 'sub'), { recursive: true })
        await writeFile(join(to, 'album', path), 'mine')
        await expect(storage.moveTo(to, never)).rejects.toMatchObject({ name: 'StorageError', code: 'EEXIST' })
        expect([await treeOf(to), await treeOf(from)]).toEqual([[`album/${path}`], made])
        expect(await readFile(join(to, 'album', path), 'utf8')).toBe('mine')
        expect([storage.folder, await isRight(storage, early)]).toEqual([from, true])
        await storage.close()
      }
    })

    test('stay where one of them is a link of somebody’s own, or the new place is no folder', async () => {
      const { work, from, to, storage } = await moving(how)
      await writeFile(to.replace(/to$/, 'x'), '').catch(() => writeFile(join(work, 'deep'), ''))
      await expect(storage.moveTo(to, never)).rejects.toMatchObject({ name: 'StorageError' })
      await rm(join(work, 'deep'))
      await symlink('b', join(from, 'album', 'sub', 'late'))
      await expect(storage.moveTo(to, never)).rejects.toThrow('is a symbolic link')
      expect(await treeOf(to)).toEqual([])
      expect(await isRight(storage, early)).toBe(true)
      await storage.close()
    })

    test('take nothing along that is not the torrent’s', async () => {
      const { from, to, storage } = await moving(how)
      await writeFile(join(from, 'album', 'sub', 'notes'), 'mine')
      await storage.moveTo(to, never)
      await storage.close()
      expect([await treeOf(from), await treeOf(to)]).toEqual([['album/sub/notes'], made])
    })

    test('that others have changed are not believed after it either', async () => {
      const { from, to, storage } = await moving(how)
      await writeFile(join(from, 'album', 'a'), Buffer.alloc(2_500, 1))
      await storage.moveTo(to, never)
      const vouched = await storage.vouch()
      expect(vouched?.stamps[0]).toBe('unknown')
      expect(typeof vouched?.stamps[1]).toBe('object')
      await storage.close()
    })

    test('are found from either folder before the store is closed, as after a crash; then the old one is forgotten', async () => {
      const { from, to, storage } = await moving(how)
      await storage.moveTo(to, never)
      for (const folder of [from, to]) {
        const other = await openFileStore(metainfo, folder, { readOnly: true })
        expect(other).toMatchObject({ folder: to, ...(folder === from && { fault: { path: to } }) })
        await new Promise((resolve) => other.close(resolve))
      }
      await storage.close()
      const fresh = await openFileStore(metainfo, from)
      expect([fresh.folder, fresh.fault]).toEqual([from, undefined])
      await new Promise((resolve) => fresh.close(resolve))
    })

    test('stay when that is ended before, or the store is closed', async () => {
      const { from, to, storage } = await moving(how)
      const ended = new AbortController()
      ended.abort(new Error('no more'))
      await expect(storage.moveTo(to, ended.signal)).rejects.toThrow('no more')
      expect([await treeOf(to), await treeOf(from), await isRight(storage, early)]).toEqual([[], made, true])
      await storage.close()
      await expect(storage.moveTo(to, never)).rejects.toThrow('closed')
    })
  })
}

test('what is put while files are copied waits; what is read does not', async () => {
  const { to, storage } = await moving('copy')
  const done: string[] = []
  const moved = storage.moveTo(to, never).then(() => done.push('moved'))
  const put = storage.write(5, pieceOf(metainfo, data, 5).slice()).then(() => done.push('put'))
  await storage.read(0, 0, 10)
  done.push('read')
  await Promise.all([moved, put])
  expect(done[0]).toBe('read')
  expect([...done].sort()).toEqual(['moved', 'put', 'read'])
  expect(await isRight(storage, [...early, 5])).toBe(true)
  await storage.close()
})

test('a copy that fails, as on a full disk, leaves the old place whole', async () => {
  const { from, to, storage } = await moving('copy')
  await mkdir(to, { recursive: true })
  // The third of the copies cannot be made.
  const staging = join(to, `.peerchart-${Buffer.from(metainfo.infoHash).toString('hex')}.moving`)
  await mkdir(staging)
  await writeFile(join(staging, '1'), 'in the way')
  await expect(storage.moveTo(to, never)).rejects.toMatchObject({ name: 'StorageError', code: 'EEXIST' })
  expect([await treeOf(to), await treeOf(from)]).toEqual([[], made])
  expect(await isRight(storage, early)).toBe(true)
  await storage.moveTo(to, never)
  expect(await isRight(storage, early)).toBe(true)
  await storage.close()
})

test('a store that is open for reading alone moves nothing, and a move of nothing is none', async () => {
  const { from, store, storage } = await moving('rename')
  await storage.moveTo(from, never)
  expect(await treeOf(from)).toEqual(made)
  const reading = await openFileStore(metainfo, from, { readOnly: true })
  expect(() => reading.moveTo?.(join(from, 'x'), never)).toThrow('reading alone')
  expect(() => Reflect.apply(store.moveTo, store, [5, never])).toThrow(TypeError)
  await new Promise((resolve) => reading.close(resolve))
  await storage.close()
})
