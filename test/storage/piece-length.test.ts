import { expect, test } from 'vitest'
import { pieceCountOf, pieceLengthOf } from '../../storage/piece-length.ts'
import { singleFileTorrent } from './support.ts'

const { metainfo } = singleFileTorrent(50_000, 16_384)

test('all pieces are as long as the torrent says, but the last, which has what is left', () => {
  expect(pieceCountOf(metainfo)).toBe(4)
  expect([0, 1, 2, 3].map((index) => pieceLengthOf(metainfo, index))).toEqual([16_384, 16_384, 16_384, 848])
})

test.each([-1, 4, 0.5, Number.NaN])('there is no piece %d', (index) => {
  expect(() => pieceLengthOf(metainfo, index)).toThrow(RangeError)
})
