import { expect, test } from 'vitest'
import { seededRandom } from '../../transport/random.ts'

function take(seed: number, count: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

test('the same seed gives the same numbers, another seed gives others', () => {
  expect(take(7, 100)).toEqual(take(7, 100))
  expect(take(7, 100)).not.toEqual(take(8, 100))
})

test('the numbers of a seed stay what they are from release to release', () => {
  expect(take(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
})

test('numbers are in [0, 1) and spread evenly', () => {
  const buckets = new Array<number>(10).fill(0)
  const numbers = take(-3, 100_000)
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
  for (const number of numbers) {
    const bucket = Math.floor(number * 10)
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})

test('a seed that is no integer throws', () => {
  expect(() => seededRandom(0.5)).toThrow('a seed is an integer, not 0.5')
  expect(() => seededRandom(Number.NaN)).toThrow(RangeError)
})
