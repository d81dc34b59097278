import { expect, test } from 'vitest'
import { type LinkOptions, Pair, pour } from './linked-streams.ts'

/** Bytes a second that one stream carries over a link, over `seconds` from `fromSeconds` on. */
function rateOver(options: LinkOptions, seconds: number, fromSeconds = 0): number {
  const pair = new Pair(options).connect()
  pour(pair.dialler, 1e9)
  pair.clock.advance(fromSeconds * 1000)
  const before = pair.acceptor.receivedBytes
  pair.clock.advance(seconds * 1000)
  expect(pair.acceptor.isRight).toBe(true)
  return (pair.acceptor.receivedBytes - before) / seconds
}

test('jitter of 20 ms on a link of 10 MB/s and 40 ms costs at most a fifth of the throughput', () => {
  const link = { delayMs: 20, rate: 10e6, queueBytes: 1e6 }
  const jittered = rateOver({ ...link, jitterMs: 20 }, 5)
  expect(jittered).toBeGreaterThan(0.8 * rateOver(link, 5))
})

test('1 % loss at 40 ms leaves what Reno has there, 0.4 MiB/s', () => {
  const rates = [1, 2, 3].map((seed) => rateOver({ delayMs: 20, loss: 0.01, rate: 10e6, seed }, 20))
  for (const rate of rates) expect(rate).toBeGreaterThan(0.4 * 2 ** 20)
})

test('a link of 1 MB/s is used, and no packet waits for more than 120 ms in the steady state', () => {
  const pair = new Pair({ delayMs: 20, rate: 1e6 }).connect()
  pour(pair.dialler, 1e9)
  pair.clock.advance(10_000)
  const before = pair.acceptor.receivedBytes
  pair.there.waitedMs = 0
  pair.clock.advance(20_000)
  expect(pair.there.waitedMs).toBeLessThan(120)
  expect((pair.acceptor.receivedBytes - before) / 20).toBeGreaterThan(0.85e6)
})
