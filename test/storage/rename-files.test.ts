import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openFileStore } from '../../storage/open-file-store.ts'
import { renameFiles } from '../../storage/rename-files.ts'
import { multiFileTorrent, pieceOf, temporaryFolder } from './support.ts'

const { metainfo, data } = multiFileTorrent(
  [
    { path: ['a'], length: 10 },
    { path: ['.pad', '6'], length: 6, attr: 'p' },
    { path: ['sub', 'b'], length: 20 },
  ],
  16,
)

test('a file is stored under the path that it was given, and the torrent is the same', async () => {
  const renamed = renameFiles(metainfo, { 2: 'elsewhere/c' })
  expect(renamed.files[2]).toMatchObject({ path: ['elsewhere', 'c'], renamedFrom: ['album', 'sub', 'b'] })
  expect([renamed.infoBytes, renamed.files[0]]).toEqual([metainfo.infoBytes, metainfo.files[0]])
  const folder = await temporaryFolder()
  const store = await openFileStore(renamed, folder)
  await new Promise((resolve) => store.put(1, pieceOf(metainfo, data, 1), resolve))
  await new Promise((resolve) => store.close(resolve))
  expect((await readdir(folder, { recursive: true })).map(String).sort()).toEqual(['elsewhere', 'elsewhere/c'])
})

test('a path that is not safe, or that is taken, is refused', () => {
  const as =
    (path: string, file = 2) =>
    () =>
      renameFiles(metainfo, { [file]: path })
  for (const path of ['', '..', 'a/../b', '/a', 'a//b', 'a\0b', `${'x'.repeat(300)}`])
    expect(as(path)).toThrow(RangeError)
  for (const path of ['album/a', 'album/A', 'album/a/b', 'album']) expect(as(path)).toThrow('two files')
  expect(as('x', 1)).toThrow('no file 1')
  expect(as('x', 3)).toThrow('no file 3')
  expect(renameFiles(metainfo, { 2: 'album/sub/b' })).toEqual(metainfo)
})

test('two files may change their names', () => {
  const { files } = renameFiles(metainfo, { 0: 'album/sub/b', 2: 'album/a' })
  expect(files.map(({ path }) => path.join('/'))).toEqual(['album/sub/b', 'album/.pad/6', 'album/a'])
})
