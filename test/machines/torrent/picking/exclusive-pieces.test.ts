import { expect, test } from 'vitest'
import { Probations } from '../../../../machines/torrent/picking/exclusive-pieces.ts'

test('a piece is on probation from its failure until that ends', () => {
  const probations = new Probations()
  for (const index of [5, 2, 5]) probations.begin(index)
  expect([2, 3, 5].filter((index) => probations.has(index))).toEqual([2, 5])
  expect([probations.has(2), probations.has(3)]).toEqual([true, false])
  probations.end(2)
  expect([2, 3, 5].filter((index) => probations.has(index))).toEqual([5])
})

test('strikes are counted by piece and peer, outlast another failure, and go with the piece or the peer', () => {
  const probations = new Probations()
  probations.strike(1, 7)
  expect(probations.strikes(1, 7)).toBe(0)
  for (const index of [1, 2]) probations.begin(index)
  for (const [index, peer] of [
    [1, 7],
    [1, 7],
    [1, 8],
    [2, 7],
  ] as const)
    probations.strike(index, peer)
  probations.begin(1)
  expect([probations.strikes(1, 7), probations.strikes(1, 8), probations.strikes(2, 7)]).toEqual([2, 1, 1])
  probations.forget(7)
  expect([probations.strikes(1, 7), probations.strikes(1, 8), probations.strikes(2, 7)]).toEqual([0, 1, 0])
  probations.end(1)
  probations.begin(1)
  expect(probations.strikes(1, 8)).toBe(0)
})

test('an owner that was too slow has more strikes than any other, and is known as slow, until the piece or the peer goes', () => {
  const probations = new Probations()
  probations.strikeSlow(1, 7)
  probations.begin(1)
  for (const peer of [8, 8, 9]) probations.strike(1, peer)
  probations.strikeSlow(1, 7)
  expect([7, 8, 9].map((peer) => probations.strikes(1, peer))).toEqual([3, 2, 1])
  probations.strikeSlow(1, 7)
  probations.begin(1)
  expect([7, 8].map((peer) => probations.delays(1, peer))).toEqual([2, 0])
  expect(probations.strikes(1, 7)).toBe(4)
  probations.forget(7)
  expect([probations.delays(1, 7), probations.strikes(1, 7), probations.delays(2, 7)]).toEqual([0, 0, 0])
})

test('an attempt is firm when the one before was ended, and only then', () => {
  const probations = new Probations()
  probations.noteEnded(1)
  probations.begin(1)
  expect(probations.isFirm(1)).toBe(false)
  probations.noteEnded(1)
  expect(probations.isFirm(1)).toBe(false)
  probations.begin(1)
  expect(probations.isFirm(1)).toBe(true)
  probations.begin(1)
  expect(probations.isFirm(1)).toBe(false)
})
