import { describe, expect, test } from 'vitest'
import { extentLengthMax, locate } from '../../storage/extents.ts'

const pieceLength = 3 * extentLengthMax
const find = (index: number, begin: number, length: number) => locate({ index, begin, length }, pieceLength, 3)

describe('a part of a piece', () => {
  test.each([
    ['at its start', 0, 0, 16_384, { key: 0, lastKey: 0, offset: 0 }],
    ['up to the end of an extent', 0, extentLengthMax - 16_384, 16_384, { key: 0, lastKey: 0, offset: 245_760 }],
    ['from the next extent on', 0, extentLengthMax, 1, { key: 1, lastKey: 1, offset: 0 }],
    ['across two extents', 0, extentLengthMax - 1, 2, { key: 0, lastKey: 1, offset: extentLengthMax - 1 }],
    ['that is all of it', 0, 0, pieceLength, { key: 0, lastKey: 2, offset: 0 }],
    ['of a later piece', 5, extentLengthMax, 1, { key: 16, lastKey: 16, offset: 0 }],
  ])('%s lies in the extents of that piece alone', (_, index, begin, length, part) => {
    expect(find(index, begin, length)).toEqual(part)
  })

  test.each([
    ['starts before it', -1, 2],
    ['is empty', 0, 0],
    ['ends behind it', pieceLength - 1, 2],
    ['starts within a byte', 0.5, 1],
    ['is no number of bytes', 0, Number.NaN],
  ])('that %s is refused with piece and place', (_, begin, length) => {
    expect(() => find(7, begin, length)).toThrow(RangeError)
    expect(() => find(7, begin, length)).toThrow('of piece 7')
  })
})
