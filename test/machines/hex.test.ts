import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../../machines/hex.ts'

test('each byte is two lower-case digits', () => {
  expect(bytesToHex(Uint8Array.of(0, 9, 0xab, 255))).toBe('0009abff')
  expect(bytesToHex(new Uint8Array())).toBe('')
})

test('digits of either case are read', () => {
  expect(hexToBytes('00ABff')).toEqual(Uint8Array.of(0, 0xab, 255))
})

test.each(['a', 'abc', 'zz', '0x12', ' 1', 'ab\n'])('%j is not hex and is refused', (digits) => {
  expect(() => hexToBytes(digits)).toThrow(RangeError)
})

test('what is no text, or no bytes, is refused', () => {
  const nothing: unknown = 5
  expect(() => Reflect.apply(hexToBytes, undefined, [nothing])).toThrow(TypeError)
  expect(() => Reflect.apply(bytesToHex, undefined, [nothing])).toThrow(TypeError)
})

test('bytes come back from their digits', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes)
    }),
    { seed: 1 },
  )
})
