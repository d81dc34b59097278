import { expect, test } from 'vitest'
import { SimulatedClock } from '../../../transport/simulated-clock.ts'
import { type LinkOptions, Pair, pour, Wire } from './linked-streams.ts'
import { Reno } from './reno.ts'

/** What streams carry in virtual time; all of it repeats by its seed. */

/** Bytes a second that one stream carries over a link in two seconds, once the window has opened. */
function rateOver(options: LinkOptions, seconds = 2): number {
  const pair = new Pair(options).connect()
  pour(pair.dialler, 1e9)
  pair.clock.advance(1000)
  const before = pair.acceptor.receivedBytes
  pair.clock.advance(seconds * 1000)
  expect(pair.acceptor.isRight).toBe(true)
  return (pair.acceptor.receivedBytes - before) / seconds
}

test('jitter of 20 ms on a link of 10 MB/s and 40 ms costs at most a fifth of the throughput', () => {
  const link = { delayMs: 20, rate: 10e6, queueBytes: 1e6 }
  expect(rateOver({ ...link, jitterMs: 20 })).toBeGreaterThan(0.8 * rateOver(link))
})

test('a remote whose clock jumps ahead, as ours stood still with its process, gets as much as before', () => {
  const pair = new Pair({ delayMs: 20, rate: 1e6 }).connect()
  pour(pair.dialler, 1e9)
  pair.clock.advance(5000)
  pair.acceptor.skewMicros += 2_750_000
  const before = pair.acceptor.receivedBytes
  pair.clock.advance(10_000)
  expect(pair.acceptor.receivedBytes - before).toBeGreaterThan(9e6)
})

test('1 % loss at 40 ms leaves what Reno has there, 0.4 MiB/s', () => {
  for (const seed of [1, 2]) {
    expect(rateOver({ delayMs: 20, loss: 0.01, rate: 10e6, seed }, 8)).toBeGreaterThan(0.4 * 2 ** 20)
  }
})

/** A link of 1 MB/s and 40 ms, and a stream on it that has been sending for so long. */
function narrowLink(queueBytes: number, seconds: number) {
  const clock = new SimulatedClock()
  const options = { delayMs: 20, rate: 1e6, queueBytes }
  const shared = { clock, there: new Wire(clock, options, 1), back: new Wire(clock, { delayMs: 20 }, 2) }
  const stream = () => {
    const pair = new Pair(options, shared).connect()
    pour(pair.dialler, 1e9)
    return pair.acceptor
  }
  const first = stream()
  clock.advance(seconds * 1000)
  return { ...shared, first, stream }
}

test('a link of 1 MB/s is used, and no packet waits for more than 120 ms in the steady state', () => {
  const { clock, there, first } = narrowLink(1e6, 10)
  const before = first.receivedBytes
  there.waitedMs = 0
  clock.advance(15_000)
  expect(there.waitedMs).toBeLessThan(120)
  expect((first.receivedBytes - before) / 15).toBeGreaterThan(0.85e6)
})

test('a stream yields to TCP: beside a flow that fills the queue it keeps less than a tenth', () => {
  const { clock, there, first } = narrowLink(300_000, 5)
  const tcp = new Reno(clock, there, 20)
  tcp.send()
  clock.advance(5000)
  const before = [first.receivedBytes, tcp.arrivedBytes] as const
  clock.advance(10_000)
  const rates = [first.receivedBytes - before[0], tcp.arrivedBytes - before[1]].map((bytes) => bytes / 10)
  expect(rates[0]).toBeLessThan(0.1e6)
  expect(rates[1]).toBeGreaterThan(0.85e6)
})

test('two streams share a link within a fifth, though the second came while the first had filled it', () => {
  const { clock, first, stream } = narrowLink(1e6, 5)
  const second = stream()
  clock.advance(20_000)
  const before = [first.receivedBytes, second.receivedBytes] as const
  clock.advance(20_000)
  const shares = [first.receivedBytes - before[0], second.receivedBytes - before[1]]
  expect(Math.min(...shares)).toBeGreaterThan(0.8 * Math.max(...shares))
})
