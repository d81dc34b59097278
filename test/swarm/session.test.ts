import { expect, test } from 'vitest'
import { createSession, type Session, type SessionOptions } from '../../actors/session.ts'
import type { Torrent } from '../../actors/torrent.ts'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import type { SessionEmitted } from '../../machines/session/events.ts'
import { guestsMax, guestsPerHostMax } from '../../machines/session/guests.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { failingStore } from '../../testing/stores.ts'
import { formatAddress } from '../../transport/address.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { dialRaw } from '../hostile/raw-peer.ts'
import { longTest } from '../in-full.ts'
import { peersOf } from '../peers-of.ts'
import { pieceOf } from '../storage/support.ts'
import { addressOf, createSwarm, type Swarm } from './swarm.ts'

/** A session on a host of its own, with all it has emitted. */
function sessionOf({ network, clock }: Swarm, options: Partial<SessionOptions> = {}) {
  const random = seededRandom(5)
  const session = createSession({
    transport: network.transport('session'),
    listen: addressOf('session'),
    clock,
    random,
    randomBytes: randomBytesFrom(random),
    ...options,
  })
  const emitted: SessionEmitted[] = []
  for (const type of ['listening', 'dropped', 'crashed', 'failed'] as const) {
    session.on(type, (event) => emitted.push(event))
  }
  const dropped = () => emitted.flatMap((event) => (event.type === 'dropped' ? event.reason : []))
  return { session, emitted, dropped }
}

/** The swarm's torrent under another name: one of several that a session serves. */
const variant = (metainfo: Metainfo, number: number): Metainfo => ({
  ...metainfo,
  infoHash: new Uint8Array(20).fill(number),
})

/** Adds a torrent to the session, with the swarm's data or nothing on its disk. */
function addTo(
  session: Session,
  swarm: Swarm,
  metainfo: Metainfo,
  has: 'all' | 'nothing' = 'nothing',
  through: (store: ChunkStore) => ChunkStore = (store) => store,
): Torrent {
  const store = openMemoryStore(metainfo)
  if (has === 'all') {
    for (let index = 0; index * metainfo.pieceLength < metainfo.length; index++) {
      store.put(index, pieceOf(metainfo, swarm.data, index), () => {})
    }
  }
  return session.add({ metainfo, store: through(store) })
}

/** All that a session holds on account of connections. */
function keptBy({ actor }: Session) {
  const { children, context } = actor.getSnapshot()
  const actors = Object.entries(children).flatMap(([id, group]) => {
    const snapshot = group?.getSnapshot()
    return id.startsWith('group.') && snapshot && 'children' in snapshot ? Object.keys(snapshot.children) : []
  })
  return { actors: actors.length, records: context.core.getSnapshot().context.guests.size }
}

const nothing = { actors: 0, records: 0 }

for (const encryption of ['none', 'required'] as const) {
  test(`three torrents behind one listener: each peer that comes in finds its own (encryption ${encryption})`, async () => {
    const swarm = createSwarm({ encryption, latencyMs: 5 })
    const { session } = sessionOf(swarm, { encryption })
    const numbers = [1, 2, 3]
    const served = numbers.map((number) => addTo(session, swarm, variant(swarm.metainfo, number), 'all'))
    session.start()
    for (const torrent of served) torrent.start()
    const others = numbers.map((number) => {
      const other = createSwarmMember(swarm, `leecher ${number}`, variant(swarm.metainfo, number), encryption)
      other.addPeer(addressOf('session'))
      other.start()
      return other
    })
    await swarm.until(() => others.every(({ progress }) => progress.pieces === progress.total && progress.total > 0))
    for (const [i, torrent] of served.entries()) {
      expect(torrent.progress.uploaded).toBe(swarm.metainfo.length)
      expect(others[i]?.progress.downloaded).toBe(swarm.metainfo.length)
    }
    // Others learn from each torrent where the session listens (BEP 10).
    const toldPorts = others.map((other) => peersOf(other)[0]?.getSnapshot().context.remoteGreeting?.p)
    expect(toldPorts).toEqual([6881, 6881, 6881])
    await swarm.settled(Promise.all(others.map((other) => other.stop())))
    await swarm.pass(10_000)
    expect(keptBy(session)).toEqual(nothing)
    await swarm.settled(session.stop())
    expect(swarm.clock.pending).toBe(0)
  })
}

