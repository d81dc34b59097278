import { expect, test } from 'vitest'
import { Tries, triesMostMs } from '../../../../machines/torrent/connections/tries.ts'

/** When tries are due of which each meets somebody, from a time on. */
function dueTimes(tries: Tries, from: number, count: number): number[] {
  const times: number[] = []
  for (let at = from; times.length < count; at += 1_000) {
    if (!tries.isDue(at)) continue
    times.push((at - from) / 1_000)
    tries.met(at)
  }
  return times
}

test('the wait is twice as long after each peer that was met, a minute at most', () => {
  expect(dueTimes(new Tries(), 0, 8)).toEqual([0, 2, 6, 14, 30, 62, 122, 182])
})

test('it is short again when one has paid off', () => {
  const tries = new Tries()
  dueTimes(tries, 0, 6)
  tries.paidOff()
  expect(dueTimes(tries, 63_000, 3)).toEqual([0, 2, 6])
})

test('it is short again when none was wanted for a minute', () => {
  const tries = new Tries()
  dueTimes(tries, 0, 6)
  expect(dueTimes(tries, 122_000 + triesMostMs - 1_000, 2)).toEqual([0, 60])
  const others = new Tries()
  dueTimes(others, 0, 6)
  expect(dueTimes(others, 122_000 + triesMostMs, 2)).toEqual([0, 2])
})

test('those that meet nobody are not held back', () => {
  const tries = new Tries()
  expect([0, 1_000, 2_000].map((at) => tries.isDue(at))).toEqual([true, true, true])
})
