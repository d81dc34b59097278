import { expect, test } from 'vitest'
import { purposes, seedOf } from '../../../simulator/run/seeds.ts'
import { seededRandom } from '../../../transport/random.ts'

test('the seeds of one run differ by what they are for, and those of two runs from each other, also where runs are numbered', () => {
  const runs = [...Array(20).keys(), -1, 2 ** 32, 2 ** 33]
  const seeds = runs.flatMap((seed) =>
    Object.values(purposes).flatMap((purpose) => [
      seedOf(seed, purpose),
      ...Array.from({ length: 20 }, (_, number) => seedOf(seed, purpose, number)),
    ]),
  )
  expect(new Set(seeds).size).toBe(seeds.length)
})

test('what members draw first is spread evenly, though their numbers follow each other', () => {
  const drawn = Array.from({ length: 1_000 }, (_, member) => seededRandom(seedOf(1, 4, member))())
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = drawn.filter((value) => Math.floor(value * 10) === tenth).length
    expect(count).toBeGreaterThan(60)
    expect(count).toBeLessThan(140)
  }
})
