import { expect, test } from 'vitest'
import { RoundTrip } from '../../../transport/utp/round-trip.ts'

test('the timeout is 1 s before a sample, then the smoothed time and four variations, but 500 ms at the least (RFC 6298, BEP 29)', () => {
  const roundTrip = new RoundTrip()
  expect(roundTrip.timeout).toBe(1_000_000)
  roundTrip.sample(400_000, 0)
  expect([roundTrip.smoothed, roundTrip.timeout]).toEqual([400_000, 1_200_000])
  roundTrip.sample(800_000, 1)
  expect([roundTrip.smoothed, roundTrip.timeout]).toEqual([450_000, 450_000 + 4 * 250_000])
  const short = new RoundTrip()
  short.sample(1000, 0)
  expect(short.timeout).toBe(500_000)
})

test('each timeout doubles the next, up to 15 s, until something new is acknowledged', () => {
  const roundTrip = new RoundTrip()
  const timeouts = Array.from({ length: 6 }, () => {
    roundTrip.backOff()
    return roundTrip.timeout / 1_000_000
  })
  expect(timeouts).toEqual([2, 4, 8, 15, 15, 15])
  roundTrip.settle()
  expect(roundTrip.timeout).toBe(1_000_000)
})

test('the shortest round trip is of the last minute: a longer way is believed in the end', () => {
  const roundTrip = new RoundTrip()
  roundTrip.sample(20_000, 0)
  roundTrip.sample(90_000, 30_000_000)
  expect(roundTrip.min).toBe(20_000)
  roundTrip.sample(90_000, 60_000_001)
  expect(roundTrip.min).toBe(90_000)
})
