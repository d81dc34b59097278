import bencode from 'bencode'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BencodeError, type BencodeNode, bencodeSteps, readBencode } from '../../storage/bencode-reader.ts'
import { itemsPerStep } from '../../storage/steps.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const read = (text: string) => readBencode(bytes(text)).root
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString('latin1')

describe('a dictionary', () => {
  test('gives the value of each key and its bytes as they stand, in whatever order the keys stand', () => {
    const root = read('d1:bi-7e1:ad1:z0:1:al1:xee1:clee')
    expect(root.get('b')?.integer).toBe(-7)
    expect(text(root.get('a')?.raw)).toBe('d1:z0:1:al1:xee')
    expect(text(root.get('a')?.get('z')?.string)).toBe('')
    expect(
      root
        .get('a')
        ?.get('a')
        ?.items?.map(({ ascii }) => ascii),
    ).toEqual(['x'])
    expect(root.get('c')?.items).toEqual([])
    expect(root.get('d')).toBeUndefined()
  })

  test('gives the strings of a list behind another as text when all of them are ASCII and fit', () => {
    const root = read('d1:al1:x2:yze1:ble1:cl1:x1:\xff1:ye1:dl1:x1:ye1:el1:xi1ee1:f1:x1:gl1:xee')
    const items = (key: string) => root.get(key)?.asciiItems('first', (part) => part !== 'y')
    expect(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(items)).toEqual([
      ['first', 'x', 'yz'],
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      ['first', 'x'],
    ])
  })

  test('says of a value what it is, and nothing that it is not', () => {
    const root = read('d1:ai1e1:b1:x1:cle1:ddee')
    const kinds = ({ integer, string, items, isDictionary }: BencodeNode) => [
      integer !== undefined,
      string !== undefined,
      items !== undefined,
      isDictionary,
    ]
    const four = ['a', 'b', 'c', 'd'].flatMap((key) => root.get(key) ?? [])
    expect(four.map(kinds)).toEqual([
      [true, false, false, false],
      [false, true, false, false],
      [false, false, true, false],
      [false, false, false, true],
    ])
    expect(four[0]?.get('a')).toBeUndefined()
  })

  test('that is part of a larger buffer is read from where it starts', () => {
    const { root, end } = readBencode(bytes('xxd3:keyi1eexx').subarray(2))
    expect(root.get('key')?.integer).toBe(1)
    expect(end).toBe(10)
  })

  test('ends where it ends: what stands behind it is not looked at', () => {
    expect(readBencode(bytes('de\n\0\xff')).end).toBe(2)
  })

  test('counts the first of a key that stands twice', () => {
    expect(read('d1:ai1e1:ai2ee').get('a')?.integer).toBe(1)
  })

  test.each(['__proto__', 'constructor', 'toString'])('has a key %s like any other', (key) => {
    expect(read('d1:ai1ee').get(key)).toBeUndefined()
    const root = read(`d${key.length}:${key}d1:bi2eee`)
    expect(root.get(key)?.get('b')?.integer).toBe(2)
    expect(root.get('b')).toBeUndefined()
  })

  test('tells a key from one with a byte order mark', () => {
    expect(read('d4:\xef\xbb\xbfai1e1:ai2ee').get('a')?.integer).toBe(2)
  })

  test.each([
    ['i007e', 7],
    ['i-0e', 0],
    ['i-00e', 0],
    ['i00e', 0],
    ['i-12e', -12],
    ['i9007199254740991e', 2 ** 53 - 1],
    [`i${'9'.repeat(400)}e`, Number.POSITIVE_INFINITY],
  ])('has %s as an integer', (encoded, value) => {
    expect(read(`d1:a${encoded}e`).get('a')?.integer).toBe(value)
  })

  test('has a length with leading zeros as the number it is', () => {
    expect(read('d1:a003:xyze').get('a')?.ascii).toBe('xyz')
  })

  test('gives text of printable ASCII alone', () => {
    const root = read('d1:a3:x y1:b1:\x1f1:c1:\x7f1:d2:\xc3\xbce')
    expect(['a', 'b', 'c', 'd'].map((key) => root.get(key)?.ascii)).toEqual(['x y', undefined, undefined, undefined])
  })

  test('nests 100 deep and no deeper', () => {
    const nested = (depth: number) => bytes(`d1:a${'l'.repeat(depth - 1)}${'e'.repeat(depth - 1)}e`)
    expect(readBencode(nested(100)).end).toBe(203)
    expect(() => readBencode(nested(101))).toThrow(/nest deeper than 100/)
  })

  test('holds a million values and no more', () => {
    const long = (values: number) => bytes(`d1:al${'le'.repeat(values - 2)}ee`)
    expect(readBencode(long(1_000_000)).end).toBe(2_000_003)
    expect(() => readBencode(long(1_000_001))).toThrow(/more than 1000000 values/)
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
  ['an integer as key', 'di1ei2ee', /key of a dictionary is no string/],
  ['a list as key', 'dlei2ee', /key of a dictionary is no string/],
  ['an integer without digits', 'd1:aiee', /an integer is malformed/],
  ['a minus alone', 'd1:ai-ee', /an integer is malformed/],
  ['an integer without end', 'd1:ai5', /ends early/],
  ['a fraction', 'd1:ai1.5ee', /an integer is malformed/],
  ['a plus', 'd1:ai+5ee', /an integer is malformed/],
  ['an unknown type', 'd1:axe', /no value starts/],
])('%s is refused', (_name, text, message) => {
  expect(() => read(text)).toThrow(BencodeError)
  expect(() => read(text)).toThrow(message)
})

test('what the package writes is read as it was written', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.maxSafeInteger(),
      fc.uint8Array({ maxLength: 20 }),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(fc.stringMatching(/^[a-z ]{0,8}$/), tie('value'), { maxKeys: 5 }),
    ),
  }))
  const same = (node: BencodeNode | undefined, value: unknown): boolean => {
    if (typeof value === 'number') return node?.integer === value
    if (value instanceof Uint8Array) return Buffer.compare(node?.string ?? bytes('?'), value) === 0
    if (Array.isArray(value)) {
      return node?.items?.length === value.length && value.every((one, i) => same(node.items?.[i], one))
    }
    return Object.entries(value ?? {}).every(([key, one]) => same(node?.get(key), one))
  }
  fc.assert(
    fc.property(value, (value) => {
      const { root, end } = readBencode(bencode.encode({ value }))
      expect(end).toBe(bencode.encode({ value }).length)
      expect(same(root.get('value'), value)).toBe(true)
    }),
    { seed: 1, numRuns: 500 },
  )
})

test.each([
  ['a long list', 'd1:al', 'i1e', 1],
  ['a long dictionary', 'd1:ad', '1:k0:', 2],
  ['lists in a list', 'd1:al', 'llee', 2],
])('%s is scanned in steps of so many values and keys', (_name, before, one, tokens) => {
  for (const count of [itemsPerStep, 3 * itemsPerStep, 10 * itemsPerStep]) {
    // It stops where it is malformed, so that the steps up to there can be counted.
    const steps = bencodeSteps(bytes(`${before}${one.repeat(count)}x`))
    let stops = 0
    expect(() => {
      while (!steps.next().done) stops++
    }).toThrow(BencodeError)
    expect(stops).toBeGreaterThanOrEqual(Math.floor((count * tokens) / itemsPerStep))
  }
})
