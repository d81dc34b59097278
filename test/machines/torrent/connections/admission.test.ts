import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { peerIdOf, viewOf } from '../../../../machines/peer/peer-view.ts'
import { delays } from '../../../../machines/peer/vocabulary/delays.ts'
import {
  entryFor,
  halfOpenMax,
  placesForIncoming,
  takePlace,
} from '../../../../machines/torrent/connections/admission.ts'
import { ConnectionLimit } from '../../../../machines/torrent/connections/connection-limit.ts'
import { hopeMs } from '../../../../machines/torrent/connections/usefulness.ts'
import { memoryPair } from '../../../../transport/memory.ts'
import { runs } from '../../../in-full.ts'
import { aTorrent, downloading, sent } from '../a-torrent.ts'

type Torrent = ReturnType<typeof aTorrent>

/** A peer comes in from a host of its own; `shakesHands` says whether it does. */
function comeIn(torrent: Torrent, i: number, { shakesHands = true } = {}) {
  const [, connection] = memoryPair({ clock: torrent.clock, random: () => 0.5 })
  const remote = { host: `10.0.${i >> 8}.${i & 255}`, port: 6881 }
  const before = torrent.sockets.length
  torrent.actor.send({
    type: 'listener.accepted',
    connection: { ...connection, kind: 'memory', remote, destroy: () => {} },
  })
  const socket = torrent.sockets[before]
  socket?.report({ type: 'transport.opened' })
  if (shakesHands) {
    const features = { extended: true, fast: true, dht: false }
    socket?.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
    socket?.report({ type: 'wire.peer_id', peerId: i.toString(16).padStart(40, '0') })
  }
  return socket
}

/** A magnet link, with three places. */
function aMagnet(): Torrent {
  const torrent = aTorrent({ maxPeers: 3 }, { isMagnet: true })
  torrent.actor.send({ type: 'torrent.start' })
  return torrent
}

