import { expect, test } from 'vitest'
import { formatBytes, formatDuration, formatShort, printable } from '../../../cli/output/format.ts'

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

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1.0K'],
  [10_000, '9.8K'],
  [10_200, '10K'],
  [999 * 1024, '999K'],
  [1_000_000, '977K'],
  [1_046_478_848, '998M'],
  [1.5 * 1024 ** 4, '1.5T'],
])('%d bytes in four characters are %s', (bytes, text) => {
  expect(formatShort(bytes)).toBe(text)
})

test.each([
  [0.4, '0s'],
  [59.9, '59s'],
  [60, '1m00s'],
  [3_599, '59m59s'],
  [3_660, '1h01m'],
  [90_000, '1d01h'],
  [1e9, '>99d'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

test('printable keeps letters of all scripts and drops what steers a terminal', () => {
  expect(printable('été 日本 \u0007\u001b\u009b\u200f\u2028x')).toBe('été 日本  x')
})
