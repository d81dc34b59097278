import { describe, expect, it } from 'vitest'
import { decodeUploadOnly, encodeUploadOnly } from '../../../../transport/wire/extended/upload-only.ts'
import { hex, toHex } from '../record.ts'

describe('upload_only (BEP 21, as libtorrent sends it)', () => {
  it('is written as one byte, not as bencode', () => {
    expect(toHex(encodeUploadOnly(true))).toBe('01')
    expect(toHex(encodeUploadOnly(false))).toBe('00')
  })

  it.each([
    ['00', false],
    ['01', true],
    ['ff', true],
    ['', undefined],
    ['0001', undefined],
    ['693165', undefined],
  ])('of the bytes "%s" says %s', (bytes, says) => {
    expect(decodeUploadOnly(hex(bytes))).toBe(says)
  })
})
