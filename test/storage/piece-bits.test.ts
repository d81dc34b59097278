import { expect, test } from 'vitest'
import { addPiece, countPieces, hasPiece, removePiece } from '../../storage/piece-bits.ts'

test('piece 0 is the high bit of the first byte (BEP 3)', () => {
  const bits = new Uint8Array(2)
  for (const index of [0, 7, 8]) addPiece(bits, index)
  expect(bits).toEqual(Uint8Array.of(0b10000001, 0b10000000))
})

test('a piece that is taken out leaves the others of its byte', () => {
  const bits = Uint8Array.of(0b11100000)
  removePiece(bits, 1)
  removePiece(bits, 1)
  expect([0, 1, 2].map((index) => hasPiece(bits, index))).toEqual([true, false, true])
})

test('a piece behind the end of a bitfield is not there', () => {
  expect(hasPiece(Uint8Array.of(0xff), 8)).toBe(false)
})

test('pieces are counted wherever they are', () => {
  expect(countPieces(Uint8Array.of(0b10000001, 0, 0b01000000))).toBe(3)
})
