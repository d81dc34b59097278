import { isDeepStrictEqual } from 'node:util'
import {
  type BencodeValue,
  bencodeBytesMax,
  bencodeDepthMax,
  bencodeValuesMax,
  decodeBencode,
  encodeBencode,
  isBencodeDict,
} from '../../transport/wire/bencode.ts'
import { must, type Target } from '../engine/target.ts'

/** The decoder of messages: what it reads is within its bounds, and is the same when it was written and read again. */
export const target: Target = {
  covers: ['transport/wire/bencode.ts'],
  bytesMax: 2 * bencodeBytesMax,
  words: ['d', 'l', 'e', 'i', 'i-1e', 'i0e', 'i-0e', '0:', '1:a', 'le', 'de', '3:\xff\xfe\xfd', '9:__proto__'],
  seeds: () => ({
    values: encodeBencode({ list: [1, -1, 'text', [], {}], bytes: Uint8Array.of(0, 255), deep: { er: [{ a: 1 }] } }),
    'bytes behind': Buffer.from('d8:msg_typei1ee and data'),
  }),
  run(input) {
    const read = decodeBencode(input)
    if (!read) return 'nothing'
    must(read.length > 0 && read.length <= Math.min(input.length, bencodeBytesMax), 'its end stands in what was read')
    must(depthOf(read.value) <= bencodeDepthMax, 'it is no deeper than it may be')
    must(countOf(read.value) <= bencodeValuesMax, 'it has no more values than it may have')
    const exact = decodeBencode(input.subarray(0, read.length))
    must(isDeepStrictEqual(exact, read), 'what stands behind it changes nothing')
    if (!isRoundTrip(read.value)) return 'one way'
    const again = decodeBencode(encodeBencode(read.value))
    must(isDeepStrictEqual(again?.value, read.value), 'written and read again it is the same')
    return typeof read.value
  },
}

const children = (value: BencodeValue): readonly BencodeValue[] =>
  Array.isArray(value) ? value : isBencodeDict(value) ? Object.values(value) : []

const depthOf = (value: BencodeValue): number =>
  typeof value === 'number' || value instanceof Uint8Array ? 0 : 1 + Math.max(0, ...children(value).map(depthOf))

const countOf = (value: BencodeValue): number =>
  1 + children(value).reduce<number>((sum, child) => sum + countOf(child), 0)

/** Numbers beyond 2^53 lose digits, and have no digits at all beyond 1.8e308. */
const isRoundTrip = (value: BencodeValue): boolean =>
  typeof value === 'number' ? Number.isSafeInteger(value) : children(value).every(isRoundTrip)