/** A torrent of its own on another host, without a listener. */
function createSwarmMember(
  { network, clock }: Swarm,
  host: string,
  metainfo: Metainfo,
  encryption: 'none' | 'required',
): Torrent {
  const random = seededRandom(host.length)
  const alone = createSession({
    transport: network.transport(host),
    clock,
    random,
    randomBytes: randomBytesFrom(random),
    encryption,
  })
  return alone.add({ metainfo, store: openMemoryStore(metainfo) })
}

test('a connection that names a torrent the session does not have ends as local.unknown_torrent', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session, dropped } = sessionOf(swarm)
  addTo(session, swarm, swarm.metainfo).start()
  session.start()
  await swarm.pass(100)
  const raw = dialRaw(swarm, 'raw', 'session', { infoHash: new Uint8Array(20) })
  await swarm.until(() => raw.end !== undefined && dropped().length > 0, 1_000)
  expect(raw.heard).toEqual([])
  expect(dropped()).toEqual(['local.unknown_torrent'])
  await swarm.pass(1_000)
  expect(keptBy(session)).toEqual(nothing)
  await swarm.settled(session.stop())
})

test('a guest that never speaks is dropped, and one that stops within its handshake', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session, dropped } = sessionOf(swarm)
  session.start()
  await swarm.pass(100)
  const silent = swarm.network.transport('silent').dial(addressOf('session'))
  silent.open({ opened: () => {}, data: () => {}, drained: () => {}, closed: () => {} })
  await swarm.pass(delays.detectingMs + 100)
  expect(dropped()).toEqual(['timeout.detecting'])
  const slow = swarm.network.transport('slow').dial(addressOf('session'))
  slow.open({
    opened: () => void slow.write([new TextEncoder().encode('\x13BitTorrent protocol\0\0')]),
    data: () => {},
    drained: () => {},
    closed: () => {},
  })
  await swarm.pass(delays.handshakeMs + 1_000)
  expect(dropped()).toEqual(['timeout.detecting', 'timeout.handshake'])
  expect(keptBy(session)).toEqual(nothing)
  await swarm.settled(session.stop())
  expect(swarm.clock.pending).toBe(0)
})

test('a torrent that is removed while a guest shakes hands does not get it, and the others go on', async () => {
  const swarm = createSwarm({ latencyMs: 50 })
  const { session, dropped } = sessionOf(swarm)
  const [gone, stays] = [1, 2].map((number) => addTo(session, swarm, variant(swarm.metainfo, number)))
  session.start()
  gone?.start()
  stays?.start()
  await swarm.pass(100)
  dialRaw(swarm, 'a', 'session', { infoHash: new Uint8Array(20).fill(1), greets: [{ name: 'have_none' }] })
  const welcome = dialRaw(swarm, 'b', 'session', {
    infoHash: new Uint8Array(20).fill(2),
    greets: [{ name: 'have_none' }],
  })
  await swarm.until(() => keptBy(session).records === 2)
  if (gone) await swarm.settled(session.remove(gone))
  await swarm.pass(1_000)
  expect(dropped()).toEqual(['local.unknown_torrent'])
  expect(session.torrents).toEqual([stays])
  expect(stays?.progress.peers).toBe(1)
  expect(welcome.end).toBeUndefined()
  await swarm.settled(session.stop())
})

