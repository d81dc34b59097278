import { describe, expect, test } from 'vitest'
import {
  extensionId,
  extensionNamed,
  greetingTo,
  mergeGreetings,
  otherAddress,
} from '../../../../machines/peer/talk/greeting.ts'
import { limits } from '../../../../machines/peer/vocabulary/delays.ts'
import { ipBytes } from '../../../../transport/address.ts'
import { decodeExtendedHandshake } from '../../../../transport/wire/extended/handshake.ts'

describe('a later extended handshake (BEP 10)', () => {
  test('changes only what it names', () => {
    expect(mergeGreetings({ v: 'a 1', reqq: 10 }, { reqq: 20 })).toEqual({ v: 'a 1', reqq: 20 })
  })

  test('changes only the extensions it names', () => {
    const before = { m: { ut_pex: 1, ut_metadata: 2 } }
    expect(mergeGreetings(before, { m: { ut_metadata: 0 } })).toEqual({ m: { ut_pex: 1, ut_metadata: 0 } })
  })

  test('adds no more extensions than are remembered', () => {
    const named = (prefix: string) =>
      Object.fromEntries(Array.from({ length: limits.extensions }, (_, i) => [`${prefix}${i}`, 1]))
    const { m = {} } = mergeGreetings({ m: named('a') }, { m: named('b') })
    expect(Object.keys(m)).toHaveLength(limits.extensions)
  })
})

test('the first one is taken as it is', () => {
  expect(mergeGreetings(undefined, { m: { ut_pex: 1 } })).toEqual({ m: { ut_pex: 1 } })
})

describe('what we say (BEP 10)', () => {
  test('tells the remote where we see it, in 4 or 16 bytes', () => {
    expect(greetingTo('192.0.2.7', { v: 'a' })).toEqual({ v: 'a', yourip: Uint8Array.of(192, 0, 2, 7) })
    expect(greetingTo('::1', {}).yourip).toEqual(Uint8Array.of(...new Array<number>(15).fill(0), 1))
  })

  test('leaves that out where the host is a name', () => {
    expect(greetingTo('example.org', { v: 'a' })).toEqual({ v: 'a' })
  })
})

const bytesOf = (host: string) => ipBytes(host) ?? new Uint8Array(0)

describe('the other family of addresses (BEP 10)', () => {
  const ours = { v: 'a', ipv4: bytesOf('198.51.100.1'), ipv6: bytesOf('2001:db8::1') }

  test.each([
    ['over IPv4 our IPv6 address', '203.0.113.7', { ipv6: ours.ipv6 }],
    ['over IPv4 that is mapped into IPv6 as much', '::ffff:203.0.113.7', { ipv6: ours.ipv6 }],
    ['over IPv6 our IPv4 address', '2001:db8:9::7', { ipv4: ours.ipv4 }],
    ['in our own network neither', '192.168.0.7', {}],
    ['on this machine neither', '::1', {}],
  ])('%s is told', (_, host, told) => {
    expect(greetingTo(host, ours)).toEqual({ v: 'a', yourip: ipBytes(host), ...told })
  })

  const theirs = { p: 7001, ipv4: bytesOf('203.0.113.7'), ipv6: bytesOf('2001:db8:9::7') }

  test.each([
    ['of a remote over IPv4', '203.0.113.7', theirs, '2001:db8:9::7'],
    ['of a remote over IPv6', '2001:db8:9::7', theirs, '203.0.113.7'],
    ['in one network', 'fd00::7', { p: 7001, ipv4: bytesOf('192.168.0.7') }, '192.168.0.7'],
  ])('%s is where it listens', (_, host, greeting, other) => {
    expect(otherAddress(host, greeting)).toEqual({ host: other, port: 7001 })
  })

  test.each([
    ['that was not said', '203.0.113.7', { p: 7001 }],
    ['of a remote that has not greeted', '203.0.113.7', undefined],
    ['of a remote that does not say where it listens', '203.0.113.7', { ipv6: theirs.ipv6 }],
    ['that nobody can have', '203.0.113.7', { p: 7001, ipv6: bytesOf('ff02::1') }],
    ['that is on our own machine', '203.0.113.7', { p: 7001, ipv6: bytesOf('::1') }],
    ['that is in our own network', '2001:db8:9::7', { p: 7001, ipv4: bytesOf('192.168.0.1') }],
    [
      'that is the same once more',
      '203.0.113.7',
      { p: 7001, ipv6: Uint8Array.of(...new Array<number>(10).fill(0), 255, 255, 203, 0, 113, 7) },
    ],
  ])('%s is none', (_, host, greeting) => {
    expect(otherAddress(host, greeting)).toBeUndefined()
  })
})

describe('ids (BEP 10)', () => {
  const greeting = { m: { ut_pex: 1, ut_metadata: 3, upload_only: 0 } }

  test('lead to a name and back', () => {
    expect(extensionNamed(greeting, 3)).toBe('ut_metadata')
    expect(extensionId(greeting, 'ut_metadata')).toBe(3)
  })

  test('that no extension has, and names that no greeting has, lead nowhere', () => {
    expect(extensionNamed(greeting, 2)).toBeUndefined()
    expect(extensionId(greeting, 'lt_donthave')).toBeUndefined()
    for (const silent of [undefined, {}]) {
      expect(extensionNamed(silent, 1)).toBeUndefined()
      expect(extensionId(silent, 'ut_pex')).toBeUndefined()
    }
  })

  test('of 0 disable', () => {
    expect(extensionNamed(greeting, 0)).toBeUndefined()
    expect(extensionId(greeting, 'upload_only')).toBeUndefined()
  })
})

describe('names that mean something to JavaScript', () => {
  const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf']

  test.each(names)('%s is no extension of a remote that has not named it', (name) => {
    expect(extensionId({ m: {} }, name)).toBeUndefined()
    expect(extensionId(mergeGreetings({ m: {} }, { m: { ut_pex: 1 } }), name)).toBeUndefined()
  })

  test('said, they are names like any other, and no object is changed', () => {
    const heard = { m: Object.fromEntries(names.map((name, at) => [name, at + 1])) }
    const merged = mergeGreetings(mergeGreetings({ m: { ut_pex: 9 } }, heard), { m: { ut_pex: 8 } })
    expect(names.map((name) => extensionId(merged, name))).toEqual([1, 2, 3, 4, 5])
    expect(names.map((_, at) => extensionNamed(merged, at + 1))).toEqual(names)
    expect(extensionId(merged, 'ut_pex')).toBe(8)
    expect(Object.getPrototypeOf(merged.m)).toBe(Object.prototype)
  })

  test('a remote names no extension by way of __proto__', () => {
    const handshake = decodeExtendedHandshake(new TextEncoder().encode('d1:md9:__proto__d6:ut_pexi1eeee'))
    expect(handshake).toBeDefined()
    expect(extensionId(mergeGreetings({ m: {} }, handshake ?? {}), 'ut_pex')).toBeUndefined()
  })
})
