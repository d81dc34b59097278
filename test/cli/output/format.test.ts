import { expect, test } from 'vitest'
import { formatBytes, printable } from '../../../cli/output/format.ts'

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1.5 * 1024 ** 2, '1.5 MiB'],
  [5 * 1024 ** 5, '5120.0 TiB'],
  [0.4, '0 B'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('printable keeps letters of all scripts and drops what steers a terminal', () => {
  expect(printable('été 日本 \u0007\u001b\u009b\u200f\u2028x')).toBe('été 日本  x')
})