test('who names a torrent that still checks its disk is told apart from who names one that does not run', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session, dropped } = sessionOf(swarm)
  const numbers = [1, 2]
  const stuck = { ...openMemoryStore(swarm.metainfo), get: () => {} }
  const [checks] = numbers.map((number) => session.add({ metainfo: variant(swarm.metainfo, number), store: stuck }))
  session.start()
  checks?.start()
  await swarm.pass(100)
  expect(checks?.actor.getSnapshot().matches({ life: 'checking' })).toBe(true)
  for (const number of numbers) {
    const raw = dialRaw(swarm, `raw ${number}`, 'session', { infoHash: new Uint8Array(20).fill(number) })
    await swarm.until(() => raw.end !== undefined, 10_000)
  }
  await swarm.pass(1_000)
  expect(dropped()).toEqual(['local.not_ready', 'local.stopped'])
  expect(keptBy(session)).toEqual(nothing)
  session.actor.stop()
})

test('a torrent tells where its session listens once a start, whichever of them was first', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session } = sessionOf(swarm)
  const heard: [number, string][] = []
  const [early, late] = [1, 2].map((number) => {
    const torrent = addTo(session, swarm, variant(swarm.metainfo, number))
    torrent.on('listening', ({ address }) => heard.push([number, formatAddress(address)]))
    return torrent
  })
  early?.start()
  await swarm.pass(100)
  expect(heard).toEqual([])
  session.start()
  await swarm.pass(100)
  expect(heard).toEqual([[1, 'session:6881']])
  late?.start()
  await swarm.pass(100)
  expect(heard).toEqual([
    [1, 'session:6881'],
    [2, 'session:6881'],
  ])
  await swarm.settled(session.stop())
})

test('pausing or stopping one torrent closes its peers alone', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session } = sessionOf(swarm)
  const torrents = [1, 2].map((number) => addTo(session, swarm, variant(swarm.metainfo, number)))
  session.start()
  for (const torrent of torrents) torrent.start()
  await swarm.pass(100)
  const raws = [1, 2].map((number) =>
    dialRaw(swarm, `raw ${number}`, 'session', {
      infoHash: new Uint8Array(20).fill(number),
      greets: [{ name: 'have_none' }],
    }),
  )
  await swarm.until(() => torrents.every(({ progress }) => progress.peers === 1))
  torrents[0]?.pause()
  await swarm.pass(10_000)
  expect(raws.map(({ end }) => end !== undefined)).toEqual([true, false])
  const late = dialRaw(swarm, 'late', 'session', { infoHash: new Uint8Array(20).fill(1) })
  await swarm.pass(10_000)
  expect(late.end).toBeDefined()
  expect(keptBy(session)).toEqual({ actors: 1, records: 1 })
  if (torrents[0]) await swarm.settled(torrents[0].stop())
  expect(session.torrents).toEqual([torrents[1]])
  expect(torrents[1]?.progress.peers).toBe(1)
  await swarm.settled(session.stop())
  expect(swarm.clock.pending).toBe(0)
})

test('data that one torrent loses costs the others nothing, and its own connections none', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session, dropped } = sessionOf(swarm)
  const disk = { isBroken: false }
  const broken = (store: ChunkStore) =>
    failingStore(store, (_, index) => (disk.isBroken && index === 2 ? new Error('Chunk not found') : null))
  const loses = addTo(session, swarm, variant(swarm.metainfo, 1), 'all', broken)
  const other = addTo(session, swarm, variant(swarm.metainfo, 2), 'all')
  const torrents = [loses, other]
  const warnings: string[][] = torrents.map((torrent) => {
    const told: string[] = []
    for (const type of ['warning', 'failed'] as const) torrent.on(type, () => told.push(type))
    return told
  })
  session.start()
  for (const torrent of torrents) torrent.start()
  await swarm.pass(100)
  const raws = [1, 2].map((number) =>
    dialRaw(swarm, `raw ${number}`, 'session', {
      infoHash: new Uint8Array(20).fill(number),
      greets: [{ name: 'have_none' }, { name: 'interested' }],
    }),
  )
  const count = (name: 'piece' | 'reject_request' | 'unchoke') => raws.map((raw) => raw.all(name).length)
  await swarm.until(() => count('unchoke').every((unchokes) => unchokes > 0))
  disk.isBroken = true
  const requests = [2, 3].map((index) => ({ index, begin: 0, length: 16_384 }))
  for (const raw of raws) raw.say({ name: 'request', requests })
  await swarm.pass(1_000)
  expect([count('piece'), count('reject_request')]).toEqual([
    [1, 2],
    [1, 0],
  ])
  expect(torrents.map(({ progress }) => progress.pieces)).toEqual([7, 8])
  expect(warnings).toEqual([['warning'], []])
  expect([raws.map(({ end }) => end), dropped()]).toEqual([[undefined, undefined], []])
  disk.isBroken = false
  loses.recheck()
  await swarm.until(() => loses.progress.pieces === 8)
  expect(raws.map(({ end }) => end)).toEqual([undefined, undefined])
  await swarm.settled(session.stop())
  expect(swarm.clock.pending).toBe(0)
})

