import { expect, test } from 'vitest'
import { lossOfChange, lossOfRead } from '../../storage/loss.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { multiFileTorrent } from './support.ts'

const { metainfo } = multiFileTorrent(
  [
    { path: ['a'], length: 20_000 },
    { path: ['b'], length: 40_000 },
  ],
  16_384,
)
const file = metainfo.files[1]

test.each([
  ['ENOENT', false],
  ['EACCES', false],
  ['EISDIR', false],
  ['EPARTIALREAD', true],
  ['EIO', true],
])('%s while a file is read costs all of its pieces; whether the file is there to be hashed: %s', (code, isThere) => {
  const error = new StorageError('cannot read b', { code, path: '/b' })
  expect(lossOfRead(metainfo, 2, error, file)).toEqual({
    first: 1,
    end: 4,
    isThere,
    cause: 'cannot read b',
    path: '/b',
  })
})

test('of a store without files the piece alone is lost', () => {
  const error = new StorageError('cannot read piece 2')
  expect(lossOfRead(metainfo, 2, error, undefined)).toMatchObject({ first: 2, end: 3, isThere: false })
})

test('a file that others have changed may be right all the same, and one that is gone is not', () => {
  if (!file) throw new Error('no file')
  expect(lossOfChange(metainfo, file, '/b', 'changed')).toMatchObject({ first: 1, end: 4, isThere: true })
  expect(lossOfChange(metainfo, file, '/b', 'gone')).toMatchObject({ isThere: false, cause: '/b is gone' })
})
