import { describe, expect, test } from 'vitest'
import { PieceSet } from '../../../machines/piece-set.ts'
import type { TorrentWish } from '../../../machines/torrent/vocabulary/events.ts'
import { memoryPair } from '../../../transport/memory.ts'
import { seededRandom } from '../../../transport/random.ts'
import { aTorrent, downloading, layout, meet, stateOf, tell } from './a-torrent.ts'

const checked = (have = PieceSet.none(layout.pieceCount)) => ({ type: 'storage.checked', have }) as const
/** What an owner asks, without parameters. */
type Course = Extract<TorrentWish['type'], 'torrent.start' | 'torrent.pause' | 'torrent.resume' | 'torrent.stop'>

const wish = (type: Course) => ({ type })

/** A torrent that has come to a state by the shortest way. */
const ways = {
  stopped: [],
  'checking, to start': [wish('torrent.start')],
  fetching: [wish('torrent.start'), checked()],
  'complete, rotation': [wish('torrent.start'), checked(PieceSet.all(layout.pieceCount))],
  paused: [wish('torrent.start'), checked(), wish('torrent.pause')],
  failed: [wish('torrent.start'), checked(), { type: 'storage.failed', error: new Error('full') }],
} as const

type StateName = keyof typeof ways

function torrentIn(state: StateName) {
  const torrent = aTorrent()
  for (const event of ways[state]) tell(torrent, event)
  return torrent
}

describe('a pause while the disk is checked', () => {
  test('waits for the check, then holds', () => {
    const torrent = torrentIn('checking, to start')
    torrent.actor.send({ type: 'torrent.pause' })
    torrent.hear(checked())
    expect(stateOf(torrent)).toBe('paused')
  })

  test('is taken back by a resume before the check is over', () => {
    const torrent = torrentIn('checking, to start')
    torrent.actor.send({ type: 'torrent.pause' })
    torrent.actor.send({ type: 'torrent.resume' })
    torrent.hear(checked())
    expect(stateOf(torrent)).toBe('fetching')
  })
})

describe('a disk that fails late', () => {
  const lateFailure = { type: 'storage.failed', error: new Error('full') } as const

  test('while the torrent stops does not keep it from stopping', () => {
    const torrent = torrentIn('fetching')
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 1 } })
    torrent.actor.send(wish('torrent.stop'))
    torrent.hear(lateFailure)
    expect(stateOf(torrent)).toBe('stopping')
    torrent.sockets[0]?.report({ type: 'transport.closed', end: { code: 'destroyed' } })
    expect(stateOf(torrent)).toBe('stopped')
  })

  test('when the torrent is stopped leaves it so', () => {
    const torrent = torrentIn('stopped')
    torrent.hear(lateFailure)
    expect(stateOf(torrent)).toBe('stopped')
  })
})

test('the last piece that verifies while paused is told as done, and seeded after a resume', () => {
  const torrent = torrentIn('checking, to start')
  torrent.hear(checked(PieceSet.all(layout.pieceCount).without(0)))
  torrent.core.verifying.add(0)
  const { peer } = meet(torrent, 'a', [0]).record
  torrent.core.picker.pick(peer, 2)
  for (const begin of [0, 16_384]) torrent.core.picker.receive(peer, 0, begin, 16_384)
  let told = 0
  torrent.actor.on('done', () => told++)
  torrent.actor.send(wish('torrent.pause'))
  torrent.hear({ type: 'storage.verified', index: 0, data: new Uint8Array(0), digests: [] })
  expect(told).toBe(1)
  torrent.actor.send(wish('torrent.resume'))
  expect(stateOf(torrent)).toBe('complete, rotation')
})

test('a torrent is complete when its last piece is verified, and not before', () => {
  const torrent = torrentIn('checking, to start')
  torrent.hear(checked(PieceSet.all(layout.pieceCount).without(3)))
  const { report } = meet(torrent, 'a', [3])
  report({ type: 'wire.unchoke' })
  const blocks = [0, 16_384].map((begin) => ({ index: 3, begin, data: new Uint8Array(16_384) }))
  report({ type: 'wire.piece', blocks, at: 0 })
  expect(stateOf(torrent)).toBe('fetching')
  torrent.hear({ type: 'storage.verified', index: 3, data: new Uint8Array(32_768), digests: [] })
  expect(stateOf(torrent)).toBe('complete, rotation')
})

