import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { createTicker } from '../../actors/ticker.ts'
import { transportLogic } from '../../actors/transport.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import type { PeerEvent, PeerNews } from '../../machines/peer/vocabulary/events.ts'
import { encodeMessages } from '../../testing/remote/encode-messages.ts'
import { createMemoryNetwork, memoryPair } from '../../transport/memory.ts'
import { SkeyTable } from '../../transport/mse/skey-table.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { handshakeOf, meet, meetOpen, remoteOn } from '../hostile/remote.ts'
import { concat } from '../transport/wire/record.ts'

/** A peer, and what its transport makes of the bytes that come: the events, as the inspector sees them. */
function eavesdrop() {
  const events: PeerEvent[] = []
  const encounter = meet({
    inspect: (inspection) => {
      if (inspection.type !== '@xstate.event' || !/^(wire|timer)\./.test(inspection.event.type)) return
      events.push(structuredClone(inspection.event) as PeerEvent)
    },
  })
  return { ...encounter, events }
}

const request = { index: 1, begin: 0, length: 16_384 }
const block = { index: 1, begin: 0, data: Uint8Array.of(1, 2, 3) }

const table: readonly [Message, object][] = [
  [{ name: 'keep_alive' }, { type: 'wire.keep_alive' }],
  [{ name: 'choke' }, { type: 'wire.choke' }],
  [{ name: 'unchoke' }, { type: 'wire.unchoke' }],
  [{ name: 'interested' }, { type: 'wire.interested' }],
  [{ name: 'not_interested' }, { type: 'wire.not_interested' }],
  [
    { name: 'have', index: 3 },
    { type: 'wire.have', index: 3 },
  ],
  [
    { name: 'bitfield', bits: Uint8Array.of(0xf0, 0) },
    { type: 'wire.bitfield', bits: Uint8Array.of(0xf0, 0) },
  ],
  [
    { name: 'request', requests: [request, request] },
    { type: 'wire.request', requests: [request, request] },
  ],
  [
    { name: 'piece', blocks: [block] },
    { type: 'wire.piece', blocks: [block], at: 1 },
  ],
  [
    { name: 'cancel', requests: [request] },
    { type: 'wire.cancel', requests: [request] },
  ],
  [
    { name: 'port', port: 6881 },
    { type: 'wire.port', port: 6881 },
  ],
  [
    { name: 'suggest_piece', index: 4 },
    { type: 'wire.suggest_piece', index: 4 },
  ],
  [{ name: 'have_all' }, { type: 'wire.have_all' }],
  [{ name: 'have_none' }, { type: 'wire.have_none' }],
  [
    { name: 'reject_request', requests: [request] },
    { type: 'wire.reject_request', requests: [request] },
  ],
  [
    { name: 'allowed_fast', index: 5 },
    { type: 'wire.allowed_fast', index: 5 },
  ],
  [
    { name: 'extended', id: 3, payload: Uint8Array.of(9) },
    { type: 'wire.extended', id: 3, payload: Uint8Array.of(9) },
  ],
  [
    { name: 'extended', id: 0, payload: encodeExtendedHandshake({ reqq: 12 }) },
    { type: 'wire.extended_handshake', handshake: { reqq: 12 } },
  ],
]

test.each(table)('$name is one event', (message, event) => {
  const { clock, remote, events } = eavesdrop()
  remote.send(concat([handshakeOf(), encodeMessages(message)]))
  clock.advance(0)
  clock.advance(1)
  const heard = events.filter(({ type }) => type.startsWith('wire.')).slice(2)
  expect(heard[0]).toEqual('at' in event ? { ...event, at: expect.any(Number) } : event)
})

test('an extended handshake that is no dictionary is not heard (libtorrent)', () => {
  const { clock, remote, events } = eavesdrop()
  remote.greet()
  remote.say({ name: 'extended', id: 0, payload: Uint8Array.of(1, 2) })
  clock.advance(1)
  expect(events.map(({ type }) => type)).not.toContain('wire.extended_handshake')
})

test('a message that cannot be encoded ends the connection instead of the process', () => {
  const encounter = meetOpen()
  encounter.us.peer.actor.send({ type: 'torrent.have', index: -1 })
  encounter.clock.advance(1)
  expect(encounter.us.closeReason).toMatchObject({ source: 'transport', code: 'error', detail: /index/ })
  expect(encounter.remote.end).toBeDefined()
  expect(encounter.clock.pending).toBe(0)
})

