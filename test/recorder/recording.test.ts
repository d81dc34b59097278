import { describe, expect, test } from 'vitest'
import { createActor, fromCallback, type InspectionEvent } from 'xstate'
import { createPeer } from '../../actors/peer.ts'
import { watched } from '../../actors/recording.ts'
import { peerMachine } from '../../machines/peer/regions/peer.ts'
import type { PeerEvent } from '../../machines/peer/vocabulary/events.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { meetOpen } from '../hostile/remote.ts'
import { createPair, everything } from '../pair.ts'
import { createSwarm } from '../swarm/swarm.ts'
import { type MemoryRecord, memoryRecord, replaced, replayBytes } from './memory-record.ts'

describe('a record', () => {
  test('begins with its version, and says when each torrent was and by which chance', () => {
    const record = memoryRecord()
    const clock = new SimulatedClock()
    clock.advance(500)
    const { random } = record.recorder.attach({ clock })
    const own = () => 0.5
    expect(record.recorder.attach({ clock, random: own }).random).toBe(own)
    expect(record.entries).toMatchObject([
      { record: 'peerchart', version: 1, segment: 0, addresses: 'kept', payloads: false },
      { started: 0, at: 500, seed: 42 },
      { started: 1, at: 500, seed: null },
    ])
    expect(random()).toBeCloseTo(0.6, 1)
  })

  test('has the time of the system that an event happened in', () => {
    const record = memoryRecord()
    const [early, late] = [new SimulatedClock(), new SimulatedClock()]
    late.advance(7_000)
    const to = { remote: { host: '192.0.2.1', port: 6881 }, direction: 'in', write: () => undefined } as const
    const first = createPeer({ to, clock: early, record: record.recorder })
    createPeer({ to, clock: late, record: record.recorder })
    first.disconnected()
    const at = record.entries.flatMap((entry) => ('of' in entry ? [[entry.of, entry.at]] : []))
    expect(at).toEqual(
      expect.arrayContaining([
        [0, 0],
        [1, 7_000],
      ]),
    )
    expect(at.filter(([of]) => of === 0).every(([, time]) => time === 0)).toBe(true)
  })

  test('says what torrents did that changed their states', async () => {
    const record = memoryRecord()
    const swarm = createSwarm()
    const seed = swarm.add('seed', { has: 'all', record: record.recorder })
    swarm.start()
    await swarm.until(() => seed.state === 'seeding')
    await swarm.stop()
    const events = record.entries.flatMap((entry) => ('torrent' in entry ? [entry.event] : []))
    expect(events).toEqual(expect.arrayContaining(['torrent.start', 'pieces.complete', 'torrent.stop']))
  })

  test('ends when it is closed', async () => {
    const record = memoryRecord()
    const { remote, clock } = meetOpen({ record: record.recorder })
    await record.recorder.close()
    const { length } = record.text
    remote.say({ name: 'have_all' })
    clock.advance(5)
    expect(record.text).toHaveLength(length)
  })

  test.each([
    ['is closed', (record: MemoryRecord) => record.recorder.close()],
    ['cannot be written any more', async (record: MemoryRecord) => record.fail()],
  ])('looks at no event any more when it %s', async (_, end) => {
    const record = memoryRecord()
    const clock = new SimulatedClock()
    const { inspect } = record.recorder.attach({ clock })
    await end(record)
    const untouchable = new Proxy({} as InspectionEvent, {
      get() {
        throw new Error('looked at')
      },
    })
    expect(() => inspect(untouchable)).not.toThrow()
  })

  test('of a peer whose code threw says so, in no words of the error, and replays up to there', async () => {
    const record = memoryRecord({ privacy: replaced })
    const swarm = createSwarm({ encryption: 'none' })
    swarm.add('seed', { has: 'all' })
    const leecher = swarm.add('leecher', { knows: ['seed'], record: record.recorder })
    swarm.start()
    await swarm.until(() => leecher.torrent.peers.some(({ state }) => state === 'open'))
    const peer = [...leecher.torrent.actor.getSnapshot().context.core.getSnapshot().context.swarm.peers.values()][0]
    peer?.ref?.send(JSON.parse('{"type":"wire.piece","at":0}'))
    await swarm.pass(10)
    await swarm.stop()
    expect(record.text).toContain('{"type":"crashed","error":"TypeError"}')
    const { connections, divergences } = replayBytes(record.bytes)
    expect(divergences).toEqual([])
    expect(connections[0]).toMatchObject({ state: 'open', incomplete: 'crashed' })
  })
})