test('a torrent whose actor is cut leaves no peer behind in the session', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session } = sessionOf(swarm)
  const torrent = addTo(session, swarm, swarm.metainfo)
  session.start()
  torrent.start()
  await swarm.pass(100)
  const raw = dialRaw(swarm, 'raw', 'session', { greets: [{ name: 'have_none' }] })
  await swarm.until(() => torrent.progress.peers === 1)
  torrent.actor.stop()
  await swarm.pass(1_000)
  expect(raw.end).toBeDefined()
  expect(keptBy(session)).toEqual(nothing)
  expect(session.torrents).toEqual([])
  expect(session.connections).toBe(0)
  await swarm.settled(session.stop())
  expect(swarm.clock.pending).toBe(0)
})

const visitors = 300

longTest(
  `after ${visitors} connections that came, found their torrent or none, and went, nothing is kept`,
  async () => {
    const swarm = createSwarm({ latencyMs: 5 })
    const { session } = sessionOf(swarm)
    const torrent = addTo(session, swarm, swarm.metainfo)
    session.start()
    torrent.start()
    await swarm.pass(1_500)
    const timers = swarm.clock.pending
    for (let count = 0; count < visitors; count += 50) {
      const raws = Array.from({ length: 50 }, (_, i) =>
        dialRaw(swarm, `host ${count + i}`, 'session', {
          ...(i % 3 === 0 && { infoHash: new Uint8Array(20) }),
          greets: [{ name: 'have_all' }, { name: 'unchoke' }],
        }),
      )
      await swarm.pass(100)
      expect(torrent.progress.peers).toBeGreaterThan(20)
      for (const [i, raw] of raws.entries()) {
        if (i % 2) raw.connection.destroy()
        else raw.send(new Uint8Array([255, 255, 255, 255]))
      }
      await swarm.until(() => keptBy(session).records === 0, 10_000)
    }
    await swarm.pass(6_000)
    expect(keptBy(session)).toEqual(nothing)
    expect(torrent.peers).toEqual([])
    expect(session.connections).toBe(0)
    expect(swarm.clock.pending).toBe(timers)
    await swarm.settled(session.stop())
    expect(swarm.clock.pending).toBe(0)
  },
)

test('as many guests are let in as there are places, and as many of one host', async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const { session } = sessionOf(swarm)
  session.start()
  await swarm.pass(100)
  const knock = (host: string) => {
    const connection = swarm.network.transport(host).dial(addressOf('session'))
    connection.open({ opened: () => {}, data: () => {}, drained: () => {}, closed: () => {} })
  }
  for (let i = 0; i < guestsPerHostMax + 5; i++) knock('greedy')
  await swarm.pass(20)
  expect(keptBy(session).records).toBe(guestsPerHostMax)
  for (let i = 0; i < guestsMax; i++) knock(`host ${i}`)
  await swarm.pass(20)
  expect(keptBy(session).records).toBe(guestsMax)
  await swarm.settled(session.stop())
})

