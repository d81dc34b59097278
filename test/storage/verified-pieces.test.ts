import { expect, test } from 'vitest'
import { VerifiedPieces } from '../../storage/verified-pieces.ts'

test('all are there once none is missing, however often each is found right or wrong', () => {
  const pieces = new VerifiedPieces(Uint8Array.of(0b11111111, 0b01000000), 10)
  expect([pieces.areAll, pieces.has(8), pieces.has(9)]).toEqual([false, false, true])
  for (let i = 0; i < 2; i++) pieces.note(8, true)
  expect(pieces.areAll).toBe(true)
  for (let i = 0; i < 2; i++) pieces.note(0, false)
  expect([pieces.areAll, pieces.has(0)]).toEqual([false, false])
  pieces.note(0, true)
  expect([pieces.areAll, pieces.toBits()]).toEqual([true, Uint8Array.of(0b11111111, 0b11000000)])
})

test('what it was made from, and what it answers, are copies', () => {
  const bits = Uint8Array.of(0)
  const pieces = new VerifiedPieces(bits, 8)
  const before = pieces.toBits()
  pieces.note(0, true)
  expect([bits, before, pieces.toBits()]).toEqual([Uint8Array.of(0), Uint8Array.of(0), Uint8Array.of(0b10000000)])
})

test.each<[string, Uint8Array]>([
  ['with a spare bit', Uint8Array.of(0xff, 0b11100000)],
  ['with the last spare bit', Uint8Array.of(0xff, 1)],
  ['that is too short', Uint8Array.of(0xff)],
  ['that is too long', Uint8Array.of(0xff, 0, 0)],
])('a bitfield %s is refused: with all of its pieces it would never be whole', (_, bits) => {
  expect(() => new VerifiedPieces(bits, 10)).toThrow(RangeError)
})