test('a connection accepted while the torrent pauses is closed', () => {
  const torrent = torrentIn('paused')
  const [, accepted] = memoryPair({ clock: torrent.clock, random: seededRandom(1) })
  torrent.actor.send({ type: 'listener.accepted', connection: accepted })
  const ends: string[] = []
  accepted.open({ opened: () => {}, data: () => {}, drained: () => {}, closed: ({ code }) => ends.push(code) })
  torrent.clock.advance(1_000)
  expect(ends).toEqual(['destroyed'])
  expect(torrent.actor.getSnapshot().status).toBe('active')
})

test('nothing is asked of a storage whose code threw, until another takes its place', () => {
  const torrent = downloading([], { keepsResume: true })
  const asked = () => torrent.toStorage.splice(0).map(({ type }) => type)
  asked()
  torrent.actor.send({ type: 'xstate.error.actor.storage', error: new Error('a defect'), actorId: 'storage' })
  torrent.actor.send({ type: 'torrent.stop' })
  expect([stateOf(torrent), asked(), torrent.core.storage]).toEqual(['stopped', [], undefined])
  torrent.actor.send({ type: 'torrent.start' })
  expect(asked()).toEqual(['storage.check'])
})

test('done is told once: not again when a complete torrent is paused and resumed', () => {
  const torrent = torrentIn('checking, to start')
  let told = 0
  torrent.actor.on('done', () => told++)
  torrent.hear(checked(PieceSet.all(layout.pieceCount)))
  torrent.actor.send({ type: 'torrent.pause' })
  torrent.actor.send({ type: 'torrent.resume' })
  expect(stateOf(torrent)).toBe('complete, rotation')
  expect(told).toBe(1)
})

describe('the ways between the states', () => {
  test.each<[StateName, Course, string]>([
    ['stopped', 'torrent.start', 'checking, to start'],
    ['stopped', 'torrent.stop', 'stopped'],
    ['stopped', 'torrent.pause', 'stopped'],
    ['stopped', 'torrent.resume', 'stopped'],
    ['checking, to start', 'torrent.start', 'checking, to start'],
    ['checking, to start', 'torrent.stop', 'stopped'],
    ['fetching', 'torrent.start', 'fetching'],
    ['fetching', 'torrent.pause', 'paused'],
    ['fetching', 'torrent.stop', 'stopped'],
    ['complete, rotation', 'torrent.pause', 'paused'],
    ['complete, rotation', 'torrent.stop', 'stopped'],
    ['paused', 'torrent.start', 'paused'],
    ['paused', 'torrent.resume', 'fetching'],
    ['paused', 'torrent.stop', 'stopped'],
    ['failed', 'torrent.start', 'checking, to start'],
    ['failed', 'torrent.resume', 'failed'],
    ['failed', 'torrent.stop', 'stopped'],
  ])('%s, %s: %s', (from, type, to) => {
    const torrent = torrentIn(from)
    expect(stateOf(torrent)).toBe(from)
    torrent.actor.send({ type })
    expect(stateOf(torrent)).toBe(to)
  })

  test.each(['checking, to start', 'fetching', 'complete, rotation', 'paused'] as const)(
    'a disk that fails ends %s in failed',
    (from) => {
      const torrent = torrentIn(from)
      torrent.hear({ type: 'storage.failed', error: new Error('full') })
      expect(stateOf(torrent)).toBe('failed')
      expect(torrent.actor.getSnapshot().context.error?.message).toBe('full')
    },
  )
})

describe('listener, ticker and choke rounds run', () => {
  test.each([
    ['stopped', false],
    ['checking, to start', false],
    ['fetching', true],
    ['complete, rotation', true],
    ['paused', false],
    ['failed', false],
  ] as const)('%s: %s', (state, runs) => {
    const { running, clock } = torrentIn(state)
    expect([...running].sort()).toEqual(runs ? ['listener', 'ticker'] : [])
    expect(clock.pending).toBe(runs ? 1 : 0)
  })
})