longTest('all torrents together hold no more connections than the session may, and none is starved', async () => {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 5 })
  const { session } = sessionOf(swarm, { maxConnections: 10, encryption: 'none' })
  const [first, second] = [1, 2].map((number) => addTo(session, swarm, variant(swarm.metainfo, number)))
  for (let i = 0; i < 40; i++) listenFor(swarm, `peer ${i}`, i < 20 ? 1 : 2)
  session.start()
  first?.start()
  for (let i = 0; i < 20; i++) first?.addPeer(addressOf(`peer ${i}`))
  await swarm.pass(5_000)
  expect(first?.progress.peers).toBe(10)
  second?.start()
  for (let i = 20; i < 40; i++) second?.addPeer(addressOf(`peer ${i}`))
  await swarm.pass(120_000)
  expect(session.connections).toBe(10)
  expect([first?.progress.peers, second?.progress.peers]).toEqual([5, 5])
  await swarm.settled(session.stop())
  expect(session.connections).toBe(0)
})

/** A remote that stays connected, has everything and gives nothing of it. */
function listenFor(swarm: Swarm, host: string, number: number): void {
  const metainfo = variant(swarm.metainfo, number)
  void swarm.network.transport(host).listen(addressOf(host), (connection) => {
    connection.open({
      opened: () => {},
      data: () => {},
      drained: () => {},
      closed: () => {},
    })
    const greeting = new Uint8Array(68)
    greeting.set(new TextEncoder().encode('\x13BitTorrent protocol'))
    greeting.set(metainfo.infoHash, 28)
    greeting.set(new TextEncoder().encode(host.padEnd(20, '-')), 48)
    connection.write([greeting, Uint8Array.of(0, 0, 0, 2, 5, 0xff)])
  })
}

test('a session that cannot listen says so, its torrents dial all the same, and it can try again', async () => {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 5 })
  const { session, emitted } = sessionOf(swarm, { listen: addressOf('elsewhere'), encryption: 'none' })
  const seeder = swarm.add('seeder', { has: 'all' })
  const torrent = addTo(session, swarm, swarm.metainfo)
  torrent.addPeer(addressOf('seeder'))
  session.start()
  torrent.start()
  seeder.torrent.start()
  await swarm.until(() => torrent.progress.pieces === 8)
  expect(emitted.map(({ type }) => type)).toEqual(['failed'])
  session.start()
  await swarm.pass(10)
  expect(emitted.map(({ type }) => type)).toEqual(['failed', 'failed'])
  await swarm.settled(session.stop())
  await swarm.stop()
})

longTest('of a session whose visitors come, break off and are refused, no place is claimed in the end', async () => {
  const random = seededRandom(11)
  const swarm = createSwarm({ latencyMs: 5 })
  const { session } = sessionOf(swarm, { encryption: 'none', maxConnections: 5 })
  const torrents = [1, 2].map((number) => addTo(session, swarm, variant(swarm.metainfo, number), 'all'))
  session.start()
  for (const torrent of torrents) torrent.start()
  await swarm.pass(10)
  let most = 0
  for (let i = 0; i < 120; i++) {
    const infoHash = new Uint8Array(20).fill(1 + Math.floor(random() * 3))
    const peerId = new Uint8Array(20).fill(Math.floor(random() * 40))
    const visitor = dialRaw(swarm, `visitor ${i % 90}`, 'session', { infoHash, peerId })
    swarm.clock.setTimeout(() => visitor.connection.destroy(), random() < 0.3 ? 0 : random() * 40_000)
    await swarm.pass(random() * 400)
    most = Math.max(most, session.connections)
    const placed = torrents.flatMap(({ peers }) => peers.filter(({ peerId }) => peerId !== ''))
    expect(session.connections).toBe(placed.length)
  }
  expect(most).toBeGreaterThan(5)
  await swarm.pass(60_000)
  expect([session.connections, keptBy(session)]).toEqual([0, nothing])
  await swarm.settled(session.stop())
})
