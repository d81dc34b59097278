import { expect, test } from 'vitest'
import { canonicalHost, formatAddress, isLoopback, isSameHost, parseAddress } from '../../transport/address.ts'

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
