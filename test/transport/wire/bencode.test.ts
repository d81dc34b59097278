import bencode from 'bencode'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BencodeInput,
  bencodeBytesMax,
  bencodeDepthMax,
  bencodeValuesMax,
  decodeBencode,
  encodeBencode,
  isBencodeDict,
} from '../../../transport/wire/bencode.ts'

const text = (letters: string) => new TextEncoder().encode(letters)
const decodeText = (letters: string) => decodeBencode(text(letters))

describe('decodeBencode', () => {
  it('gives integers, bytes, lists and dictionaries', () => {
    expect(decodeText('d1:ai-5e1:b3:xyz1:cli1eleee')?.value).toEqual({ a: -5, b: text('xyz'), c: [1, []] })
  })

  it('says how many bytes the value took, and leaves what follows (BEP 9)', () => {
    expect(decodeText('d8:msg_typei1eeRAW')).toEqual({ value: { msg_type: 1 }, length: 15 })
  })

  it('passes unsorted keys and leading zeroes, which clients send', () => {
    expect(decodeText('d1:bi01e1:ai2ee')?.value).toEqual({ b: 1, a: 2 })
  })

  it.each([
    ['nothing', ''],
    ['an integer without digits', 'ie'],
    ['an integer with only a sign', 'i-e'],
    ['a fraction', 'i1.5e'],
    ['an integer without an end', 'i12'],
    ['a string longer than what came', '5:abcd'],
    ['a string without a colon', '4abcd'],
    ['a string length beyond every number', `${'9'.repeat(400)}:a`],
    ['a negative string length, which would go round for ever', 'l-3:e'],
    ['a list without an end', 'li1e'],
    ['an end of nothing', 'e'],
    ['a key that is an integer', 'di1ei2ee'],
    ['a key that is a list', 'dlei2ee'],
    ['a key without a value', 'd1:ae'],
    ['letters', 'hello'],
  ])('refuses %s', (_, letters) => {
    expect(decodeText(letters)).toBeUndefined()
  })

  it(`decodes ${bencodeDepthMax} containers in one another and refuses one more`, () => {
    const nested = (depth: number) => 'l'.repeat(depth) + 'e'.repeat(depth)
    expect(decodeText(nested(bencodeDepthMax))).toBeDefined()
    expect(decodeText(nested(bencodeDepthMax + 1))).toBeUndefined()
  })

  it('refuses 100 000 lists in one another, closed or not', () => {
    expect(decodeText('l'.repeat(100_000))).toBeUndefined()
    expect(decodeText('l'.repeat(100_000) + 'e'.repeat(100_000))).toBeUndefined()
  })

  it('refuses more values than it is to decode, keys counted, wherever they stand', () => {
    const decode = (text: string, valuesMax?: number) => decodeBencode(new TextEncoder().encode(text), valuesMax)
    expect(decode('d1:ali1ei2eee', 5)).toBeDefined()
    expect(decode('d1:ali1ei2eee', 4)).toBeUndefined()
    expect(decode('i1e', 1)?.length).toBe(3)
    const list = (count: number) => `l${'0:'.repeat(count)}e`
    expect(decode(list(bencodeValuesMax - 1))).toBeDefined()
    expect(decode(list(bencodeValuesMax))).toBeUndefined()
  })

  it('refuses a value longer than the limit, not one followed by more bytes than that', () => {
    const string = (length: number) => `${length}:${'x'.repeat(length)}`
    expect(decodeText(string(bencodeBytesMax - 6))?.length).toBe(bencodeBytesMax)
    expect(decodeText(string(bencodeBytesMax - 5))).toBeUndefined()
    expect(decodeText(`le${string(bencodeBytesMax)}`)?.length).toBe(2)
  })

  it('leaves the prototypes of other objects alone', () => {
    decodeText('d9:__proto__d8:pollutedi1eee')
    expect('polluted' in {}).toBe(false)
  })

  it('has a key __proto__ like any other, at every depth, and writes it again', () => {
    const letters = 'd9:__proto__d5:admini1ee1:ald9:__proto__i2eeee'
    const value = decodeText(letters)?.value
    if (!isBencodeDict(value)) throw new Error('it is no dictionary')
    expect(value.admin).toBeUndefined()
    expect(Object.keys(value)).toEqual(['__proto__', 'a'])
    expect(new TextDecoder().decode(encodeBencode(value))).toBe(letters)
  })

  it('has keys that are not UTF-8 in hex', () => {
    expect(decodeBencode(Uint8Array.of(0x64, 0x31, 0x3a, 0xff, 0x69, 0x31, 0x65, 0x65))?.value).toEqual({ ff: 1 })
  })

  it('reads back what encodeBencode wrote', () => {
    const { value } = fc.letrec<{ value: BencodeInput }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.maxSafeInteger(),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z_]{0,8}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(value, (input) => {
        const bytes = encodeBencode(input)
        expect(decodeBencode(bytes)).toEqual({ value: input, length: bytes.length })
      }),
    )
  })

  it('never throws, whatever the bytes', () => {
    const token = fc.constantFrom('d', 'l', 'i', 'e', '1', '-', ':', '2:', '1:a', 'i7e', '\uffff')
    fc.assert(fc.property(fc.array(token, { maxLength: 40 }), (tokens) => void decodeText(tokens.join(''))))
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeBencode(bytes)))
  })
})

describe('encodeBencode', () => {
  it('sorts keys, counts the bytes of text and leaves undefined entries out', () => {
    const bytes = encodeBencode({ b: 'µT', a: -1, c: undefined, d: [Uint8Array.of(0x78)] })
    expect(new TextDecoder().decode(bytes)).toBe('d1:ai-1e1:b3:µT1:dl1:xee')
  })

  it('sorts keys by their bytes, not by the units of UTF-16', () => {
    expect(new TextDecoder().decode(encodeBencode({ '\u{1f600}': 1, '\uffee': 2 }))).toBe('d3:\uffeei2e4:\u{1f600}i1ee')
  })

  it('writes all digits of a large number, and refuses one that is not whole', () => {
    expect(new TextDecoder().decode(encodeBencode(1e21))).toBe('i1000000000000000000000e')
    for (const number of [1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => encodeBencode([number])).toThrow(RangeError)
    }
  })
})

describe('encodeBencode and the package bencode', () => {
  it('write the same', () => {
    const { value } = fc.letrec<{ value: BencodeInput }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme', maxLength: 8 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(value, (input) => {
        expect(encodeBencode(input)).toEqual(bencode.encode(input))
      }),
    )
  })
})

describe('isBencodeDict', () => {
  it('is true for a dictionary alone', () => {
    expect(['de', 'le', '1:a', 'i1e'].map((letters) => isBencodeDict(decodeText(letters)?.value))).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(isBencodeDict(undefined)).toBe(false)
  })
})
