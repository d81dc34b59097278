import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { underOldNames } from '../../storage/old-names.ts'
import { temporaryFolder } from './support.ts'

const files = (...paths: readonly (readonly string[])[]) =>
  parseMetainfo(
    bencode.encode({
      info: {
        name: 't',
        'piece length': 16384,
        pieces: new Uint8Array(20),
        files: paths.map((path) => ({ path, length: 5 })),
      },
    }),
    'linux',
  ).files

const found = async (wanted: readonly (readonly string[])[], there: readonly string[]) => {
  const root = join(await temporaryFolder(), 'root')
  for (const path of there) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), 'there')
  }
  return (await underOldNames(root, files(...wanted))).map(({ path }) => path.join('/'))
}

test('a file that lies under the name in the torrent is taken from there', async () => {
  expect(await found([['a'], ['A'], ['tab\there']], ['t/a', 't/A', 't/tab\there'])).toEqual([
    ...['t/a', 't/A', 't/tab\there'],
  ])
})

test('one that lies under its safe name is taken from there, and so is one that is missing', async () => {
  expect(await found([['a'], ['A']], ['t/A', 't/A.1'])).toEqual(['t/a', 't/A.1'])
  expect(await found([['tab\there']], [])).toEqual(['t/tab_here'])
})

test('no name of a torrent leads out of the folder, nor to another place in it', async () => {
  const climbing = [['..', '..', 'x'], ['', 'x'], ['d/y'], ['.', 'z']]
  expect(await found(climbing, ['../x', 't/x.1/x', 't/d/y', 't/e/z', 'x'])).toEqual([
    ...['t/x', 't/_/x', 't/dy', 't/z'],
  ])
})
