import { expect, test } from 'vitest'
import { padBytesMax, randomPadding, requirePadding, zeroPadding } from '../../../transport/mse/padding.ts'
import { seededBytes } from './drive.ts'

test.each(Object.entries({ randomPadding, zeroPadding }))(
  '%s has every length from 0 to 512 bytes (MSE)',
  (_, padding) => {
    const bytes = seededBytes(3)
    const lengths = new Set(Array.from({ length: 10_000 }, () => padding(bytes).length))
    expect(lengths.size).toBe(513)
    expect(Math.max(...lengths)).toBe(padBytesMax)
  },
)

test('random padding is the random bytes behind the two of its length', () => {
  const answers = [Uint8Array.of(2, 2), Uint8Array.of(7)]
  expect(randomPadding(() => answers.shift() as Uint8Array)).toEqual(Uint8Array.of(7))
})

test('zero padding takes two random bytes, for its length, and is all zeros', () => {
  const asked: number[] = []
  const padding = zeroPadding((length) => {
    asked.push(length)
    return Uint8Array.of(1, 0xff)
  })
  expect(asked).toEqual([2])
  expect(padding).toEqual(new Uint8Array(511))
})

test('padding of more than 512 bytes throws', () => {
  expect(() => requirePadding(new Uint8Array(512))).not.toThrow()
  expect(() => requirePadding(new Uint8Array(513))).toThrow('a padding of 513 bytes is longer than 512')
})