describe('a connection that was restored from a snapshot', () => {
  /** Restored, with a transport of which nothing comes, and told some things. */
  function restored(...events: readonly PeerEvent[]) {
    const { clock, dialler, settle } = createPair({ dialler: { have: everything } })
    settle()
    const record = memoryRecord({ privacy: replaced })
    const { inspect } = record.recorder.attach({ clock })
    const snapshot = JSON.parse(JSON.stringify(dialler.peer.actor.getPersistedSnapshot()))
    const machine = peerMachine.provide({ actors: { transport: fromCallback(() => undefined) } })
    const actor = createActor(machine, { snapshot, inspect, clock, input: undefined }).start()
    for (const event of events) actor.send(event)
    const stands = actor.getSnapshot()
    actor.stop()
    return { ...record, stands, host: dialler.peer.ip }
  }

  test('is recorded as one that is made so, and replays', () => {
    const { bytes, host, stands, text } = restored(
      { type: 'torrent.adjust_reputation', delta: -3 },
      { type: 'torrent.close', code: 'requested' },
    )
    expect([stands.value.handshake, stands.context.reputation]).toEqual(['closing', 97])
    const { connections, divergences, unrecorded } = replayBytes(bytes)
    expect({ divergences, unrecorded }).toEqual({ divergences: [], unrecorded: 0 })
    expect(connections).toMatchObject([{ state: 'closing', reason: 'local.requested' }])
    expect(text).not.toContain(host)
  })
})

describe('where there is no room', () => {
  test('the record says what is missing of a connection, and what follows is whole', () => {
    const record = memoryRecord()
    const first = meetOpen({ record: record.recorder })
    record.room = 0
    first.remote.say({ name: 'have_all' })
    first.clock.advance(5)
    meetOpen({ record: record.recorder })
    record.room = 1e9
    first.remote.say({ name: 'interested' })
    first.clock.advance(5)
    meetOpen({ record: record.recorder })
    const missing = record.entries.filter((entry) => 'missing' in entry)
    expect(missing).toEqual([
      { missing: 'connections', count: 1 },
      { missing: 0, from: expect.any(Number) },
    ])
    expect(record.text).not.toContain('wire.interested')
    const { connections, unrecorded, divergences } = replayBytes(record.bytes)
    expect(divergences).toEqual([])
    expect(unrecorded).toBe(1)
    expect(connections).toMatchObject([
      { connection: 0, state: 'open', incomplete: 'steps_missing' },
      { connection: 2, state: 'open' },
    ])
    expect(connections[1]).not.toHaveProperty('incomplete')
  })

  test('for all connections at the beginning of a file, those that are left out are said to be missing', () => {
    const record = memoryRecord()
    const stay = [1, 2, 3, 4].map(() => meetOpen({ record: record.recorder }))
    const headerBytes = record.text.indexOf('\n') + 1
    record.turn(headerBytes + 220)
    for (const { remote, clock } of stay) {
      remote.say({ name: 'have_all' })
      clock.advance(5)
    }
    const numbers = (key: string) =>
      record.entries.flatMap((entry) => Object.entries(entry).flatMap(([name, of]) => (name === key ? [of] : [])))
    expect(numbers('continues')).toEqual([0, 1])
    expect(numbers('missing')).toEqual([2, 3])
    const { connections, divergences } = replayBytes(record.bytes)
    expect(divergences).toEqual([])
    expect(connections.map(({ incomplete }) => incomplete)).toEqual([
      undefined,
      undefined,
      'steps_missing',
      'steps_missing',
    ])
  })

  test('nobody is slower', () => {
    const record = memoryRecord()
    record.room = 0
    const pair = createPair({ dialler: { record: record.recorder } })
    pair.settle()
    expect(pair.dialler.peer.actor.getSnapshot().value.handshake).toBe('open')
  })
})

describe('beside an inspector of the program', () => {
  test('both see the events', () => {
    const record = memoryRecord()
    const seen: string[] = []
    const inspect = ({ type }: { readonly type: string }) => void seen.push(type)
    meetOpen({ record: record.recorder, inspect })
    expect(seen).toContain('@xstate.event')
    expect(record.text).toContain('"wire.peer_id"')
  })

  test('without either nobody is watched', () => {
    expect(watched({}, new SimulatedClock())).toEqual({ inspecting: {}, random: Math.random })
  })
})
