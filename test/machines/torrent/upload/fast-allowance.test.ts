import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { FastAllowances, fastHostsMax } from '../../../../machines/torrent/upload/fast-allowance.ts'

const layout = new Layout({ pieceLength: 65_536, length: 10 * 65_536 })
const block = (begin: number, length = 16_384, index = 3) => ({ index, begin, data: new Uint8Array(length) })
const request = (begin: number, length = 16_384, index = 3) => ({ index, begin, length })

describe('a host is given while we choke it', () => {
  test('each block once, of each piece', () => {
    const fast = new FastAllowances()
    expect(fast.take('192.0.2.1', block(0), layout)).toBe(true)
    expect(fast.take('192.0.2.1', block(0), layout)).toBe(false)
    expect(fast.take('192.0.2.1', block(16_384), layout)).toBe(true)
    expect(fast.take('192.0.2.1', block(0, 16_384, 4), layout)).toBe(true)
    expect(fast.isLeft('192.0.2.1', request(0))).toBe(false)
    expect(fast.isLeft('192.0.2.1', request(32_768))).toBe(true)
  })

  test('no part of a block that it was given, wherever that begins', () => {
    const fast = new FastAllowances()
    fast.take('192.0.2.1', block(16_384, 1), layout)
    expect(fast.isLeft('192.0.2.1', request(16_385, 1))).toBe(false)
    expect(fast.isLeft('192.0.2.1', request(1))).toBe(false)
    expect(fast.isLeft('192.0.2.1', request(0))).toBe(true)
    fast.take('192.0.2.1', block(40_000), layout)
    expect([0, 32_768, 49_152].map((begin) => fast.isLeft('192.0.2.1', request(begin)))).toEqual([true, false, false])
  })

  test('what it only asked about is not counted', () => {
    const fast = new FastAllowances()
    expect([fast.isLeft('192.0.2.1', request(0)), fast.isLeft('192.0.2.1', request(0))]).toEqual([true, true])
  })
})

test('a piece is left until all its blocks were given, the last one by its own length', () => {
  const fast = new FastAllowances()
  const uneven = new Layout({ pieceLength: 65_536, length: 65_536 + 20_000 })
  for (const begin of [0, 16_384, 32_768]) fast.take('192.0.2.1', block(begin, 16_384, 0), uneven)
  expect(fast.isPieceLeft('192.0.2.1', 0, uneven)).toBe(true)
  fast.take('192.0.2.1', block(49_152, 16_384, 0), uneven)
  expect(fast.isPieceLeft('192.0.2.1', 0, uneven)).toBe(false)
  expect(fast.isPieceLeft('192.0.2.2', 0, uneven)).toBe(true)
  for (const [begin, length] of [
    [0, 16_384],
    [16_384, 3_616],
  ] as const)
    fast.take('192.0.2.1', block(begin, length, 1), uneven)
  expect(fast.isPieceLeft('192.0.2.1', 1, uneven)).toBe(false)
})

test.each([
  ['an IPv6 host by its first 64 bits', '2001:db8::1', '2001:db8::2', true],
  ['an IPv4 host in any spelling', '192.0.2.1', '::ffff:192.0.2.1', true],
  ['loopback as one host', '127.0.0.1', '127.0.0.1', true],
  ['two hosts apart', '192.0.2.1', '192.0.2.2', false],
])('%s', (_, one, other, isSame) => {
  const fast = new FastAllowances()
  fast.take(one, block(0), layout)
  expect(fast.isLeft(other, request(0))).toBe(!isSame)
})

test('of too many hosts the one is forgotten that was given a block longest ago', () => {
  const fast = new FastAllowances()
  const host = (nth: number) => `10.${nth >> 16}.${(nth >> 8) & 255}.${nth & 255}`
  for (let nth = 0; nth < fastHostsMax; nth++) fast.take(host(nth), block(0), layout)
  fast.take(host(0), block(16_384), layout)
  fast.take(host(fastHostsMax), block(0), layout)
  expect([0, 1, 2].map((nth) => fast.isLeft(host(nth), request(0)))).toEqual([false, true, false])
})
