import { describe, expect, it } from 'vitest'
import { PexRoster } from '../../../machines/extensions/pex-roster.ts'
import { addressKey, distance } from '../../../transport/address.ts'

const at = (host: string, port = 6881) => ({ host, port })
const keys = (roster: PexRoster) => [...roster.entries.keys()]
const none = () => 0

describe('the peers that others are told of by ut_pex (BEP 11)', () => {
  it('are those that are connected, in the order they came, with what is compared and what is said of each', () => {
    const roster = new PexRoster()
    roster.put(2, at('192.0.2.2'), none)
    roster.put(1, at('10.0.0.1'), () => 0x10)
    expect(keys(roster)).toEqual(['192.0.2.2:6881', '10.0.0.1:6881'])
    const entry = roster.entries.get('10.0.0.1:6881')
    expect(entry).toMatchObject({ address: at('10.0.0.1'), distance: distance('10.0.0.1') })
    expect(entry?.flags()).toBe(0x10)
    expect([roster.keyOf(1), roster.keyOf(3)]).toEqual(['10.0.0.1:6881', undefined])
    roster.remove(2)
    expect(keys(roster)).toEqual(['10.0.0.1:6881'])
  })

  it.each([
    ['it is not known where it listens', undefined],
    ['a host name: a compact address has no room for one', at('peer.example.org')],
    ['an address that cannot be dialled', at('0.0.0.0')],
    ['port 0', at('192.0.2.1', 0)],
    ['a link of ours alone', at('fe80::1%eth0')],
  ])('are none of which that cannot be said: %s', (_, address) => {
    const roster = new PexRoster()
    roster.put(1, at('192.0.2.9'), none)
    roster.put(1, address, none)
    expect(keys(roster)).toEqual([])
  })

  it('is an address once, in whatever spelling, as long as one of its connections stands', () => {
    const roster = new PexRoster()
    roster.put(1, at('::ffff:192.0.2.1'), none)
    roster.put(2, at('192.0.2.1'), none)
    expect(keys(roster)).toEqual([addressKey(at('192.0.2.1'))])
    roster.remove(2)
    expect(keys(roster)).toHaveLength(1)
    roster.remove(1)
    expect(keys(roster)).toEqual([])
  })

  it('reads an address once, however often others are told of it', () => {
    let reads = 0
    const address = {
      get host() {
        reads++
        return '192.0.2.1'
      },
      port: 6881,
    }
    const roster = new PexRoster()
    roster.put(1, address, none)
    const before = reads
    for (let i = 2; i < 100; i++) roster.put(i, at(`192.0.2.${i}`), none)
    for (let i = 0; i < 100; i++) expect([roster.entries.size, roster.keyOf(1)]).toEqual([99, '192.0.2.1:6881'])
    expect(reads).toBe(before)
  })

  it('have a new generation when one came, moved or went, and only then', () => {
    const roster = new PexRoster()
    const generations = [
      () => {},
      () => roster.put(1, at('192.0.2.1'), none),
      () => roster.put(1, at('192.0.2.1'), none),
      () => roster.put(1, at('192.0.2.1', 7_000), none),
      () => roster.put(2, undefined, none),
      () => roster.remove(2),
      () => roster.remove(1),
    ].map((change) => {
      change()
      return roster.generation
    })
    expect(generations).toEqual([0, 1, 1, 2, 2, 2, 3])
  })
})
