import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import {
  address,
  announceUrl,
  bytes,
  host,
  pieceLength,
  port,
  positive,
  webSeedUrl,
} from '../../../cli/commands/options.ts'

describe('address is HOST:PORT', () => {
  test('with space around it or without', () => {
    expect(address(' 127.0.0.1:6881\n')).toEqual({ host: '127.0.0.1', port: 6881 })
  })

  test.each([
    ['127.0.0.1:6881', '127.0.0.1', 6881],
    ['[::1]:1', '::1', 1],
    ['[2001:db8::7]:65535', '2001:db8::7', 65535],
    ['seed-1.example.org:80', 'seed-1.example.org', 80],
  ])('%s', (text, host, port) => {
    expect(address(text)).toEqual({ host, port })
  })

  test.each([
    '',
    ':80',
    '80',
    'a:',
    'a:0',
    'a:65536',
    'a:-1',
    'a:1e3',
    'a b:80',
    'http://a:80',
    '::1:80',
    '[a]:80',
    '[]:80',
    '-a:80',
  ])('not %j', (text) => {
    expect(() => address(text)).toThrow(InvalidArgumentError)
  })
})

test.each([
  ['0', 0],
  ['65535', 65535],
])('port %s', (text, value) => {
  expect(port(text)).toBe(value)
})

test.each(['', '-1', '65536', '1.5', '0x10', ' 1', '1e3'])('%j is no port', (text) => {
  expect(() => port(text)).toThrow(InvalidArgumentError)
})

test.each(['0', '-1', '', '1.5', 'ten', '9'.repeat(20)])('%j is no positive number', (text) => {
  expect(() => positive(text)).toThrow(InvalidArgumentError)
})

test.each([
  ['500000', 500_000],
  ['512K', 524_288],
  ['2m', 2_097_152],
  ['1G', 1_073_741_824],
])('%s is so many bytes', (text, value) => {
  expect(bytes(text)).toBe(value)
})

test.each(['', 'K', '0', '0K', '1.5M', '2MB', '-1', '1T'])('%j is no size', (text) => {
  expect(() => bytes(text)).toThrow(InvalidArgumentError)
})

test('a piece length is a power of two, 16 KiB to 64 MiB', () => {
  expect(pieceLength('16384')).toBe(16_384)
  expect(pieceLength('64M')).toBe(67_108_864)
  for (const text of ['8192', '128M', '100000']) expect(() => pieceLength(text)).toThrow(InvalidArgumentError)
})

test('a host to bind is an IP address or a name', () => {
  for (const text of ['0.0.0.0', '::', 'localhost']) expect(host(text)).toBe(text)
  for (const text of ['', 'a:80', '[::1]', 'a b']) expect(() => host(text)).toThrow(InvalidArgumentError)
})

test('a web seed to download from is an http or https URL', () => {
  for (const text of ['http://a/b/', 'https://a']) expect(webSeedUrl(text)).toBe(text)
  for (const text of ['a', 'ftp://a', 'udp://a:1']) expect(() => webSeedUrl(text)).toThrow(InvalidArgumentError)
})

test('a tracker is an http, udp or ws URL', () => {
  for (const text of ['http://a/announce', 'udp://a:80', 'wss://a']) expect(announceUrl(text)).toBe(text)
  for (const text of ['a', 'ftp://a', 'javascript:1']) expect(() => announceUrl(text)).toThrow(InvalidArgumentError)
})
