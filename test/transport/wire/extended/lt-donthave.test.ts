import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../../../transport/wire/encode.ts'
import { decodeDonthave, encodeDonthave } from '../../../../transport/wire/extended/lt-donthave.ts'
import { concat, hex, toHex } from '../record.ts'

describe('lt_donthave (BEP 54)', () => {
  it('is written as a u32', () => {
    const frame = concat(encode({ name: 'extended', id: 7, payload: encodeDonthave(5) }))
    expect(toHex(frame)).toBe('00000006140700000005')
  })

  it.each(['', '000005', '0000000005'])('of the bytes "%s" is none: it has four', (bytes) => {
    expect(decodeDonthave(hex(bytes))).toBeUndefined()
  })

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('is not written of a piece %s', (index) => {
    expect(() => encodeDonthave(index)).toThrow(RangeError)
  })

  it('reads back what was written', () => {
    fc.assert(fc.property(fc.nat(0xffff_ffff), (index) => decodeDonthave(encodeDonthave(index)) === index))
    expect(decodeDonthave(hex('ffffffff'))).toBe(0xffff_ffff)
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => void decodeDonthave(bytes)))
  })
})
