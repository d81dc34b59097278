import { describe, expect, test } from 'vitest'
import { createActor } from 'xstate'
import { createPeer, type PeerOptions } from '../../actors/peer.ts'
import { createTicker } from '../../actors/ticker.ts'
import { transportLogic } from '../../actors/transport.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { SkeyTable } from '../../transport/mse/skey-table.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { meet, meetOpen } from '../hostile/remote.ts'
import { sideOf, torrent } from '../pair.ts'
import { peersOf } from '../peers-of.ts'
import { createSwarm } from '../swarm/swarm.ts'

const options = (): PeerOptions & { clock: SimulatedClock } => {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const transport = createMemoryNetwork({ clock, random }).transport('us')
  return { ...torrent, clock, random, transport, to: { host: 'them', port: 6881 } }
}

describe('what no torrent can have is refused at the call', () => {
  test.each([
    ['an info hash of 19 bytes', { infoHash: new Uint8Array(19) }],
    ['a piece of no bytes', { pieceLength: 0 }],
    ['a torrent of half a byte', { length: 0.5 }],
    ['a bitfield of another torrent', { have: new Uint8Array(3) }],
    ['a bitfield with a spare bit', { have: Uint8Array.of(0, 1) }],
  ])('%s', (_, wrong) => {
    expect(() => createPeer({ ...options(), ...wrong })).toThrow(RangeError)
  })
})

describe('timers', () => {
  test('a dial without an answer is given up after exactly 15 s', () => {
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    const network = createMemoryNetwork({ clock, random })
    network.blackhole('them')
    const us = sideOf(createPeer({ ...options(), clock, transport: network.transport('us') }), clock)
    clock.advance(delays.connectMs - 1)
    expect(us.closeReason).toBeUndefined()
    clock.advance(1)
    expect(us.closeReason).toEqual({ source: 'timeout', code: 'connect' })
    expect(clock.pending).toBe(0)
  })

  test('a dial to a port where nothing listens is refused, long before', () => {
    const given = options()
    const us = sideOf(createPeer(given), given.clock)
    given.clock.advance(1)
    expect(us.closeReason).toMatchObject({ source: 'transport', code: 'refused' })
    expect(given.clock.pending).toBe(0)
  })

  test('a handshake that is not whole after exactly 10 s is given up', () => {
    const { clock, us } = meet({ encryption: 'none' })
    clock.advance(delays.handshakeMs - clock.now() - 1)
    expect(us.closeReason).toBeUndefined()
    clock.advance(1)
    expect(us.closeReason).toEqual({ source: 'timeout', code: 'handshake' })
  })

  test('an open connection waits for neither', () => {
    const encounter = meetOpen()
    encounter.clock.advance(delays.connectMs + delays.handshakeMs)
    expect(encounter.state).toBe('open')
  })

  test('last words that are not read are cut after exactly 5 s', () => {
    const encounter = meetOpen()
    const { clock, us, remote } = encounter
    remote.connection.pause()
    us.peer.stop()
    clock.advance(delays.closingMs - 1)
    expect(encounter.state).toBe('closing')
    clock.advance(1)
    expect(encounter.state).toBe('closed')
  })

  test('keep_alive goes out at the first tick after 60 s of our silence, and again (BEP 3)', () => {
    const { clock, remote } = meetOpen()
    const kept = () => remote.heard.filter(({ name }) => name === 'keep_alive').length
    clock.advance(delays.keepAliveMs)
    expect(kept()).toBe(0)
    clock.advance(delays.tickMs + 1)
    expect(kept()).toBe(1)
    clock.advance(delays.keepAliveMs + delays.tickMs)
    expect(kept()).toBe(2)
  })
})

describe('request', () => {
  test('throws for a block the torrent does not have, and says nothing', () => {
    const { clock, us, remote } = meetOpen()
    remote.say({ name: 'unchoke' })
    clock.advance(1)
    for (const [index, begin, length] of [
      [10, 0, 1],
      [-1, 0, 1],
      [0, 0, 16_385],
      [0, 32_768, 1],
      [0, 0, 0],
      [0, 0.5, 1],
    ] as const) {
      expect(() => us.peer.request(index, begin, length)).toThrow(RangeError)
    }
    clock.advance(1)
    expect(remote.heard.map(({ name }) => name)).not.toContain('request')
  })

  test('throws while the peer chokes us, but for what it allows fast (BEP 6)', () => {
    const { clock, us, remote } = meetOpen()
    remote.say({ name: 'allowed_fast', index: 2 })
    clock.advance(1)
    expect(() => us.peer.request(1, 0, 16_384)).toThrow('chokes us')
    us.peer.request(2, 0, 16_384)
    clock.advance(1)
    expect(remote.heard.at(-1)).toEqual({
      name: 'request',
      requests: [{ index: 2, begin: 0, length: 16_384 }],
    })
  })

  test('throws before the connection is open', () => {
    expect(() => meet().us.peer.request(0, 0, 1)).toThrow(Error)
  })
})

test('the inspector sees every event of the peer', () => {
  const seen: string[] = []
  const { clock } = meetOpen({
    inspect: (inspection) => {
      if (inspection.type === '@xstate.event') seen.push(inspection.event.type)
    },
  })
  clock.advance(1)
  expect(seen).toEqual(expect.arrayContaining(['transport.opened', 'wire.info_hash', 'wire.peer_id', 'send.handshake']))
})

test('news of one type go to its listener until it unsubscribes', () => {
  const { clock, us, remote } = meetOpen()
  const heard: string[] = []
  const subscription = us.peer.on('peer.interested', ({ type }) => heard.push(type))
  remote.say({ name: 'interested' }, { name: 'unchoke' })
  clock.advance(1)
  subscription.unsubscribe()
  remote.say({ name: 'not_interested' }, { name: 'interested' })
  clock.advance(1)
  expect(heard).toEqual(['peer.interested'])
})

test('a peer that is restored from JSON dials the remote anew, and learns there what it has', async () => {
  const swarm = createSwarm({ encryption: 'none' })
  swarm.add('seeder', { has: 'all' })
  const { torrent } = swarm.add('a', { knows: ['seeder'], has: [0] })
  swarm.start()
  await swarm.until(() => torrent.progress.pieces === 3)
  const json = JSON.stringify(peersOf(torrent)[0]?.getPersistedSnapshot())
  await swarm.settled(torrent.stop())

  const { clock, network } = swarm
  const transport = transportLogic({
    transport: network.transport('b'),
    clock,
    randomBytes: randomBytesFrom(seededRandom(1)),
    torrents: new SkeyTable(),
    ticker: createTicker(clock),
  })
  const actor = createActor(peerMachine.provide({ actors: { transport } }), { clock, snapshot: JSON.parse(json) })
  actor.start()
  expect(actor.getSnapshot().value).toMatchObject({ handshake: { connecting: 'trying' }, availability: 'remembered' })
  await swarm.until(() => actor.getSnapshot().value.handshake === 'open')
  await swarm.until(() => actor.getSnapshot().value.availability === 'complete')
  expect(actor.getSnapshot().context.reputation).toBeGreaterThan(100)
  actor.stop()
  await swarm.stop()
})
