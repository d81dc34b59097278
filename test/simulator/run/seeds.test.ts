import { expect, test } from 'vitest'
import { seedOf } from '../../../simulator/run/seeds.ts'
import { seededRandom } from '../../../transport/random.ts'

test('the seeds of one run differ by what they are for, and those of two runs from each other', () => {
  const seeds = [1, 2].flatMap((seed) =>
    [3, 4, 5].flatMap((purpose) => Array.from({ length: 1_000 }, (_, member) => seedOf(seed, purpose, member))),
  )
  expect(new Set(seeds).size).toBe(6_000)
})

test('what members draw first is spread evenly, though their numbers follow each other', () => {
  const drawn = Array.from({ length: 1_000 }, (_, member) => seededRandom(seedOf(1, 4, member))())
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = drawn.filter((value) => Math.floor(value * 10) === tenth).length
    expect(count).toBeGreaterThan(60)
    expect(count).toBeLessThan(140)
  }
})
