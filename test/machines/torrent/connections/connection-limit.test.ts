import { describe, expect, test } from 'vitest'
import {
  type ConnectionClaim,
  ConnectionLimit,
  defaultMaxConnections,
  placesFor,
  wantMs,
} from '../../../../machines/torrent/connections/connection-limit.ts'

/** Takes as many places as a claim gets. */
function takeAll(claim: ConnectionClaim, at = 0): number {
  let taken = 0
  while (claim.take(at)) taken++
  return taken
}

test('a limit is a whole number from 1, 200 if not said', () => {
  expect(new ConnectionLimit().max).toBe(defaultMaxConnections)
  expect([970, 74, 1].map(placesFor)).toEqual([200, 56, 1])
  for (const max of [0, -5, 2.5, Number.NaN]) expect(() => new ConnectionLimit(max)).toThrow(RangeError)
})

test('one torrent alone may hold all places, and gets one again for each that is released', () => {
  const limit = new ConnectionLimit(5)
  const claim = limit.join()
  expect(takeAll(claim)).toBe(5)
  claim.release()
  expect([limit.held, claim.held]).toEqual([4, 4])
  expect(takeAll(claim)).toBe(1)
})

test('a torrent that has left holds nothing', () => {
  const limit = new ConnectionLimit(5)
  const gone = limit.join()
  takeAll(gone)
  gone.leave()
  expect(limit.held).toBe(0)
})

describe('a torrent that comes when all places are taken', () => {
  test('is made room for by the one that holds the most, a place at a time, until both hold their share', () => {
    const limit = new ConnectionLimit(10)
    const [first, second] = [limit.join(), limit.join()]
    takeAll(first)
    for (let at = 0; at < 20_000; at += 1_000) {
      takeAll(second, at)
      for (let owed = first.owed(at); owed > 0; owed--) first.release()
      takeAll(first, at)
    }
    expect([first.held, second.held]).toEqual([5, 5])
  })

  test('has the place that is freed for it kept, also from a torrent with much to dial', () => {
    const limit = new ConnectionLimit(4)
    const [first, second] = [limit.join(), limit.join()]
    takeAll(first)
    expect(second.take(0)).toBe(false)
    expect(first.owed(0)).toBe(1)
    first.release()
    expect(first.take(0)).toBe(false)
    expect(second.take(0)).toBe(true)
  })

  test('is asked for once, not again while the connection ends', () => {
    const limit = new ConnectionLimit(4)
    const [first, second] = [limit.join(), limit.join()]
    takeAll(first)
    second.take(0)
    expect([first.owed(0), first.owed(1_000)]).toEqual([1, 0])
    second.take(30_000)
    expect(first.owed(30_000)).toBe(1)
  })

  test('is forgotten when it has not asked for a minute', () => {
    const limit = new ConnectionLimit(4)
    const [first, second] = [limit.join(), limit.join()]
    takeAll(first)
    second.take(0)
    first.release()
    expect(first.take(wantMs - 1)).toBe(false)
    // A refusal of its own is no reason to keep a place from itself.
    expect(first.take(wantMs)).toBe(true)
  })

  test('takes nothing from torrents that hold no more than their share', () => {
    const limit = new ConnectionLimit(2)
    const claims = [limit.join(), limit.join(), limit.join()]
    expect(claims.map((claim) => claim.take(0))).toEqual([true, true, false])
    expect(claims.map((claim) => claim.owed(0))).toEqual([0, 0, 0])
  })
})

test('places that no other wants are lent: an idle torrent has no part', () => {
  const limit = new ConnectionLimit(6)
  const [busy] = [limit.join(), limit.join(), limit.join()]
  expect(takeAll(busy as ConnectionClaim)).toBe(6)
})

test('a torrent that was refused a place counts as refused until it is given one', () => {
  const limit = new ConnectionLimit(1)
  const [first, second] = [limit.join(), limit.join()]
  first.take(0)
  expect([first.isRefused, second.isRefused]).toEqual([false, false])
  second.take(0)
  expect(second.isRefused).toBe(true)
  first.release()
  second.take(1)
  expect(second.isRefused).toBe(false)
})
