import { expect, test } from 'vitest'
import { blockDigests } from '../../storage/block-digests.ts'
import { patternedBytes, sha1 } from './support.ts'

test('block digests differ exactly where two copies of a piece do; that of a last block is of what there is of it', () => {
  const data = patternedBytes(40_000)
  const corrupt = data.slice()
  corrupt[20_000] = (corrupt[20_000] ?? 0) ^ 1
  const [right, wrong] = [blockDigests(data, 16_384), blockDigests(corrupt, 16_384)]
  expect(right).toHaveLength(3)
  expect(right[2]).toBe(Buffer.from(sha1(data.subarray(32_768))).toString('hex'))
  expect(right.map((digest, i) => digest === wrong[i])).toEqual([true, false, true])
})
