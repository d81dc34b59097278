import { expect, test } from 'vitest'
import { bytes, clock, clockSeconds, counted, lasting, percent, rate, signed } from '../../../inspector/page/words.ts'

test('bytes have three digits and a binary unit', () => {
  expect([0, 1023, 1024, 16_384, 262_144, 1_610_612_736].map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1.00 KiB',
    '16.0 KiB',
    '256 KiB',
    '1.50 GiB',
  ])
})

test('no rate is a dash', () => {
  expect([0, 0.4, 2048].map(rate)).toEqual(['–', '–', '2.00 KiB/s'])
})

test('times are hours, minutes and seconds since the start', () => {
  expect(clock(754_020)).toBe('12:34.020')
  expect(clock(3_723_004)).toBe('1:02:03.004')
  expect(clockSeconds(59_999)).toBe('0:59')
})

test('how long is said in one unit', () => {
  expect([400, 12_000, 119_000, 300_000, 10_800_000].map(lasting)).toEqual(['0.4 s', '12 s', '119 s', '5 min', '3 h'])
})

test('a hundred percent is all', () => {
  expect([percent(999, 1000), percent(1000, 1000), percent(0, 0)]).toEqual(['99 %', '100 %', '–'])
})

test('one is singular, and a change has its sign', () => {
  expect([counted(1, 'peer'), counted(1200, 'peer'), signed(-20), signed(1)]).toEqual([
    '1 peer',
    '1,200 peers',
    '−20',
    '+1',
  ])
})
