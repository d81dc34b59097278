import { expect, test } from 'vitest'
import { methodOfBits, methodsInBits, methodsToBits } from '../../../transport/mse/crypto-method.ts'

test('plaintext is bit 1, RC4 bit 2 (MSE)', () => {
  expect(methodsToBits(['plaintext'])).toBe(1)
  expect(methodsToBits(['rc4'])).toBe(2)
  expect(methodsToBits(['rc4', 'plaintext', 'rc4'])).toBe(3)
})

test('unknown bits of an offer are ignored', () => {
  expect(methodsInBits(0xffff_fffe)).toEqual(['rc4'])
  expect(methodsInBits(0x8000_0001)).toEqual(['plaintext'])
  expect(methodsInBits(0x8000_0004)).toEqual([])
})

test('a selection has one bit, and a known one', () => {
  expect([0, 1, 2, 3, 4, 6, 0x8000_0002].map(methodOfBits)).toEqual([
    undefined,
    'plaintext',
    'rc4',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
