import { expect, test } from 'vitest'
import { QueueDelay } from '../../../transport/utp/delay.ts'

const minute = 60_000_000

function sampled(...samples: readonly (readonly [delay: number, now: number])[]): QueueDelay {
  const delay = new QueueDelay()
  for (const [micros, now] of samples) delay.sample(micros, now)
  return delay
}

const often = (delay: number, now: number): [number, number][] => Array.from({ length: 4 }, () => [delay, now])

test('packets wait for what their delay is above the shortest seen', () => {
  expect(sampled([5000, 0]).micros).toBe(0)
  expect(sampled([5000, 0], ...often(45_000, 1)).micros).toBe(40_000)
})

test('one late packet is no queue: the least of four samples counts', () => {
  expect(sampled([5000, 0], [5000, 1], [90_000, 2], [90_000, 3]).micros).toBe(0)
})

test('a delay of 0 is no sample', () => {
  expect(sampled([0, 0]).micros).toBeUndefined()
  expect(sampled([5000, 0], [0, 1], ...often(6000, 2)).micros).toBe(1000)
})

test('the clocks may differ by anything, and the delay may go through 2^32', () => {
  expect(sampled([2 ** 32 - 10_000, 0], ...often(30_000, 1)).micros).toBe(40_000)
  expect(sampled([20_000, 0], [2 ** 32 - 10_000, 1], ...often(20_000, 2)).micros).toBe(30_000)
})

test('a base is forgotten after 13 minutes: a longer way is believed', () => {
  const delay = sampled([5000, 0])
  for (let i = 1; i < 13; i++) for (const [micros, now] of often(45_000, i * minute)) delay.sample(micros, now)
  expect(delay.micros).toBe(40_000)
  delay.sample(45_000, 13 * minute)
  expect(delay.micros).toBe(0)
})

test('no packet waits for longer than it and its acknowledgement took: what says so has a clock that jumped, and a new base', () => {
  const delay = sampled([5000, 0], ...often(45_000, 1))
  delay.tookInAll(40_000)
  expect(delay.micros).toBe(40_000)
  for (const [micros, now] of often(2_755_000, 2)) delay.sample(micros, now)
  delay.tookInAll(60_000)
  expect(delay.micros).toBe(0)
  for (const [micros, now] of often(2_785_000, 3)) delay.sample(micros, now)
  delay.tookInAll(60_000)
  expect(delay.micros).toBe(30_000)
})
