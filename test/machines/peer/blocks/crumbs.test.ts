import { expect, test } from 'vitest'
import { crumbBytes, crumbsIn } from '../../../../machines/peer/blocks/crumbs.ts'
import { magnetPeer, openPeer } from '../drive.ts'

/** Pieces of 32 KiB; the last has 10,000 bytes. */
const { context } = openPeer()

test.each<[string, number, number, number, number]>([
  ['less than 1 KiB inside a piece', 0, 5, crumbBytes - 1, 1],
  ['1 KiB', 0, 5, crumbBytes, 0],
  ['less, up to the end of a piece', 0, 32_767, 1, 0],
  ['less, up to the end of the last piece', 9, 9_999, 1, 0],
  ['less, one byte before that end', 9, 9_998, 1, 1],
  ['less, of a piece there is not, which ends it otherwise', 10, 0, 1, 0],
])('a request for %s', (_, index, begin, length, count) => {
  expect(crumbsIn(context, [{ index, begin, length }])).toBe(count)
})

test('before the metadata has come every request is one', () => {
  const block = { index: 0, begin: 0, length: 16_384 }
  expect(crumbsIn(magnetPeer().context, [block, block])).toBe(2)
})
