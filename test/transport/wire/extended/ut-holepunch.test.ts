import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeHolepunch,
  encodeHolepunch,
  type HolepunchMessage,
  holepunchErrors,
} from '../../../../transport/wire/extended/ut-holepunch.ts'
import { hex, toHex } from '../record.ts'

const v4 = { host: '192.0.2.7', port: 6881 }
const v6 = { host: '2001:db8::7', port: 51413 }

describe('ut_holepunch (BEP 55)', () => {
  it.each<[HolepunchMessage, string]>([
    [{ type: 'rendezvous', address: v4 }, '0000c00002071ae100000000'],
    [{ type: 'connect', address: v4 }, '0100c00002071ae100000000'],
    [{ type: 'error', address: v4, code: 'no_self' }, '0200c00002071ae100000004'],
    [{ type: 'connect', address: v6 }, '010120010db8000000000000000000000007c8d500000000'],
  ])('%j is written as type, kind of address, address, port and a number of the error', (message, bytes) => {
    expect(toHex(encodeHolepunch(message))).toBe(bytes)
    expect(decodeHolepunch(hex(bytes))).toEqual(message)
  })

  it.each(Object.entries(holepunchErrors))('has the error %s as %d', (code, number) => {
    const bytes = `0200c00002071ae10000000${number}`
    expect(decodeHolepunch(hex(bytes))).toMatchObject({ type: 'error', code })
  })

  it('without the number, as libtorrent writes what is no error, is a message all the same', () => {
    expect(decodeHolepunch(hex('0000c00002071ae1'))).toEqual({ type: 'rendezvous', address: v4 })
    expect(decodeHolepunch(hex('0200c00002071ae1'))).toMatchObject({ code: 'unknown' })
    expect(decodeHolepunch(hex('0200c00002071ae100000009'))).toMatchObject({ code: 'unknown' })
  })

  it.each(['', '00', '0000c00002071a', '010120010db8000000000000000000000007c8'])(
    'that ends too soon, "%s", is none',
    (bytes) => {
      expect(decodeHolepunch(hex(bytes))).toBeUndefined()
    },
  )

  it.each(['0300c00002071ae100000000', '0002c00002071ae100000000', 'ffff'])(
    'of a type or a kind of address that nobody has named, "%s", is passed over',
    (bytes) => {
      expect(decodeHolepunch(hex(bytes))).toEqual({ type: 'other' })
    },
  )

  it.each([
    { host: 'peer.example.org', port: 1 },
    { host: '0.0.0.0', port: 1 },
    { host: '192.0.2.1', port: 0 },
  ])('is not written of %j', (address) => {
    expect(() => encodeHolepunch({ type: 'connect', address })).toThrow(RangeError)
  })

  it('is not written of an error that has no name', () => {
    expect(() => encodeHolepunch({ type: 'error', address: v4, code: 'unknown' })).toThrow(RangeError)
  })

  it('an IPv4 address that is mapped into IPv6 is read as IPv4', () => {
    expect(decodeHolepunch(hex('010100000000000000000000ffffc00002071ae100000000'))).toEqual({
      type: 'connect',
      address: v4,
    })
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => void decodeHolepunch(bytes)))
  })
})
