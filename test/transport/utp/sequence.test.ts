import { expect, test } from 'vitest'
import {
  isShorterDelay,
  sequenceDistance,
  sequencePlus,
  timestampDifference,
  timestampOf,
} from '../../../transport/utp/sequence.ts'

test('sequence numbers go on from 65,535 to 0, and back', () => {
  expect(sequencePlus(65_535, 1)).toBe(0)
  expect(sequencePlus(65_530, 10)).toBe(4)
  expect(sequencePlus(0, -1)).toBe(65_535)
})

test('a distance of sequence numbers is the shorter way around', () => {
  expect(sequenceDistance(3, 65_534)).toBe(5)
  expect(sequenceDistance(65_534, 3)).toBe(-5)
  expect(sequenceDistance(7, 7)).toBe(0)
  expect(sequenceDistance(32_767, 0)).toBe(32_767)
  expect(sequenceDistance(32_768, 0)).toBe(-32_768)
})

test('a timestamp is microseconds modulo 2^32, at times beyond that too', () => {
  expect(timestampOf(2 ** 32 - 1)).toBe(2 ** 32 - 1)
  expect(timestampOf(2 ** 32)).toBe(0)
  expect(timestampOf(2 ** 52 + 7)).toBe(7)
})

test('the difference of timestamps is right across the wrap, of a clock that is behind too', () => {
  expect(timestampDifference(5, 2 ** 32 - 5)).toBe(10)
  expect(timestampDifference(2 ** 32 - 5, 5)).toBe(2 ** 32 - 10)
})

test('delays are compared across the wrap', () => {
  expect(isShorterDelay(2 ** 32 - 1, 4)).toBe(true)
  expect(isShorterDelay(4, 2 ** 32 - 1)).toBe(false)
  expect(isShorterDelay(4, 4)).toBe(false)
})
