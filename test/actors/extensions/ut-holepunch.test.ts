import { describe, expect, test } from 'vitest'
import { connectsMax, utHolepunch } from '../../../actors/extensions/ut-holepunch.ts'
import { rendezvousMax, summonsMax } from '../../../machines/extensions/holepunch-relay.ts'
import { searchMs } from '../../../machines/extensions/holepunch-search.ts'
import type { Address } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import {
  decodeHolepunch,
  encodeHolepunch,
  type HolepunchMessage,
} from '../../../transport/wire/extended/ut-holepunch.ts'
import { closes, connection, greets, type Origin, run, says, tick } from './acquaintances.ts'

const speaks: ExtendedHandshake = { m: { ut_holepunch: 1 } }
const at = (host: string, port = 6881): Address => ({ host, port })

/** A running `ut_holepunch`, and what it has said to whom, and told the torrent, since it was last asked. */
function holepunch() {
  const { wishes, tell } = run(utHolepunch())
  return {
    tell,
    wishes,
    meet(peer: number, host: string, origin?: Origin, greeting = speaks) {
      const { ref, opened } = connection(peer, host, origin)
      ref.send({ type: 'wire.extended_handshake', handshake: greeting })
      tell(opened, greets(peer, greeting))
      return ref
    },
    hear: (peer: number, message: HolepunchMessage) => tell(says(peer, encodeHolepunch(message))),
    said: () =>
      wishes().map((wish) => (wish.type === 'extension.send' ? [wish.peer, decodeHolepunch(wish.payload)] : wish)),
  }
}

describe('as the relay of two peers that ask to be brought together (BEP 55)', () => {
  test('both are told to connect, each to where the other is', () => {
    const { meet, hear, said } = holepunch()
    meet(1, '198.51.100.1', { direction: 'in', port: 40_001, transport: 'utp' })
    meet(2, '198.51.100.2', { direction: 'in', port: 40_002, transport: 'utp' })
    hear(1, { type: 'rendezvous', address: at('198.51.100.2', 40_002) })
    expect(said()).toEqual([
      [1, { type: 'connect', address: at('198.51.100.2', 40_002) }],
      [2, { type: 'connect', address: at('198.51.100.1', 40_001) }],
    ])
  })

  test('one that came by TCP is where it listens; by uTP, where its packets come from, however it was asked for', () => {
    const { meet, hear, said } = holepunch()
    meet(1, '198.51.100.1', { direction: 'in', port: 40_001 }, { ...speaks, p: 7001 })
    meet(2, '198.51.100.2', { direction: 'in', port: 40_002, transport: 'utp' }, { ...speaks, p: 7002 })
    hear(1, { type: 'rendezvous', address: at('198.51.100.2', 7002) })
    expect(said()).toEqual([
      [1, { type: 'connect', address: at('198.51.100.2', 40_002) }],
      [2, { type: 'connect', address: at('198.51.100.1', 7001) }],
    ])
  })

  test.each<[string, Address, string]>([
    ['nobody we know', at('198.51.100.9'), 'not_connected'],
    ['one that does not speak it', at('198.51.100.3'), 'no_support'],
    ['itself', at('198.51.100.1'), 'no_self'],
    ['one that is nearer to us than it is', at('192.168.0.4'), 'not_connected'],
  ])('an error is the answer for %s', (_, address, code) => {
    const { meet, hear, said } = holepunch()
    meet(1, '198.51.100.1')
    meet(3, '198.51.100.3', {}, {})
    meet(4, '192.168.0.4')
    hear(1, { type: 'rendezvous', address })
    expect(said()).toEqual([[1, { type: 'error', address, code }]])
  })

  test('an error is the answer for ourselves', () => {
    const { meet, hear, said } = holepunch()
    const ref = meet(1, '198.51.100.1', {}, { ...speaks, yourip: Uint8Array.of(203, 0, 113, 5) })
    ref.send({ type: 'torrent.greet', greeting: { p: 6881 } })
    hear(1, { type: 'rendezvous', address: at('203.0.113.5') })
    expect(said()).toEqual([[1, { type: 'error', address: at('203.0.113.5'), code: 'no_self' }]])
  })

  test('one that does not speak it itself is ignored', () => {
    const { meet, hear, said } = holepunch()
    meet(1, '198.51.100.1', {}, {})
    meet(2, '198.51.100.2')
    hear(1, { type: 'rendezvous', address: at('198.51.100.2') })
    expect(said()).toEqual([])
  })

  test('a peer that has left is brought together with nobody, one at its address that stays is', () => {
    const { meet, hear, said, tell } = holepunch()
    meet(1, '198.51.100.1')
    meet(2, '198.51.100.2')
    meet(3, '198.51.100.2')
    tell(closes(3))
    hear(1, { type: 'rendezvous', address: at('198.51.100.2') })
    expect(said()).toHaveLength(2)
    tell(closes(2))
    hear(1, { type: 'rendezvous', address: at('198.51.100.2') })
    expect(said()).toEqual([[1, { type: 'error', address: at('198.51.100.2'), code: 'not_connected' }]])
  })

  test('a peer has so many wishes a minute, and is sent for so often, by all together', () => {
    const { meet, hear, said, tell } = holepunch()
    tell(tick(0))
    for (let peer = 1; peer <= 3; peer++) meet(peer, `198.51.100.${peer}`)
    const target = at('198.51.100.3')
    for (let n = 0; n < 2 * rendezvousMax; n++) hear(1, { type: 'rendezvous', address: target })
    const summoned = () => said().filter((one) => Array.isArray(one) && one[0] === 3).length
    expect(summoned()).toBe(Math.min(rendezvousMax, summonsMax))
    hear(2, { type: 'rendezvous', address: target })
    expect(said()).toEqual([[2, { type: 'error', address: target, code: 'not_connected' }]])
    tell(tick(60_000))
    hear(1, { type: 'rendezvous', address: target })
    expect(summoned()).toBe(1)
  })
})

