import { expect, test } from 'vitest'
import { TokenBucket } from '../../../transport/bandwidth/token-bucket.ts'

const blockBytes = 16 * 1024

/** Bytes that pass in ten seconds when somebody always has a block to send, looking every `stepMs`. */
function passedInTenSeconds(bucket: TokenBucket, from: number, stepMs: number): number {
  let passed = 0
  for (let at = from; at < from + 10_000; at += stepMs) {
    while (bucket.tokens(at) > 0) {
      bucket.spend(blockBytes, at)
      passed += blockBytes
    }
  }
  return passed
}

test.each([100_000, 1024 ** 2, 2 * 1024 ** 2, 100 * 1024 ** 2])(
  'any ten seconds of %i a second are within 5 %%',
  (rate) => {
    const bucket = new TokenBucket(rate, 0)
    for (const [from, stepMs] of [
      [0, 20],
      [60_000, 20],
      [120_000, 150],
    ] as const) {
      expect(Math.abs(passedInTenSeconds(bucket, from, stepMs) / (rate * 10) - 1)).toBeLessThan(0.05)
    }
  },
)

test('a message larger than what is left passes, and its debt is paid before the next', () => {
  const bucket = new TokenBucket(1000, 0)
  bucket.spend(20_000, 0)
  const waitMs = bucket.waitMs(0)
  expect(waitMs).toBeGreaterThan(3_500)
  expect(bucket.tokens(waitMs - 2)).toBeLessThanOrEqual(0)
  expect(bucket.tokens(waitMs)).toBeGreaterThan(0)
  expect(bucket.waitMs(waitMs)).toBe(0)
})

test('a long silence saves up no more than a fifth of a second, or a block', () => {
  expect(new TokenBucket(1_000_000, 0).tokens(3_600_000)).toBe(200_000)
  expect(new TokenBucket(1000, 0).tokens(3_600_000)).toBe(13 + blockBytes)
})

test('a rate that changes earns at each rate for its time, and gives nothing for the change', () => {
  const bucket = new TokenBucket(1000, 0)
  bucket.spend(13 + blockBytes + 10_000, 0)
  bucket.setRate(2000, 4000)
  expect(bucket.tokens(4000)).toBe(-6000)
  expect(bucket.tokens(5000)).toBe(-4000)
  for (let i = 0; i < 100; i++) bucket.setRate(1e9 + i, 5000)
  expect(bucket.tokens(5000)).toBe(-4000)
})

test('without a limit everything passes, and a limit that comes starts with one block', () => {
  const bucket = new TokenBucket(Number.POSITIVE_INFINITY, 0)
  bucket.spend(1e12, 10)
  expect([bucket.tokens(20), bucket.waitMs(20)]).toEqual([Number.POSITIVE_INFINITY, 0])
  bucket.setRate(1e6, 1000)
  expect(bucket.tokens(1000)).toBe(13 + blockBytes)
  bucket.setRate(Number.POSITIVE_INFINITY, 2000)
  expect(bucket.tokens(2000)).toBe(Number.POSITIVE_INFINITY)
})
