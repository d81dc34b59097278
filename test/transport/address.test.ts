import { isIP, isIPv6, SocketAddress } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addressKey,
  canonicalHost,
  distance,
  formatAddress,
  hostKey,
  ipBytes,
  ipText,
  isDialable,
  isInReachOf,
  isLoopback,
  isSameHost,
  parseAddress,
  remoteKey,
} from '../../transport/address.ts'
import { runs } from '../in-full.ts'
import { hex, toHex } from './wire/record.ts'

test.each([
  ['192.0.2.1:6881', { host: '192.0.2.1', port: 6881 }],
  ['[::1]:6881', { host: '::1', port: 6881 }],
  ['[2001:DB8:0:0::1]:1', { host: '2001:db8::1', port: 1 }],
  ['[::ffff:192.0.2.1]:65535', { host: '192.0.2.1', port: 65535 }],
  ['Tracker.Example.org:80', { host: 'tracker.example.org', port: 80 }],
  ['localhost:6881', { host: 'localhost', port: 6881 }],
])('%s is read', (text, address) => {
  expect(parseAddress(text)).toEqual(address)
})

test.each([
  ['', 'expected host:port'],
  ['192.0.2.1', 'expected host:port'],
  ['::1:6881', 'in brackets'],
  ['[::1]', 'expected host:port'],
  ['[192.0.2.1]:6881', 'no IPv6 address'],
  ['[::g]:6881', 'no IPv6 address'],
  [':6881', 'neither'],
  ['999.1.1.1:6881', 'neither'],
  ['a host:6881', 'neither'],
  ['-a.org:6881', 'neither'],
  ['192.0.2.1:', 'port'],
  ['192.0.2.1:0', 'port'],
  ['192.0.2.1:65536', 'port'],
  ['192.0.2.1:68 81', 'port'],
  ['192.0.2.1:1e3', 'port'],
])('"%s" is refused with the text and the reason', (text, reason) => {
  expect(() => parseAddress(text)).toThrow(`"${text}" is not a peer's address`)
  expect(() => parseAddress(text)).toThrow(reason)
})

test.each(['192.0.2.1:6881', '[2001:db8::1]:6881', 'example.org:1'])('%s is written as it was read', (text) => {
  expect(formatAddress(parseAddress(text))).toBe(text)
})

test('an IPv4 address mapped into IPv6 is the IPv4 address, in both spellings', () => {
  expect(canonicalHost('::ffff:192.0.2.1')).toBe('192.0.2.1')
  expect(canonicalHost('::FFFF:c000:201')).toBe('192.0.2.1')
})

test('the zone of a link-local address is kept', () => {
  expect(canonicalHost('fe80::1%eth0')).toBe('fe80::1%eth0')
})

test('the key of an address is one for all its spellings, and another for another port or host', () => {
  const keys = [
    { host: '::ffff:192.0.2.1', port: 1 },
    { host: '192.0.2.1', port: 1 },
    { host: '2001:DB8:0::1', port: 1 },
    { host: '2001:db8::1', port: 1 },
    { host: '2001:db8::1', port: 2 },
    { host: 'Peer.Example.org', port: 1 },
  ].map(addressKey)
  const [one, two] = ['192.0.2.1:1', '[2001:db8::1]:1']
  expect(keys).toEqual([one, one, two, two, '[2001:db8::1]:2', 'peer.example.org:1'])
})

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['Peer.Example.org', 'peer.example.org'],
  ['2001:DB8:1:2:3::4', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['fe80::1', 'fe80::1'],
])('of the host %s the share is that of %s', (host, key) => {
  expect(hostKey(host)).toBe(key)
})

test.each([
  ['127.0.0.1', 0],
  ['::1', 0],
  ['192.168.0.1', 1],
  ['fe80::1%eth0', 1],
  ['::ffff:10.0.0.1', 1],
  ['198.51.100.1', 2],
  ['peer.example.org', 2],
  ['0.0.0.0', 0],
  ['0.1.2.3', 0],
  ['::', 0],
  ['::ffff:0.0.0.0', 0],
])('%s is at distance %s', (host, far) => {
  expect(distance(host)).toBe(far)
})

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::ffff:127.0.0.1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['LocalHost', true],
  ['128.0.0.1', false],
  ['::2', false],
  ['127.example.org', false],
])('whether %s is loopback: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is)
})

test('two hosts are the same in any spelling, and all of loopback is', () => {
  expect(isSameHost('2001:DB8::1', '2001:db8:0::1')).toBe(true)
  expect(isSameHost('::1', '127.0.0.1')).toBe(true)
  expect(isSameHost('192.0.2.1', '192.0.2.2')).toBe(false)
  expect(isSameHost('127.0.0.1', '192.0.2.2')).toBe(false)
})

