import { expect, test } from 'vitest'
import { RankedBuckets } from '../../../../machines/torrent/picking/ranked-buckets.ts'

const buckets = () => {
  const ranked = new RankedBuckets(6, () => 0)
  for (const index of [0, 1, 2, 3]) ranked.add(index)
  return ranked
}
const all = () => true
const found = (ranked: RankedBuckets) => [ranked.find('first', 0, 9, all), ranked.find('usual', 0, 9, all)]

test('pieces of the first rank are found apart from the others', () => {
  const ranked = buckets()
  expect([found(ranked), ranked.size, ranked.sizeOf('first')]).toEqual([[-1, 0], 4, 0])
  ranked.rank(3, 'first')
  expect([found(ranked), ranked.size, ranked.sizeOf('first')]).toEqual([[3, 0], 4, 1])
  ranked.rank(3, 'usual')
  expect([found(ranked), ranked.has(3)]).toEqual([[-1, 0], true])
})

test('a piece keeps its key with another rank, and its rank while it is no member', () => {
  const ranked = buckets()
  ranked.rekey(1, 2)
  ranked.rank(1, 'first')
  ranked.rank(2, 'first')
  expect(ranked.find('first', 1, 9, all)).toBe(1)
  ranked.remove(1)
  expect([ranked.has(1), ranked.rankOf(1)]).toEqual([false, 'first'])
  ranked.add(1)
  expect(ranked.find('first', 1, 9, all)).toBe(1)
  ranked.sort((index) => 5 - index)
  expect(found(ranked)).toEqual([2, 3])
})
