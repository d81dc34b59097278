import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codePointAt, lenientText, strictText, utf8SequenceLength } from '../../storage/utf8.ts'
import { runs } from '../in-full.ts'

/** The characters, if every byte belongs to one. */
const charactersOf = (bytes: Uint8Array): string | undefined => {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = utf8SequenceLength(bytes, at)
    if (length === 0) return undefined
    text += String.fromCodePoint(codePointAt(bytes, at, length))
    at += length
  }
  return text
}

/** Any but a surrogate: `fc.string` first makes a table of them all. */
const character = fc
  .nat(0x10_ffff)
  .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff)
  .map((codePoint) => String.fromCodePoint(codePoint))

test('valid is what Node takes for valid, and means the same', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.array(character, { maxLength: 8 }).map((some) => new Uint8Array(Buffer.from(some.join('')))),
    fc
      .array(fc.constantFrom(0x2f, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xf5), {
        maxLength: 5,
      })
      .map((some) => Uint8Array.from(some)),
  )
  fc.assert(
    fc.property(bytes, (bytes) => {
      const text = charactersOf(bytes)
      expect(text !== undefined).toBe(isUtf8(bytes))
      expect(strictText(bytes)).toBe(text)
      if (text !== undefined) expect(lenientText(bytes)).toBe(text)
    }),
    { seed: 1, numRuns: runs(200, 500) },
  )
})
