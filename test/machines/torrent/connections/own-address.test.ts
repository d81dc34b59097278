import { describe, expect, it } from 'vitest'
import {
  familiesOn,
  OwnAddress,
  votersMax,
  witnessesMin,
} from '../../../../machines/torrent/connections/own-address.ts'
import { ipBytes } from '../../../../transport/address.ts'

/** Votes, each as `voter says host`. */
function told(...votes: readonly string[]): OwnAddress {
  const own = new OwnAddress()
  for (const vote of votes) {
    const [voter = '', , host = ''] = vote.split(' ')
    own.hear(voter, ipBytes(host) ?? new Uint8Array(4))
  }
  return own
}

const outside = '198.51.100.9'

describe('our own address', () => {
  it('is not known before any host has said where it sees us', () => {
    expect(new OwnAddress().seenFrom(outside)).toBeUndefined()
  })

  it('is what most peers say, and of two said as often the one said first', () => {
    const votes = ['a says 203.0.113.1', 'b says 203.0.113.2', 'c says 203.0.113.2'] as const
    expect(told(...votes).seenFrom(outside)).toBe('203.0.113.2')
    expect(told(...votes.slice(0, 2)).seenFrom(outside)).toBe('203.0.113.1')
  })

  it('is one for each family, an IPv4 address that is mapped into IPv6 being IPv4', () => {
    const own = told('a says ::ffff:203.0.113.1', 'b says 2001:db8::1', 'c says 2001:db8::1')
    expect([own.seenFrom(outside), own.seenFrom('2001:db8::9')]).toEqual(['203.0.113.1', '2001:db8::1'])
    const mapped = new OwnAddress()
    mapped.hear('a', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 1))
    expect(mapped.seenFrom('::ffff:198.51.100.9')).toBe('203.0.113.1')
  })

  it('is another one to our own network than to the world', () => {
    const own = told('a says 192.168.0.7', 'b says 192.168.0.7', 'c says 203.0.113.1')
    expect([own.seenFrom('192.168.0.99'), own.seenFrom(outside)]).toEqual(['192.168.0.7', '203.0.113.1'])
    expect(own.seenFrom('127.0.0.1')).toBeUndefined()
  })

  it('is nothing that one host could talk us into: it has one vote, its last, in any spelling', () => {
    const liar = ['192.0.2.1 says 203.0.113.66', '::ffff:192.0.2.1 says 203.0.113.66', '192.0.2.1 says 203.0.113.66']
    expect(told(...liar, 'b says 203.0.113.1', 'c says 203.0.113.1').seenFrom(outside)).toBe('203.0.113.1')
    expect(told('a says 203.0.113.66', 'a says 203.0.113.1').seenFrom(outside)).toBe('203.0.113.1')
  })

  it('is nothing that one IPv6 subscriber could talk us into: all of its 64 bits of addresses have one vote', () => {
    const liars = Array.from({ length: votersMax }, (_, i) => `2001:db8:bad:1::${i + 1} says 2001:db8::66`)
    const own = told('2001:db8:1::1 says 2001:db8::1', '2001:db8:2::1 says 2001:db8::1', ...liars)
    expect(own.seenFrom('2001:db8:3::1')).toBe('2001:db8::1')
  })

  it.each(['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'])('is never %s, which is no host', (host) => {
    expect(told(`a says ${host}`).seenFrom(host)).toBeUndefined()
  })

  it('is what the last 50 hosts say: of older ones nothing is kept', () => {
    const before = Array.from({ length: votersMax }, (_, i) => `before${i} says 203.0.113.1`)
    const since = Array.from({ length: votersMax }, (_, i) => `since${i} says 203.0.113.2`)
    expect(told(...before, ...since.slice(0, votersMax / 2 - 1)).seenFrom(outside)).toBe('203.0.113.1')
    expect(told(...before, ...since.slice(0, votersMax / 2 + 1)).seenFrom(outside)).toBe('203.0.113.2')
    expect(told(before[0] as string, ...since).seenFrom(outside)).toBe('203.0.113.2')
  })
})

describe('our public address of a family', () => {
  const witnesses = (count: number, host: string) => Array.from({ length: count }, (_, i) => `w${i} says ${host}`)

  it('is known when three hosts see us there, and not when two do', () => {
    expect(witnessesMin).toBe(3)
    expect(told(...witnesses(2, '2001:db8::1')).publicOf('ipv6')).toBeUndefined()
    const own = told(...witnesses(3, '2001:db8::1'))
    expect([own.publicOf('ipv6'), own.publicOf('ipv4')]).toEqual(['2001:db8::1', undefined])
  })

  it('is none of a private network', () => {
    expect(told(...witnesses(witnessesMin, '192.168.0.7')).publicOf('ipv4')).toBeUndefined()
  })
})

it.each([
  ['::', ['ipv4', 'ipv6']],
  ['0:0::0', ['ipv4', 'ipv6']],
  ['0.0.0.0', ['ipv4']],
  ['::ffff:192.0.2.1', ['ipv4']],
  ['2001:db8::1', ['ipv6']],
  ['localhost', []],
])('a listener on %s accepts over %s', (host, families) => {
  expect(familiesOn(host)).toEqual(families)
})