test.each([
  ['1.0.0.0', true],
  ['223.255.255.255', true],
  ['127.0.0.1', true],
  ['192.168.0.1', true],
  ['::1', true],
  ['2001:db8::1', true],
  ['ff::1', true],
  ['ff:1::1', true],
  ['fe8::1', true],
  ['fec0::1', true],
  ['fe80::1%eth0', true],
  ['::ffff:192.0.2.1', true],
  ['peer.example.org', true],
  ['0.0.0.0', false],
  ['0.1.2.3', false],
  ['224.0.0.1', false],
  ['239.255.255.255', false],
  ['240.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['0:0:0:0:0:0:0:0%eth0', false],
  ['FF02::1', false],
  ['ff02::1%eth0', false],
  ['fe80::1', false],
  ['febf::1', false],
  ['::ffff:0.0.0.0', false],
  ['::ffff:e000:1', false],
  ['999.1.1.1', false],
  ['a host', false],
  ['', false],
])('whether %s can be dialled: %s', (host, is) => {
  expect(isDialable({ host, port: 6881 })).toBe(is)
})

test.each([0, -1, 65536, 1.5, Number.NaN])('nobody can be dialled at port %s', (port) => {
  expect(isDialable({ host: '192.0.2.1', port })).toBe(false)
})

test.each([
  ['192.0.2.1', 'c0000201'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['1::', '00010000000000000000000000000000'],
  ['2001:db8::7:0:1', '20010db8000000000000000700000001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::c000:201', '000000000000000000000000c0000201'],
])('%s stands for the bytes %s, and they for it', (host, bytes) => {
  expect(toHex(ipBytes(host) ?? hex(''))).toBe(bytes)
  expect(ipText(hex(bytes))).toBe(host)
})

test('bytes of an IPv4 address mapped into IPv6 stand for the IPv4 address, and so does its text', () => {
  expect(ipText(hex('00000000000000000000ffffc0000201'))).toBe('192.0.2.1')
  expect(ipBytes('::ffff:192.0.2.1')).toEqual(Uint8Array.of(192, 0, 2, 1))
})

test('an IPv6 address that ends as IPv4 does, and is not mapped, stays IPv6', () => {
  expect(canonicalHost('::192.0.2.1')).toBe('::c000:201')
})

test.each(['example.org', 'fe80::1%eth0', '999.1.1.1', ''])('"%s" stands for no bytes', (host) => {
  expect(ipBytes(host)).toBeUndefined()
})

const near = [
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.1',
  '192.168.1.1',
  '169.254.0.1',
  'fd00::1',
  'FC00::1',
  'fe80::1%eth0',
]
const far = ['192.0.2.1', '172.32.0.1', '11.0.0.1', '2001:db8::1', 'fc::1', 'peer.example.org', '::ffff:192.0.2.1']

test('an address on loopback is in reach of loopback alone, a private one of private ones too, any other of all', () => {
  const reach = (from: string) => ['127.0.0.2', ...near, ...far].filter((host) => isInReachOf(from, host))
  for (const from of ['127.0.0.1', '::1', 'localhost', '::ffff:127.0.0.1']) {
    expect(reach(from)).toEqual(['127.0.0.2', ...near, ...far])
  }
  for (const from of near) expect(reach(from)).toEqual([...near, ...far])
  for (const from of far) expect(reach(from)).toEqual(far)
})

test('what Node takes for an IP address, and nothing else, is one, in the spelling Node has for it', () => {
  const part = fc.oneof(
    fc.constantFrom('', ':', '::', '.', '::ffff:', '1.2.3.4', '01', '256', 'g', ' ', ']', '/', '%'),
    fc.integer({ min: 0, max: 0x1ffff }).map((group) => group.toString(16)),
  )
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
  )
  const isRead = (host: string) => ipBytes(host) !== undefined
  fc.assert(
    fc.property(text, (host) => {
      expect(isRead(host)).toBe(isIP(host) !== 0 && !host.includes('%'))
      if (!isIPv6(host) || host.includes('%')) return
      const { address } = new SocketAddress({ address: host, family: 'ipv6' })
      // Node writes ::c000:201 as ::192.0.2.1, which is not what RFC 5952 wants of an address that is not mapped.
      if (!/^::[0-9]+\./.test(address)) expect(canonicalHost(host)).toBe(withoutMapping(address))
    }),
    { numRuns: runs(1_000, 3_000) },
  )
})

const withoutMapping = (address: string): string => (address.includes('.') ? address.slice('::ffff:'.length) : address)

test('five bytes are no IP address', () => {
  expect(() => ipText(new Uint8Array(5))).toThrow(RangeError)
})

test('the bytes of an IP address make a text in canonical spelling that makes the same bytes', () => {
  const group = fc.oneof(fc.constant([0, 0]), fc.tuple(fc.nat(255), fc.nat(255)))
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const bytes = Uint8Array.from(groups.flat())
      const host = ipText(bytes)
      expect(canonicalHost(host)).toBe(host)
      expect(ipBytes(host)).toEqual(host.includes(':') ? bytes : bytes.subarray(12))
    }),
  )
})

describe('the key of a remote', () => {
  test('is its host, in one spelling', () => {
    expect(remoteKey({ host: '2001:DB8:0::1', port: 1 })).toBe(remoteKey({ host: '2001:db8::1', port: 2 }))
    expect(remoteKey({ host: '::ffff:10.0.0.1', port: 1 })).toBe(remoteKey({ host: '10.0.0.1', port: 2 }))
    expect(remoteKey({ host: '10.0.0.1', port: 1 })).not.toBe(remoteKey({ host: '10.0.0.2', port: 1 }))
  })

  test.each(['127.0.0.1', '::1', 'localhost'])('on %s is host and port', (host) => {
    expect(remoteKey({ host, port: 1 })).toBe(remoteKey({ host, port: 1 }))
    expect(remoteKey({ host, port: 1 })).not.toBe(remoteKey({ host, port: 2 }))
  })
})

describe('the key of an IPv6 remote', () => {
  test('is its first 64 bits: a host that has one address has all that begin so', () => {
    expect(remoteKey({ host: '2001:db8:0:1::1', port: 1 })).toBe('2001:db8:0:1::/64')
    expect(remoteKey({ host: '2001:db8:0:1:ffff::', port: 1 })).toBe('2001:db8:0:1::/64')
    expect(remoteKey({ host: '2001:db8:0:2::1', port: 1 })).not.toBe('2001:db8:0:1::/64')
  })

  test('on the link is the whole address: all its neighbours begin so', () => {
    expect(remoteKey({ host: 'fe80::1', port: 1 })).toBe('fe80::1')
    expect(remoteKey({ host: 'fe80::1%eth0', port: 1 })).toBe('fe80::1%eth0')
  })
})
