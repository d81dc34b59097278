import { describe, expect, test } from 'vitest'
import { BencodeScanError, scanDictionary } from '../../storage/bencode-scan.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

describe('a dictionary', () => {
  test('gives the raw bytes of each value of the top level, in whatever order the keys stand', () => {
    const text = 'd1:bi-7e1:ad1:z0:1:al1:xee1:cle e'.replace(' ', '')
    const spans = scanDictionary(bytes(text))
    expect([...spans].map(([key, { start, end }]) => [key, text.slice(start, end)])).toEqual([
      ['b', 'i-7e'],
      ['a', 'd1:z0:1:al1:xee'],
      ['c', 'le'],
    ])
  })

  test('that is part of a larger buffer is read from where it starts', () => {
    expect(scanDictionary(bytes('xxd3:keyi1eexx').subarray(2, 12))).toEqual(new Map([['key', { start: 6, end: 9 }]]))
  })

  test('nests 100 deep and no deeper', () => {
    const nested = (depth: number) => bytes(`d1:a${'l'.repeat(depth - 1)}${'e'.repeat(depth - 1)}e`)
    expect(scanDictionary(nested(100)).size).toBe(1)
    expect(() => scanDictionary(nested(101))).toThrow(/nest deeper than 100/)
  })

  test('holds a million values and no more', () => {
    const long = (values: number) => bytes(`d1:al${'le'.repeat(values - 2)}ee`)
    expect(scanDictionary(long(1_000_000)).size).toBe(1)
    expect(() => scanDictionary(long(1_000_001))).toThrow(/more than 1000000 values/)
  })
})

test.each([
  ['nothing', '', /no bencoded dictionary/],
  ['a list', 'le', /no bencoded dictionary/],
  ['no end', 'd', /ends early/],
  ['a key without a value', 'd1:ae', /no value starts at byte 4/],
  ['a key cut off', 'd5:ab', /a string of 5 bytes is cut off/],
  ['a string cut off', 'd1:a99:be', /a string of 99 bytes is cut off/],
  ['a length past all numbers', `d1:a${'9'.repeat(400)}:e`, /is cut off/],
  ['a length with a leading zero', 'd1:a01:be', /leading zero/],
  ['an integer as key', 'di1ei2ee', /key of a dictionary is no string/],
  ['a list as key', 'dlei2ee', /key of a dictionary is no string/],
  ['an integer without digits', 'd1:aiee', /an integer is malformed/],
  ['an integer without end', 'd1:ai5', /ends early/],
  ['a fraction', 'd1:ai1.5ee', /an integer is malformed/],
  ['a plus', 'd1:ai+5ee', /an integer is malformed/],
  ['minus zero', 'd1:ai-0ee', /minus zero/],
  ['an integer with a leading zero', 'd1:ai05ee', /leading zero/],
  ['an unknown type', 'd1:axe', /no value starts/],
  ['a key twice', 'd1:ai1e1:ai2ee', /"a" stands twice/],
  ['a key twice further in', 'd1:ad1:bi1e1:bi2eee', /"b" stands twice/],
  ['a key in disguise', 'd1:ai1e4:\xef\xbb\xbfai2ee', /byte order mark/],
  ['a key that sets a prototype', 'd9:__proto__dee', /a key is __proto__/],
  ['bytes behind it', 'dejunk', /4 bytes follow/],
  ['a second dictionary', 'dede', /2 bytes follow/],
])('%s is refused', (_name, text, message) => {
  expect(() => scanDictionary(bytes(text))).toThrow(BencodeScanError)
  expect(() => scanDictionary(bytes(text))).toThrow(message)
})
