import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { findWrongFiles } from '../../storage/wrong-files.ts'
import { temporaryFolder } from './support.ts'

const files = [
  { path: ['right'], length: 5 },
  { path: ['empty'], length: 0 },
  { path: ['tab\there'], length: 5 },
  { path: ['.pad', '1'], length: 6, attr: 'p' },
  { path: ['link'], length: 0, attr: 'l', 'symlink path': ['right'] },
]
const info = { name: 't', 'piece length': 16384, pieces: new Uint8Array(20), files }
const metainfo = parseMetainfo(bencode.encode({ info }), 'linux')

const wrongWith = async (there: Readonly<Record<string, string>>) => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 't'))
  for (const [name, text] of Object.entries(there)) await writeFile(join(folder, 't', name), text)
  return findWrongFiles(metainfo, folder)
}

test('files that are missing or have another length are found, also empty ones; pad files and links are no matter', async () => {
  expect(await wrongWith({})).toEqual([{ file: 0 }, { file: 1 }, { file: 2 }])
  expect(await wrongWith({ right: 'right', empty: '', tab_here: 'right' })).toEqual([])
  expect(await wrongWith({ right: 'longer', empty: 'x', tab_here: '' })).toEqual([
    { file: 0, found: 6 },
    { file: 1, found: 1 },
    { file: 2, found: 0 },
  ])
})

test('a file that lies under the name in the torrent is there', async () => {
  expect(await wrongWith({ right: 'right', empty: '', 'tab\there': 'right' })).toEqual([])
})
