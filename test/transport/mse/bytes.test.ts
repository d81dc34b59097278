import { expect, test } from 'vitest'
import { concat, readU16, u16, u32 } from '../../../transport/mse/bytes.ts'

test('integers are big-endian (MSE)', () => {
  expect(u16(0x0102)).toEqual(Uint8Array.of(1, 2))
  expect(u32(0x80010203)).toEqual(Uint8Array.of(0x80, 1, 2, 3))
  expect(readU16(Uint8Array.of(9, 0xff, 0x01), 1)).toBe(0xff01)
})

test('parts stand one behind another in memory of their own', () => {
  const part = Uint8Array.of(1, 2)
  const whole = concat([part, new Uint8Array(0), Uint8Array.of(3)])
  part.fill(0)
  expect(whole).toEqual(Uint8Array.of(1, 2, 3))
})