describe('told to connect', () => {
  test('the torrent hears of it', () => {
    const { meet, hear, said } = holepunch()
    meet(1, '198.51.100.1')
    hear(1, { type: 'connect', address: at('198.51.100.2', 40_002) })
    expect(said()).toEqual([{ type: 'holepunch.connect', peer: 1, address: at('198.51.100.2', 40_002) }])
  })

  test.each<[string, Address]>([
    ['to a peer that is connected', at('198.51.100.2')],
    ['to an address nearer than the one that says so', at('192.168.0.4')],
    ['to this machine', at('127.0.0.1')],
  ])('it does nothing %s', (_, address) => {
    const { meet, hear, said } = holepunch()
    meet(1, '198.51.100.1')
    meet(2, '198.51.100.2')
    hear(1, { type: 'connect', address })
    expect(said()).toEqual([])
  })

  test('a peer has us connect to so many a minute', () => {
    const { meet, hear, said } = holepunch()
    meet(1, '198.51.100.1')
    for (let port = 1; port <= 2 * connectsMax; port++) hear(1, { type: 'connect', address: at('198.51.100.2', port) })
    expect(said()).toHaveLength(connectsMax)
  })
})

describe('of an address at which nobody answers', () => {
  const address = at('198.51.100.9')
  const unreached = (...toldBy: readonly number[]) => ({ type: 'extension.unreached', address, toldBy }) as const
  const asks = { type: 'rendezvous', address }

  test('the peer is asked that told of it last and speaks it, and when that cannot do it, the next', () => {
    const { meet, tell, hear, said } = holepunch()
    meet(1, '198.51.100.1')
    meet(2, '198.51.100.2')
    meet(3, '198.51.100.3', {}, {})
    tell(unreached(7, 3, 2, 1))
    expect(said()).toEqual([[2, asks]])
    hear(1, { type: 'error', address, code: 'not_connected' })
    expect(said()).toEqual([])
    hear(2, { type: 'error', address, code: 'not_connected' })
    expect(said()).toEqual([[1, asks]])
    hear(1, { type: 'error', address, code: 'not_connected' })
    expect(said()).toEqual([])
  })

  test('one that has left since is passed over', () => {
    const { meet, tell, hear, said } = holepunch()
    for (let peer = 1; peer <= 3; peer++) meet(peer, `198.51.100.${peer}`)
    tell(unreached(1, 2, 3), closes(2))
    said()
    hear(1, { type: 'error', address, code: 'no_support' })
    expect(said()).toEqual([[3, asks]])
  })

  test('nobody is asked twice within a minute', () => {
    const { meet, tell, said } = holepunch()
    meet(1, '198.51.100.1')
    tell(tick(0), unreached(1), tick(searchMs - 1), unreached(1))
    expect(said()).toEqual([[1, asks]])
    tell(tick(searchMs), unreached(1))
    expect(said()).toEqual([[1, asks]])
  })
})

test('a message that is cut short ends its peer, and one that nobody knows is passed over', () => {
  const { meet, tell, wishes } = holepunch()
  meet(1, '198.51.100.1')
  tell(says(1, Uint8Array.of(9, 9, 9)))
  expect(wishes()).toEqual([])
  tell(says(1, Uint8Array.of(0, 0, 1)))
  expect(wishes()).toEqual([{ type: 'extension.fault', peer: 1, code: 'extension_malformed' }])
})
