import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../../machines/hex.ts'
import { crc32c } from '../../../../machines/torrent/connections/crc32c.ts'
import { dialPriority } from '../../../../machines/torrent/connections/dial-priority.ts'

const between = (one: string, other: string): number | undefined =>
  dialPriority({ host: one, port: 6881 }, { host: other, port: 51_413 })
const ofBytes = (hex: string): number => crc32c(hexToBytes(hex.replaceAll(/[ :]/g, '')))

describe('the canonical peer priority (BEP 40)', () => {
  it.each([
    ['123.213.32.10', '98.76.54.32', 0xec2d_7224],
    ['123.213.32.10', '123.213.32.234', 0x9956_8189],
  ])('of %s and %s is the one BEP 40 gives', (one, other, priority) => {
    expect(between(one, other)).toBe(priority)
  })

  it('of one address is that of its two ports, the lower first', () => {
    const host = '192.0.2.1'
    expect(dialPriority({ host, port: 6881 }, { host, port: 6882 })).toBe(0x67f8_fe57)
    expect(dialPriority({ host, port: 6882 }, { host, port: 6881 })).toBe(0x67f8_fe57)
    expect(dialPriority({ host: '::1', port: 1234 }, { host: '::1', port: 300 })).toBe(ofBytes('012c 04d2'))
  })

  it.each([
    ['another /16: FF.FF.55.55', '230.120.23.1', '230.12.123.3', 'e60c5101 e6781501'],
    ['the same /16: FF.FF.FF.55', '230.12.23.1', '230.12.123.3', 'e60c1701 e60c7b01'],
    ['the same /24: all of it', '230.12.123.1', '230.12.123.3', 'e60c7b01 e60c7b03'],
    [
      'another /48: three groups',
      'ffff:ffff:ffff:ffff::3',
      'ffff:fff:ffff:ffff::3',
      'ffff0fffffff55550000000000000001 ffffffffffff55550000000000000001',
    ],
    [
      'the same /48: 56 bits',
      '2001:db8:1:ff00:ffff::',
      '2001:db8:1:ff::ffff',
      '20010db8000100550000000000005555 20010db80001ff005555000000000000',
    ],
    [
      'the same /56: 64 bits',
      '2001:db8:1:ff::ffff',
      '2001:db8:1:fe:ffff::',
      '20010db8000100fe5555000000000000 20010db8000100ff0000000000005555',
    ],
    [
      'the same /64: 72 bits, and so on',
      '2001:db8::ffff:0:0:ffff',
      '2001:db8::ff:0:0:ff',
      '20010db80000000000550000 00000055 20010db800000000ff55000000005555',
    ],
    [
      'the same /120: all of it',
      '2001:db8::fe',
      '2001:db8::ff',
      '20010db80000000000000000000000fe 20010db80000000000000000000000ff',
    ],
  ])('masks addresses of %s', (_, one, other, bytes) => {
    expect(between(one, other)).toBe(ofBytes(bytes))
    expect(between(other, one)).toBe(ofBytes(bytes))
  })

  it('is the same for an IPv4 address mapped into IPv6', () => {
    expect(between('::ffff:123.213.32.10', '98.76.54.32')).toBe(0xec2d_7224)
  })

  it('does not exist between families, nor for a host name', () => {
    expect(between('192.0.2.1', '2001:db8::1')).toBeUndefined()
    expect(between('192.0.2.1', 'peer.example.org')).toBeUndefined()
    expect(between('peer.example.org', 'peer.example.org')).toBeUndefined()
  })

  it('is the same number at both ends', () => {
    const address = fc.record({ host: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.integer({ min: 1, max: 65_535 }) })
    fc.assert(
      fc.property(address, address, (one, other) => {
        const priority = dialPriority(one, other)
        expect(dialPriority(other, one)).toBe(priority)
        expect(priority === undefined || (priority >= 0 && priority < 2 ** 32)).toBe(true)
      }),
    )
  })
})
