import { expect, test } from 'vitest'
import { padBytesMax, randomPadding, requirePadding } from '../../../transport/mse/padding.ts'
import { seededBytes } from './drive.ts'

test('random padding has every length from 0 to 512 bytes (MSE)', () => {
  const bytes = seededBytes(3)
  const lengths = new Set(Array.from({ length: 10_000 }, () => randomPadding(bytes).length))
  expect(lengths.size).toBe(513)
  expect(Math.max(...lengths)).toBe(padBytesMax)
})

test('padding of more than 512 bytes throws', () => {
  expect(() => requirePadding(new Uint8Array(512))).not.toThrow()
  expect(() => requirePadding(new Uint8Array(513))).toThrow('a padding of 513 bytes is longer than 512')
})