describe('places', () => {
  test('are held by peers with a finished handshake, and by no others', () => {
    const connections = new ConnectionLimit(50)
    const torrent = downloading([], { maxPeers: 2, connections })
    for (let i = 0; i < 10; i++) comeIn(torrent, i, { shakesHands: false })
    expect([torrent.core.swarm.placed(), connections.held]).toEqual([0, 0])
    expect(comeIn(torrent, 11)?.told.some(({ type }) => type === 'link.destroy')).toBe(false)
    expect([torrent.core.swarm.placed(), connections.held]).toEqual([1, 1])
  })

  test('are there for all of them, and for as many newcomers again at most, eight', () => {
    for (const [maxPeers, held] of [
      [1, 2],
      [3, 6],
      [55, 63],
    ] as const) {
      const torrent = downloading([0], { maxPeers })
      for (let i = 0; i < 80; i++) comeIn(torrent, i)
      expect(torrent.core.swarm.placed()).toBe(held)
    }
  })

  test('are there for one newcomer at a time while we have nothing that those that hold them could want', () => {
    const torrent = downloading([], { maxPeers: 3 })
    const [, , , newcomer, late] = Array.from({ length: 5 }, (_, i) => comeIn(torrent, i))
    expect(torrent.core.swarm.placed()).toBe(4)
    expect([newcomer, late].map((socket) => sent(socket?.told ?? [], 'link.destroy').length)).toEqual([0, 1])
    for (let at = 1_000; at <= hopeMs; at += 1_000) torrent.hear({ type: 'timer.tick', at })
    newcomer?.report({ type: 'transport.closed', end: { code: 'end' } })
    for (let i = 5; i < 15; i++) comeIn(torrent, i)
    expect(torrent.core.swarm.placed()).toBe(6)
  })

  test.each([
    ['the metadata is to come, as some may have it', () => aMagnet(), false],
    ['those that hold them want nothing (BEP 21)', () => downloading([], { maxPeers: 3 }), true],
  ])('are there for more newcomers at a time where %s', (_, make, uploadOnly) => {
    const torrent = make()
    for (let i = 0; i < 20; i++)
      comeIn(torrent, i)?.report({ type: 'wire.extended_handshake', handshake: { uploadOnly } })
    expect(torrent.core.swarm.placed()).toBe(6)
  })

  test('are given to the one of two connections with a peer that stays, though all are taken', () => {
    const torrent = downloading([], { maxPeers: 2, peerId: 'ff'.repeat(20) })
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: '10.0.0.1', port: 6881 } })
    const [dialled] = torrent.sockets
    for (let i = 1; i < 4; i++) comeIn(torrent, i)
    const features = { extended: false, fast: true, dht: false }
    dialled?.report({ type: 'transport.opened' })
    dialled?.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
    dialled?.report({ type: 'wire.peer_id', peerId: '1'.padStart(40, '0') })
    const [kept, left] = [...torrent.core.swarm.peers.values()].map((record) => viewOf(record)?.context.closeReason)
    expect([kept, left]).toEqual([undefined, { source: 'local', code: 'duplicate_connection' }])
  })

  test('of all torrents together are there for eight newcomers more', () => {
    const connections = new ConnectionLimit(10)
    const torrents = [1, 2].map(() => downloading([], { connections }))
    for (let i = 0; i < 30; i++) for (const torrent of torrents) comeIn(torrent, i)
    expect(connections.held).toBe(18)
    expect(torrents.map((torrent) => entryFor(torrent.core, 'in').mayEnter)).toEqual([false, false])
  })

  test('are taken by one that found the last of them gone when its handshake was done', () => {
    const torrent = downloading([], { maxPeers: 1 })
    const late = comeIn(torrent, 1, { shakesHands: false })
    for (let i = 2; i < 4; i++) comeIn(torrent, i)
    const record = [...torrent.core.swarm.peers.values()][0]
    if (!record) throw new Error('nobody is there')
    expect(takePlace(torrent.core, record).mayEnter).toBe(false)
    late?.report({
      type: 'wire.info_hash',
      infoHash: 'ab'.repeat(20),
      features: { extended: false, fast: true, dht: false },
    })
    late?.report({ type: 'wire.peer_id', peerId: 'ff'.repeat(20) })
    expect(record.ref?.getSnapshot().context.closeReason).toEqual({ source: 'local', code: 'no_place' })
    expect(sent(late?.told ?? [], 'link.destroy')).toHaveLength(1)
  })
})

describe('places for peers that dial us', () => {
  /** How many there are. */
  function places(maxPeers: number, { waiting = 0, dialled = 0 } = {}): number {
    const torrent = aTorrent({ maxPeers })
    const { addresses, swarm } = torrent.core
    for (let i = 0; i < waiting; i++) addresses.add({ host: `10.1.0.${i}`, port: 1 })
    for (let i = 0; i < dialled; i++) {
      const { record } = swarm.add({ address: { host: `10.2.0.${i}`, port: 1 }, direction: 'out', kind: 'memory' }, 100)
      if (i % 2 === 0) swarm.place(record)
    }
    return placesForIncoming(torrent.core)
  }

  test('are all of them while there is no address to dial', () => {
    expect([1, 2, 55].map((maxPeers) => places(maxPeers))).toEqual([1, 2, 55])
  })

  test('are not those kept for addresses to dial: as many as there are, dialled or not, at most a third', () => {
    expect([1, 2, 5, 54].map((waiting) => places(55, { waiting }))).toEqual([54, 53, 50, 37])
    expect([1, 2, 3, 4].map((maxPeers) => places(maxPeers, { waiting: 9 }))).toEqual([1, 2, 2, 3])
    expect(places(6, { dialled: 1 })).toBe(5)
    expect(places(6, { dialled: 2, waiting: 9 })).toBe(4)
  })
})

test('of half-open connections that came in there are so many; the oldest goes when another comes', () => {
  const torrent = downloading([])
  const sockets = Array.from({ length: halfOpenMax + 2 }, (_, i) => comeIn(torrent, i, { shakesHands: false }))
  const cut = sockets.map((socket) => sent(socket?.told ?? [], 'link.destroy').length)
  expect(cut.slice(0, 3)).toEqual([1, 1, 0])
  expect(cut.reduce((sum, one) => sum + one)).toBe(2)
  const [oldest] = torrent.core.swarm.peers.values()
  expect(oldest?.ref?.getSnapshot().context.closeReason).toEqual({ source: 'local', code: 'gave_way' })
  torrent.clock.advance(delays.closingMs)
})

