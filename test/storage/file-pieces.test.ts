import { expect, test } from 'vitest'
import { keptFiles, piecesOf } from '../../storage/file-pieces.ts'
import { multiFileTorrent } from './support.ts'

const { metainfo } = multiFileTorrent(
  [
    { path: ['a'], length: 20_000 },
    { path: ['empty'], length: 0 },
    { path: ['.pad'], length: 12_768, attr: 'p' },
    { path: ['b'], length: 16_384 },
    { path: ['c'], length: 1 },
  ],
  16_384,
)

test('pad files and empty ones hold no bytes on a disk', () => {
  expect(keptFiles(metainfo.files).map(({ path }) => path.at(-1))).toEqual(['a', 'b', 'c'])
})

test('the pieces of a file are all that hold a byte of it, and no other', () => {
  expect(keptFiles(metainfo.files).map((file) => piecesOf(file, 16_384))).toEqual([
    [0, 2],
    [2, 3],
    [3, 4],
  ])
})
