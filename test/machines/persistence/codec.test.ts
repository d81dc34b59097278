import { describe, expect, test } from 'vitest'
import {
  boolean,
  bytes,
  type Codec,
  count,
  dictionary,
  digest,
  finite,
  limit,
  list,
  oneOf,
  optional,
  record,
  text,
} from '../../../machines/persistence/codec.ts'

/** Through JSON and back. */
const again = <Value>(codec: Codec<Value>, value: Value): Value => {
  const json: unknown = JSON.parse(JSON.stringify({ value: codec.write(value) }))
  return codec.read(typeof json === 'object' && json !== null && 'value' in json ? json.value : undefined, 'it')
}

const pair = record<{ one: number; other?: string }>({ one: count, other: optional(text) })

describe('what is written is read as it was:', () => {
  test('values that JSON says itself', () => {
    expect([again(boolean, false), again(text, 'ä'), again(finite, -1.5), again(count, 7)]).toEqual([
      false,
      'ä',
      -1.5,
      7,
    ])
    expect([again(digest, ''), again(digest, '0a'.repeat(20)), again(oneOf('in', 'out'), 'out')]).toEqual([
      '',
      '0a'.repeat(20),
      'out',
    ])
  })

  test('a limit, also where there is none', () => {
    expect([again(limit, 5), again(limit, Number.POSITIVE_INFINITY)]).toEqual([5, Number.POSITIVE_INFINITY])
  })

  test('bytes', () => {
    expect(again(bytes, Uint8Array.of(0, 255, 16))).toStrictEqual(Uint8Array.of(0, 255, 16))
  })

  test('lists, names and fields, with nothing where there was nothing', () => {
    expect(again(list(bytes), [Uint8Array.of(1)])).toStrictEqual([Uint8Array.of(1)])
    expect(again(dictionary(count), { ut_pex: 1 })).toStrictEqual({ ut_pex: 1 })
    expect(again(pair, { one: 1 })).toStrictEqual({ one: 1 })
    expect(again(pair, { one: 1, other: 'a' })).toStrictEqual({ one: 1, other: 'a' })
    expect(again(optional(count), undefined)).toBeUndefined()
  })
})

describe('what is not written is refused, with its place:', () => {
  const refused = (read: (json: unknown, at: string) => unknown, json: unknown) => () => read(json, 'it')

  test.each([
    ['a word that is none', refused(oneOf('in', 'out').read, 'up'), 'it is not in or out'],
    ['what is neither true nor false', refused(boolean.read, 0), 'it is neither true nor false'],
    ['a fraction of a count', refused(count.read, 0.5), 'it is no count'],
    ['less than nothing', refused(count.read, -1), 'it is no count'],
    ['no number', refused(limit.read, '1'), 'it is no number'],
    ['half a byte', refused(bytes.read, 'abc'), 'it is no run of bytes'],
    ['a short digest', refused(digest.read, 'ab'), 'it is not 40 hex digits, nor empty'],
    ['an object for a list', refused(list(count).read, {}), 'it is no list'],
    ['a wrong entry', refused(list(count).read, [1, 'a']), 'it[1] is no count'],
    ['a list for an object', refused(pair.read, []), 'it is no object'],
    ['a field that is not there', refused(pair.read, { other: 'a' }), 'it.one is no count'],
    [
      'a field of Object itself',
      refused(record<{ constructor: string }>({ constructor: text }).read, {}),
      'it.constructor is no text',
    ],
    ['a wrong value of a name', refused(dictionary(text).read, { a: 1 }), 'it.a is no text'],
  ])('%s', (_, read, message) => {
    expect(read).toThrow(`the snapshot is not what peerchart writes: ${message}`)
    expect(read).toThrow(expect.objectContaining({ name: 'SnapshotError', refusal: 'malformed' }))
  })
})
