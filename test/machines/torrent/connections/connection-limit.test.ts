import { describe, expect, test } from 'vitest'
import {
  type ConnectionClaim,
  ConnectionLimit,
  defaultMaxConnections,
  placesFor,
  wantMs,
} from '../../../../machines/torrent/connections/connection-limit.ts'

/** A torrent takes a place if there is one for it, and else says that it wants one; answers whether it has. */
function take(claim: ConnectionClaim, at: number): boolean {
  const hasRoom = claim.hasRoom(at)
  claim.send({ type: hasRoom ? 'place.take' : 'place.want', at })
  return hasRoom
}

/** Takes as many places as a claim gets. */
function takeAll(claim: ConnectionClaim, at = 0): number {
  let taken = 0
  while (take(claim, at)) taken++
  return taken
}

const giveBack = (claim: ConnectionClaim): void => claim.send({ type: 'place.give_back' })

/** A torrent begins to end as many connections as it owes; answers how many. */
function makeRoom(claim: ConnectionClaim, at: number): number {
  const owed = claim.owed(at)
  claim.send({ type: 'place.make_room', at })
  return owed
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
  giveBack(claim)
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
      for (let owed = makeRoom(first, at); owed > 0; owed--) giveBack(first)
      takeAll(first, at)
    }
    expect([first.held, second.held]).toEqual([5, 5])
  })

  test('has the place that is freed for it kept, also from a torrent with much to dial', () => {
    const limit = new ConnectionLimit(4)
    const [first, second] = [limit.join(), limit.join()]
    takeAll(first)
    expect(take(second, 0)).toBe(false)
    expect(makeRoom(first, 0)).toBe(1)
    giveBack(first)
    expect(take(first, 0)).toBe(false)
    expect(take(second, 0)).toBe(true)
  })

  test('is asked for once, not again while the connection ends', () => {
    const limit = new ConnectionLimit(4)
    const [first, second] = [limit.join(), limit.join()]
    takeAll(first)
    take(second, 0)
    expect([makeRoom(first, 0), makeRoom(first, 1_000)]).toEqual([1, 0])
    take(second, 30_000)
    expect(makeRoom(first, 30_000)).toBe(1)
  })

  test('is forgotten when it has not asked for a minute', () => {
    const limit = new ConnectionLimit(4)
    const [first, second] = [limit.join(), limit.join()]
    takeAll(first)
    take(second, 0)
    giveBack(first)
    expect(take(first, wantMs - 1)).toBe(false)
    // A refusal of its own is no reason to keep a place from itself.
    expect(take(first, wantMs)).toBe(true)
  })

  test('takes nothing from torrents that hold no more than their share', () => {
    const limit = new ConnectionLimit(2)
    const claims = [limit.join(), limit.join(), limit.join()]
    expect(claims.map((claim) => take(claim, 0))).toEqual([true, true, false])
    expect(claims.map((claim) => makeRoom(claim, 0))).toEqual([0, 0, 0])
  })
})

test('places that no other wants are lent: an idle torrent has no part', () => {
  const limit = new ConnectionLimit(6)
  const [busy] = [limit.join(), limit.join(), limit.join()]
  expect(takeAll(busy as ConnectionClaim)).toBe(6)
})

test('a wish is over when the torrent that had it is given a place', () => {
  const limit = new ConnectionLimit(3)
  const [first, second] = [limit.join(), limit.join()]
  takeAll(first)
  take(second, 0)
  giveBack(first)
  expect(first.hasRoom(1)).toBe(false)
  take(second, 1)
  giveBack(second)
  expect(first.hasRoom(1)).toBe(true)
})

test('to ask changes nothing, however often: what a torrent decides it says by commands', () => {
  const limit = new ConnectionLimit(2)
  const [first, second] = [limit.join(), limit.join()]
  takeAll(first)
  const asked = () => [first, second].map((claim) => [claim.held, claim.hasRoom(0), claim.mayEnter(0), claim.owed(0)])
  const answers = asked()
  expect(answers).toEqual([
    [2, false, true, 0],
    [0, false, true, 0],
  ])
  for (let i = 0; i < 3; i++) expect(asked()).toEqual(answers)
  second.send({ type: 'place.want', at: 0 })
  expect([first.owed(0), first.owed(0)]).toEqual([1, 1])
  first.send({ type: 'place.make_room', at: 0 })
  expect(first.owed(0)).toBe(0)
})

test('a newcomer that goes beyond the limit counts as one, and its torrent still wants a place', () => {
  const limit = new ConnectionLimit(2)
  const [first, second] = [limit.join(), limit.join()]
  takeAll(first)
  second.send({ type: 'place.take', at: 0 })
  expect([limit.held, second.held, first.owed(0)]).toEqual([3, 1, 0])
  first.send({ type: 'place.take', at: 0 })
  expect([limit.held, first.surplus(0), second.surplus(0)]).toEqual([4, 1, 0])
})
