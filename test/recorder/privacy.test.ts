import { describe, expect, test } from 'vitest'
import { keepAddresses, replaceAddresses } from '../../recorder/privacy.ts'
import { ipBytes, ipText } from '../../transport/address.ts'

const one = replaceAddresses(new Uint8Array(32).fill(1))
const other = replaceAddresses(new Uint8Array(32).fill(2))

describe('with addresses replaced', () => {
  test('an IPv4 address becomes one of loopback, always the same', () => {
    expect(one.host('192.0.2.1')).toMatch(/^127\.\d+\.\d+\.\d+$/)
    expect(one.host('192.0.2.1')).toBe(one.host('192.0.2.1'))
    expect(one.host('192.0.2.1')).not.toBe(one.host('192.0.2.2'))
  })

  test('an IPv6 address becomes one that leads nowhere', () => {
    expect(one.host('2001:db8::1')).toMatch(/^100::/)
    expect(one.host('2001:db8:0::1')).toBe(one.host('2001:db8::1'))
  })

  test('the name of a host becomes another, which nobody has', () => {
    expect(one.host('example.org')).toMatch(/^host-[0-9a-f]{6}\.invalid$/)
    expect(one.host('Example.org')).toBe(one.host('example.org'))
  })

  test('a zone goes with its address, as it names a link of ours', () => {
    expect(one.host('fe80::1%eth0')).toMatch(/^host-[0-9a-f]{6}\.invalid$/)
    expect(one.text('connect EINVAL fe80::1%eth0')).toBe(`connect EINVAL ${one.host('fe80::1%eth0')}`)
  })

  test('an address in bytes becomes the same as in text', () => {
    for (const host of ['192.0.2.1', '2001:db8::1', '::1']) {
      const bytes = ipBytes(host) ?? new Uint8Array()
      expect(ipText(one.ip(bytes))).toBe(one.host(host))
    }
  })

  test('of a peer id the client is left', () => {
    const id = `2d5452343036302d${'ab'.repeat(12)}`
    expect(one.peerId(id)).toMatch(/^2d5452343036302d[0-9a-f]{24}$/)
    expect(one.peerId(id)).not.toBe(id)
    expect(one.peerId('')).toBe('')
  })

  test.each([
    ['connect ECONNREFUSED 192.0.2.1:6881', '192.0.2.1', ':6881'],
    ['connect ECONNREFUSED 2001:db8::1', '2001:db8::1', ''],
    ['no route to [2001:db8::1]:6881', '2001:db8::1', ']:6881'],
    ['getaddrinfo ENOTFOUND peer.example.org', 'peer.example.org', ''],
    ['getaddrinfo ENOTFOUND nas', 'nas', ''],
    ['getaddrinfo EAI_AGAIN my_nas', 'my_nas', ''],
    ['connect EHOSTUNREACH fe80::1%eth0:6881', 'fe80::1%eth0', ':6881'],
    ['connect EINVAL fe80::1%eth0', 'fe80::1%eth0', ''],
    ['connect EINVAL fe80::1%en-0.7~x', 'fe80::1%en-0.7~x', ''],
    ['no way to fe80::1%eth0.', 'fe80::1%eth0', '.'],
    ['nobody listens on nas:6881', 'nas', ':6881'],
  ])('none is left in a text: %s', (text, address, rest) => {
    expect(one.text(text)).toBe(text.replace(address, one.host(address)))
    expect(one.text(text)).toContain(`${one.host(address)}${rest}`)
  })

  test('a text without one stays as it is', () => {
    for (const text of [
      'a bitfield (5) has 3 bytes, not 2: 12 of 40 held',
      'Error: read ECONNRESET',
      'EPIPE',
      'the socket closed without a reason',
    ])
      expect(one.text(text)).toBe(text)
  })

  test('by another key all are others', () => {
    expect(one.host('192.0.2.1')).not.toBe(other.host('192.0.2.1'))
    expect(one.peerId('ab'.repeat(20))).not.toBe(other.peerId('ab'.repeat(20)))
  })
})

test('with addresses kept everything stays', () => {
  const { host, ip, peerId, text } = keepAddresses
  expect([host('192.0.2.1'), peerId('ab'), text('to 192.0.2.1')]).toEqual(['192.0.2.1', 'ab', 'to 192.0.2.1'])
  expect(ip(Uint8Array.of(1, 2, 3, 4))).toEqual(Uint8Array.of(1, 2, 3, 4))
})