describe('a have of a piece that the remote has too, while it owes us a block', () => {
  const asked = { index: 1, begin: 0, length: 16_384 }
  const have = encodeMessages({ name: 'have', index: 2 })

  /** It has been said, and the remote has heard nothing of it yet. */
  function announced() {
    const encounter = meetOpen()
    const { clock, remote, us } = encounter
    remote.say({ name: 'have', index: 2 }, { name: 'unchoke' })
    clock.advance(1)
    us.peer.request(asked.index, asked.begin, asked.length)
    clock.advance(1)
    remote.take()
    us.peer.actor.send({ type: 'torrent.have', index: 2 })
    clock.advance(1)
    expect(remote.take()).toEqual(new Uint8Array())
    return encounter
  }

  test('stands before what is said next', () => {
    const { clock, remote, us } = announced()
    us.peer.interested()
    clock.advance(1)
    expect(remote.take()).toEqual(concat([have, encodeMessages({ name: 'interested' })]))
  })

  test('goes when the next bytes have come', () => {
    const { clock, remote } = announced()
    remote.say({ name: 'keep_alive' })
    clock.advance(1)
    expect(remote.take()).toEqual(have)
  })

  test('goes with the next tick', () => {
    const { clock, remote } = announced()
    clock.advance(1_000)
    expect(remote.take()).toEqual(have)
  })

  test('goes before the connection ends', () => {
    const { clock, remote, us } = announced()
    us.peer.stop()
    clock.advance(1)
    expect(remote.take()).toEqual(have)
  })
})

test('stopping the actor closes the socket and leaves no timer', () => {
  const encounter = meetOpen()
  encounter.us.peer.actor.stop()
  encounter.clock.advance(1)
  expect(encounter.remote.end).toMatchObject({ code: 'end' })
  expect(encounter.clock.pending).toBe(0)
})

test('silence is measured both ways, once a second', () => {
  const { clock, remote, events } = eavesdrop()
  remote.greet()
  clock.advance(0)
  clock.advance(2999)
  remote.say({ name: 'keep_alive' })
  clock.advance(1500)
  const ticks = events.filter((event) => event.type === 'timer.tick')
  expect(ticks.map(({ at }) => at)).toEqual([1000, 2000, 3000, 4000])
  expect(ticks.at(-1)?.silentInMs).toBeLessThanOrEqual(1000)
  expect(ticks.at(-1)?.silentOutMs).toBeGreaterThan(3900)
})

test('a tick tells of the block that the last bytes are part of', () => {
  const { clock, remote, events } = eavesdrop()
  const bytes = encodeMessages({ name: 'piece', blocks: [{ index: 1, begin: 16_384, data: new Uint8Array(16_384) }] })
  remote.greet({ fast: false })
  clock.advance(500)
  remote.send(bytes.subarray(0, 1000))
  clock.advance(1000)
  remote.send(bytes.subarray(1000))
  clock.advance(1000)
  const ticks = events.filter((event) => event.type === 'timer.tick')
  expect(ticks.map(({ underWay }) => underWay)).toEqual([{ index: 1, begin: 16_384 }, undefined])
})

/** An incoming peer whose owner has not answered yet. */
function unadopted() {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const [dialler, accepted] = memoryPair({ clock, random, bytesPerSecond: 10_000_000 })
  const transport = createMemoryNetwork({ clock, random }).transport('us')
  const owner = createActor(fromCallback<PeerNews>(() => undefined))
  const services = {
    clock,
    randomBytes: randomBytesFrom(random),
    ticker: createTicker(clock),
    torrents: new SkeyTable(),
    transport,
  }
  const logic = peerMachine.provide({ actors: { transport: transportLogic(services) } })
  const link = { address: accepted.remote, direction: 'in', kind: 'memory' } as const
  const actor = createActor(logic, {
    clock,
    input: { peer: 1, link, connection: accepted, at: 0, owner, peerId: '11'.repeat(20) },
  })
  actor.start()
  const remote = remoteOn(dialler, clock)
  clock.advance(1)
  return { clock, actor, owner, remote }
}

test('a flood behind the handshake waits at the remote until the torrent has answered', () => {
  const { clock, actor, remote } = unadopted()
  remote.send(handshakeOf())
  clock.advance(1)
  for (let i = 0; i < 64; i++) remote.send(new Uint8Array(64 * 1024))
  clock.advance(1000)
  expect(actor.getSnapshot().value.handshake).toEqual({ handshaking: 'awaiting_adoption' })
  expect(remote.connection.queuedBytes).toBeGreaterThan(1024 * 1024)
})

test('a socket whose actor failed is closed, also when the peer is not stopped', () => {
  const { clock, actor, remote } = unadopted()
  remote.greet()
  clock.advance(1)
  actor.getSnapshot().context.transport.send(JSON.parse('{ "type": "send.handshake", "infoHash": "not hex" }'))
  clock.advance(1)
  expect(actor.getSnapshot().context.closeReason).toMatchObject({ source: 'transport', code: 'error' })
  expect(remote.end).toMatchObject({ code: 'end' })
  expect(clock.pending).toBe(0)
})
