import { describe, expect, it } from 'vitest'
import { decodeBencode } from '../../../../transport/wire/bencode.ts'
import { isBytes, isIntegerFrom } from '../../../../transport/wire/extended/fields.ts'

const decodeText = (letters: string) => decodeBencode(new TextEncoder().encode(letters))?.value

describe('isIntegerFrom', () => {
  it.each([
    ['i0e', false],
    ['i1e', true],
    ['i5e', true],
    ['i6e', false],
    ['1:3', false],
    ['li3ee', false],
  ])('takes %s for an integer from 1 to 5: %s', (letters, is) => {
    expect(isIntegerFrom(decodeText(letters), 1, 5)).toBe(is)
  })

  it('goes up to what is safe', () => {
    expect(isIntegerFrom(Number.MAX_SAFE_INTEGER, 0)).toBe(true)
    expect(isIntegerFrom(Number.MAX_SAFE_INTEGER + 1, 0)).toBe(false)
    expect(isIntegerFrom(undefined, 0)).toBe(false)
  })
})

describe('isBytes', () => {
  it.each([
    ['3:abc', true],
    ['0:', true],
    ['i1e', false],
    ['l3:abce', false],
    ['d9:__proto__3:abce', false],
  ])('takes %s for bytes: %s', (letters, is) => {
    expect(isBytes(decodeText(letters))).toBe(is)
  })

  it('takes nothing for no bytes', () => {
    expect(isBytes(undefined)).toBe(false)
  })
})