describe('each entry of checking', () => {
  test('asks the disk once', () => {
    const { actor, toStorage } = torrentIn('failed')
    actor.send(wish('torrent.start'))
    expect(toStorage).toMatchObject([{ type: 'storage.check' }, { type: 'storage.check' }])
  })

  test('starts with a clean slate for what was under way', () => {
    const { actor, core, hear } = torrentIn('failed')
    const late = new Uint8Array(layout.pieceLength)
    actor.send(wish('torrent.start'))
    hear(checked())
    hear({ type: 'storage.verified', index: 2, data: late, digests: [] })
    hear({ type: 'storage.corrupt', index: 1, data: late, digests: [] })
    expect(actor.getSnapshot().status).toBe('active')
    expect(core.have.count).toBe(0)
  })
})

describe('addresses', () => {
  test('that come before the start are dialled when the check is done', () => {
    const { actor, hear, sockets } = aTorrent()
    actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 1 } })
    actor.send(wish('torrent.start'))
    expect(sockets).toEqual([])
    hear(checked())
    expect(sockets.map(({ input }) => input.link.address.host)).toEqual(['b'])
  })

  test('that come while downloading are dialled at once', () => {
    const { actor, sockets } = torrentIn('fetching')
    actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 1 } })
    expect(sockets).toHaveLength(1)
  })
})

describe('stopping', () => {
  test('lasts until the last peer is gone', () => {
    const torrent = torrentIn('fetching')
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 1 } })
    torrent.actor.send(wish('torrent.stop'))
    expect(stateOf(torrent)).toBe('stopping')
    expect(torrent.sockets[0]?.told).toEqual([{ type: 'link.destroy' }])
    torrent.sockets[0]?.report({ type: 'transport.closed', end: { code: 'destroyed' } })
    expect(stateOf(torrent)).toBe('stopped')
    expect(torrent.core.swarm.peers.size).toBe(0)
    expect(torrent.clock.pending).toBe(0)
  })
})

test('news of a peer that is forgotten change nothing', () => {
  const { actor, core, hear } = torrentIn('fetching')
  const before = actor.getSnapshot().value
  const peer = 42
  for (const event of [
    { type: 'peer.opened', peer },
    { type: 'peer.interested', peer },
    { type: 'peer.unchoked', peer, room: 4 },
    { type: 'peer.blocks', peer, blocks: [], room: 4 },
    { type: 'peer.released', peer, requests: [], cause: 'choked', room: 0 },
    { type: 'peer.requests', peer, requests: [] },
    { type: 'peer.closed', peer, reason: { source: 'local', code: 'stopped' }, reputation: 100 },
  ] as const) {
    hear(event)
  }
  expect(actor.getSnapshot()).toMatchObject({ value: before, status: 'active' })
  expect(core.swarm.peers.size).toBe(0)
})

test('a warning of the storage is told and changes nothing', () => {
  const { actor, hear } = aTorrent()
  const emitted: unknown[] = []
  actor.on('warning', (event) => emitted.push(event))
  actor.send({ type: 'torrent.start' })
  const before = actor.getSnapshot().value
  hear({ type: 'storage.warning', message: 'it is longer', path: '/x' })
  hear({ type: 'storage.warning', message: 'the disk is slow' })
  expect(emitted).toEqual([
    { type: 'warning', message: 'it is longer', path: '/x' },
    { type: 'warning', message: 'the disk is slow' },
  ])
  expect(actor.getSnapshot().value).toEqual(before)
})

test('a defect of the core is one of the torrent: its actor is in error, with what was thrown', () => {
  const { actor, hear } = aTorrent()
  const errors: unknown[] = []
  actor.subscribe({ error: (error) => errors.push(error) })
  actor.send({ type: 'torrent.start' })
  hear({ type: 'storage.checked', have: PieceSet.none(1) })
  expect(actor.getSnapshot().status).toBe('error')
  expect(errors.map(String)).toEqual(['RangeError: a set of 1 pieces beside one of 4'])
})