/** What may happen to a connection, in any order, also where the other side has no say any more. */
const steps = [
  'accept',
  'dial',
  'crowd',
  'open',
  'hash',
  'id',
  'borrowed id',
  'close',
  'time',
  'pause',
  'resume',
] as const

test('whatever comes, goes and is refused, as many places are claimed as are held, and in the end none', () => {
  const features = { extended: false, fast: true, dht: false }
  const step = fc.record({ name: fc.constantFrom(...steps), which: fc.nat(11), torrent: fc.nat(1) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (taken) => {
      const connections = new ConnectionLimit(3)
      const torrents = [downloading([], { maxPeers: 2, connections }), downloading([], { maxPeers: 3, connections })]
      let hosts = 0
      for (const { name, which, torrent: number } of taken) {
        const torrent = torrents[number]
        if (!torrent) throw new Error('there are two')
        const { sockets } = torrent
        const socket = sockets[Math.max(0, sockets.length - 12) + (which % Math.min(12, Math.max(1, sockets.length)))]
        const id = which.toString(16).padStart(40, '0')
        const [oldest] = torrent.core.swarm.peers.values()
        const borrowed = (oldest && peerIdOf(oldest)) || id
        const takes: Record<typeof name, () => unknown> = {
          accept: () => comeIn(torrent, hosts++, { shakesHands: which < 6 }),
          crowd: () => {
            if (which > 0) return
            for (let i = 0; i <= halfOpenMax; i++) comeIn(torrent, hosts++, { shakesHands: false })
          },
          dial: () => torrent.actor.send({ type: 'torrent.add_peer', address: { host: `10.9.0.${which}`, port: 1 } }),
          open: () => socket?.report({ type: 'transport.opened' }),
          hash: () => socket?.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features }),
          id: () => socket?.report({ type: 'wire.peer_id', peerId: id }),
          'borrowed id': () => socket?.report({ type: 'wire.peer_id', peerId: borrowed }),
          close: () => socket?.report({ type: 'transport.closed', end: { code: 'end' } }),
          time: () => {
            torrent.clock.advance(1_000)
            torrent.hear({ type: 'timer.tick', at: torrent.clock.now() })
          },
          pause: () => torrent.actor.send({ type: 'torrent.pause' }),
          resume: () => torrent.actor.send({ type: 'torrent.resume' }),
        }
        takes[name]()
        expect(torrents.map(({ core }) => core.claim.held)).toEqual(torrents.map(({ core }) => core.swarm.placed()))
      }
      for (const torrent of torrents) {
        torrent.actor.send({ type: 'torrent.stop' })
        for (const { report } of torrent.sockets) report({ type: 'transport.closed', end: { code: 'destroyed' } })
        expect(torrent.actor.getSnapshot().value.life).toBe('stopped')
      }
      expect(connections.held).toBe(0)
    }),
    { numRuns: runs(8, 30) },
  )
})

test('a place is taken once, and not by one that was turned out', () => {
  const connections = new ConnectionLimit(9)
  const torrent = downloading([], { connections })
  for (let i = 0; i < 2; i++) comeIn(torrent, i, { shakesHands: false })
  const { swarm } = torrent.core
  const oldest = swarm.takeOldestHalfOpen()
  const [, other] = swarm.peers.values()
  if (!oldest || !other) throw new Error('two came in')
  const entries = [oldest, other, other].map((record) => takePlace(torrent.core, record))
  expect(entries.map(({ mayEnter }) => mayEnter)).toEqual([false, true, false])
  expect(entries.flatMap(({ commands }) => commands)).toEqual([
    { tell: 'places', to: torrent.core.claim, event: { type: 'place.take', at: 0 } },
  ])
  expect(swarm.placed()).toBe(1)
})
