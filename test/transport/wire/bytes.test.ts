import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readU32, viewOf, writeU32 } from '../../../transport/wire/bytes.ts'
import { hex, toHex } from './record.ts'

describe('readU32 and writeU32', () => {
  it('are big-endian and unsigned', () => {
    const bytes = new Uint8Array(6)
    writeU32(bytes, 1, 0x8001_02ff)
    expect(toHex(bytes)).toBe('00800102ff00')
    expect(readU32(bytes, 1)).toBe(0x8001_02ff)
  })

  it('agree for every value', () => {
    const bytes = new Uint8Array(4)
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (value) => {
        writeU32(bytes, 0, value)
        expect(readU32(bytes, 0)).toBe(value)
      }),
    )
  })
})

describe('viewOf', () => {
  it('shares the memory of a view that does not begin at its buffer', () => {
    const whole = hex('0011223344')
    const view = viewOf(Buffer.from(whole.buffer, 1, 4), 1, 3)
    expect(toHex(view)).toBe('2233')
    expect(view.buffer).toBe(whole.buffer)
  })
})
