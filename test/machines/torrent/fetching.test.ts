import { describe, expect, test } from 'vitest'
import { viewOf } from '../../../machines/peer/peer-view.ts'
import { amInterested } from '../../../machines/peer/selectors.ts'
import { PieceSet } from '../../../machines/piece-set.ts'
import type { PeerRecord } from '../../../machines/torrent/peers/peer-table.ts'
import type { TorrentEmitted } from '../../../machines/torrent/vocabulary/emitted.ts'
import type { TorrentWish } from '../../../machines/torrent/vocabulary/events.ts'
import type { CoreEvent } from '../../../machines/torrent/vocabulary/news.ts'
import { aTorrent, layout, meet, piecesOf, sent, stateOf, tell } from './a-torrent.ts'

/** The chart of a magnet link: awaiting the metadata, checking the data, and the ways in and out. */

/** Whether it was told that it has something we want. */
function isWanted(record: PeerRecord): boolean {
  const view = viewOf(record)
  return view !== undefined && amInterested(view)
}

type Course = Extract<TorrentWish['type'], 'torrent.start' | 'torrent.pause' | 'torrent.resume' | 'torrent.stop'>
/** What its owner says, or its core receives. */
type Said = TorrentWish | CoreEvent

const wish = (type: Course) => ({ type })
const ready: Said = { type: 'metadata.ready', layout, bytes: 300, name: 'song', isPrivate: false }
const failed: Said = { type: 'metadata.failed', error: new Error('no space') }
const checked = (...pieces: readonly number[]): Said => ({ type: 'storage.checked', have: piecesOf(pieces) })
const allChecked: Said = { type: 'storage.checked', have: PieceSet.all(layout.pieceCount) }

/** The shortest way to a state. */
const ways = {
  stopped: [],
  awaiting_metadata: [wish('torrent.start')],
  checking: [wish('torrent.start'), ready],
  fetching: [wish('torrent.start'), ready, checked()],
  paused: [wish('torrent.start'), wish('torrent.pause')],
  'checking, to pause': [wish('torrent.start'), ready, wish('torrent.pause')],
  'checking, to start': [wish('torrent.start'), ready, wish('torrent.pause'), wish('torrent.resume')],
  failed: [wish('torrent.start'), failed],
} as const satisfies Record<string, readonly Said[]>

type StateName = keyof typeof ways

function aMagnet(...events: readonly Said[]) {
  const torrent = aTorrent({}, { isMagnet: true })
  const emitted: TorrentEmitted['type'][] = []
  for (const type of ['metadata', 'verified', 'done', 'failed', 'banned'] as const) {
    torrent.actor.on(type, () => emitted.push(type))
  }
  for (const event of events) tell(torrent, event)
  return { ...torrent, emitted }
}

const magnetIn = (state: StateName) => aMagnet(...ways[state])

describe('the ways of a magnet link', () => {
  test.each<[StateName, Said, string]>([
    ['stopped', wish('torrent.start'), 'awaiting_metadata'],
    ['stopped', wish('torrent.stop'), 'stopped'],
    ['stopped', failed, 'stopped'],
    ['stopped', ready, 'stopped'],
    ['awaiting_metadata', wish('torrent.start'), 'awaiting_metadata'],
    ['awaiting_metadata', wish('torrent.pause'), 'paused'],
    ['awaiting_metadata', wish('torrent.stop'), 'stopped'],
    ['awaiting_metadata', ready, 'checking'],
    ['awaiting_metadata', failed, 'failed'],
    ['checking', wish('torrent.pause'), 'checking, to pause'],
    ['checking', wish('torrent.stop'), 'stopped'],
    ['checking', checked(1), 'fetching'],
    ['checking', allChecked, 'complete, rotation'],
    ['checking', { type: 'storage.failed', error: new Error('bad sector') }, 'failed'],
    ['checking, to pause', wish('torrent.resume'), 'checking, to start'],
    ['checking, to pause', wish('torrent.stop'), 'stopped'],
    ['checking, to pause', checked(1), 'paused'],
    ['checking, to pause', allChecked, 'paused'],
    ['checking, to start', wish('torrent.pause'), 'checking, to pause'],
    ['checking, to start', checked(1), 'fetching'],
    ['checking, to start', allChecked, 'complete, rotation'],
    ['paused', wish('torrent.resume'), 'awaiting_metadata'],
    ['paused', wish('torrent.stop'), 'stopped'],
    ['paused', ready, 'checking, to pause'],
    ['paused', failed, 'failed'],
    ['failed', wish('torrent.start'), 'awaiting_metadata'],
    ['failed', wish('torrent.stop'), 'stopped'],
    ['failed', failed, 'failed'],
    ['failed', ready, 'failed'],
  ])('%s, %o: %s', (from, event, to) => {
    const torrent = magnetIn(from)
    expect(stateOf(torrent)).toBe(from)
    tell(torrent, event)
    expect(stateOf(torrent)).toBe(to)
    expect(torrent.actor.getSnapshot().status).toBe('active')
  })
})

describe('the disk is checked once, when the metadata has come', () => {
  test.each<[string, readonly Said[]]>([
    ['while connected', [wish('torrent.start'), ready]],
    ['while paused', [wish('torrent.start'), wish('torrent.pause'), ready]],
    ['while paused, and resumed', [wish('torrent.start'), wish('torrent.pause'), ready, wish('torrent.resume')]],
    ['and paused, and resumed', [...ways['checking, to start']]],
    ['while stopped, and started', [wish('torrent.start'), wish('torrent.stop'), ready, wish('torrent.start')]],
    ['after a failure, and started', [...ways.failed, ready, wish('torrent.start')]],
  ])('%s', (_, events) => {
    const { toStorage } = aMagnet(...events)
    expect(toStorage).toMatchObject([{ type: 'storage.check' }])
  })

  test('and never before', () => {
    for (const state of ['stopped', 'awaiting_metadata', 'paused', 'failed'] as const) {
      expect(magnetIn(state).toStorage).toEqual([])
    }
  })
})

test('what is emitted comes in order, done for what was on disk too', () => {
  expect(aMagnet(...ways.checking, checked(1)).emitted).toEqual(['metadata', 'verified'])
  expect(aMagnet(...ways.checking, allChecked).emitted).toEqual(['metadata', 'verified', 'done'])
  expect(aMagnet(...ways['checking, to pause'], allChecked).emitted).toEqual(['metadata', 'verified', 'done'])
})

test('a failure is told once, and again when it comes again', () => {
  const torrent = magnetIn('failed')
  tell(torrent, failed)
  expect(torrent.emitted).toEqual(['failed'])
  torrent.actor.send(wish('torrent.start'))
  tell(torrent, failed)
  expect(torrent.emitted).toEqual(['failed', 'failed'])
})

describe('listener, ticker and choke rounds run', () => {
  test.each<[StateName, boolean]>([
    ['awaiting_metadata', true],
    ['checking', true],
    ['paused', false],
    ['checking, to pause', false],
    ['failed', false],
  ])('%s: %s', (state, runs) => {
    expect([...magnetIn(state).running].sort()).toEqual(runs ? ['listener', 'ticker'] : [])
  })
})

test('there are no pieces before the metadata has come', () => {
  const { layout: known, have } = magnetIn('checking').core
  expect(known).toBe(layout)
  expect(have.size).toBe(4)
})

describe('a torrent that has the metadata says so in its extended handshake', () => {
  test.each<[string, readonly Said[]]>([
    ['connected', ways.checking],
    ['paused', [...ways.paused, ready]],
    ['stopped', [ready]],
  ])('%s when it came', (_, events) => {
    expect(aMagnet(...events).core.greeting).toMatchObject({ metadataSize: 300 })
  })
})

describe('connections', () => {
  const closes = ['link.end', 'link.destroy'] as const
  const isClosed = (torrent: ReturnType<typeof aMagnet>) =>
    torrent.sockets.some(({ told }) => closes.some((type) => sent(told, type).length > 0))

  test('made before the metadata came go on: the same socket is asked for blocks', () => {
    const torrent = aMagnet(wish('torrent.start'))
    const { told, report, record } = meet(torrent, 'a', [0, 1])
    expect(record.ref?.getSnapshot().value.availability).toBe('awaiting_metadata')
    tell(torrent, ready)
    expect(record.ref?.getSnapshot().value.availability).toBe('awaiting_metadata')
    tell(torrent, checked(1))
    expect(record.ref?.getSnapshot().value.availability).toBe('partial')
    expect(isWanted(record)).toBe(true)
    report({ type: 'wire.unchoke' })
    const asked = told.flatMap((command) => (command.type === 'send.request' ? command.requests : []))
    expect(asked.map(({ index }) => index)).toEqual([0, 0])
    expect(torrent.sockets).toHaveLength(1)
    expect(isClosed(torrent)).toBe(false)
  })

  test('made while the disk is checked go on too, and wait for what it says', () => {
    const torrent = magnetIn('checking')
    const { told, report, record } = meet(torrent, 'a', [0, 1])
    report({ type: 'wire.unchoke' })
    expect(isWanted(record)).toBe(false)
    expect(sent(told, 'send.request')).toEqual([])
    tell(torrent, checked(1))
    expect(isWanted(record)).toBe(true)
    const asked = told.flatMap((command) => (command.type === 'send.request' ? command.requests : []))
    expect(asked.map(({ index }) => index)).toEqual([0, 0])
  })

  test('are judged in one go by all they have said: told once that they interest us, and asked once for blocks', () => {
    const torrent = aMagnet(wish('torrent.start'))
    const { told, report, record } = meet(torrent, 'a', [0])
    report({ type: 'wire.unchoke' })
    for (const index of [1, 2, 3]) report({ type: 'wire.have', index })
    tell(torrent, ready)
    const news: string[] = []
    record.ref?.on('*', ({ type }) => news.push(type))
    tell(torrent, checked())
    expect(news).toEqual(['peer.pieces'])
    expect(torrent.core.picker.pieces(record.peer).isAll).toBe(true)
    expect([sent(told, 'send.interested').length, sent(told, 'send.request').length]).toEqual([1, 1])
  })

  test('are told what is on the disk, whenever they were made', () => {
    const torrent = aMagnet(wish('torrent.start'))
    const before = meet(torrent, 'a', [0])
    tell(torrent, ready)
    const meanwhile = meet(torrent, 'b', [0])
    tell(torrent, checked(1, 3))
    const after = meet(torrent, 'c', [0])
    for (const { told } of [before, meanwhile]) {
      expect(told.flatMap((command) => (command.type === 'send.haves' ? [...command.pieces.indexes()] : []))).toEqual([
        1, 3,
      ])
    }
    expect(sent(after.told, 'send.bitfield')).toHaveLength(1)
    expect(sent(after.told, 'send.have')).toEqual([])
  })

  test('of the picker are those that are open, once each', () => {
    const torrent = aMagnet(wish('torrent.start'))
    const { record, report } = meet(torrent, 'a', [0, 1])
    tell(torrent, ready)
    tell(torrent, checked())
    expect(torrent.core.picker.pieces(record.peer).count).toBe(2)
    report({ type: 'transport.closed', end: { code: 'reset' } })
    expect(torrent.actor.getSnapshot().status).toBe('active')
    expect(torrent.core.swarm.peers.size).toBe(0)
  })

  test('that go while the disk is checked are forgotten', () => {
    const torrent = aMagnet(wish('torrent.start'))
    const { report } = meet(torrent, 'a', [0, 1])
    tell(torrent, ready)
    report({ type: 'transport.closed', end: { code: 'reset' } })
    tell(torrent, checked())
    expect(stateOf(torrent)).toBe('fetching')
    expect(torrent.core.swarm.peers.size).toBe(0)
  })

  test.each<[StateName, Course]>([
    ['awaiting_metadata', 'torrent.pause'],
    ['awaiting_metadata', 'torrent.stop'],
    ['checking', 'torrent.pause'],
    ['checking', 'torrent.stop'],
  ])('are closed: %s, %s', (state, type) => {
    const torrent = magnetIn(state)
    meet(torrent, 'a', [0])
    torrent.actor.send({ type })
    expect(isClosed(torrent)).toBe(true)
    if (type === 'torrent.stop') expect(stateOf(torrent)).toBe('stopping')
    torrent.sockets[0]?.report({ type: 'transport.closed', end: { code: 'destroyed' } })
    expect(torrent.core.swarm.peers.size).toBe(0)
    if (type === 'torrent.stop') expect(stateOf(torrent)).toBe('stopped')
  })

  test('still closing when a paused check is stopped are waited for', () => {
    const torrent = magnetIn('checking')
    meet(torrent, 'a', [0])
    torrent.actor.send(wish('torrent.pause'))
    torrent.actor.send(wish('torrent.stop'))
    expect(stateOf(torrent)).toBe('stopping')
    torrent.sockets[0]?.report({ type: 'transport.closed', end: { code: 'destroyed' } })
    expect(stateOf(torrent)).toBe('stopped')
  })
})

describe('a peer that gave wrong metadata pays as for a corrupt piece', () => {
  test('connected, at once', () => {
    const torrent = aMagnet(wish('torrent.start'))
    const { record } = meet(torrent, 'a', [0])
    torrent.hear({ type: 'metadata.corrupt', culprits: [record.peer] })
    expect(record.ref?.getSnapshot().context.reputation).toBe(80)
    expect(torrent.emitted).toEqual([])
  })

  test('gone, in memory; the third time its address is banned', () => {
    const torrent = aMagnet(wish('torrent.start'))
    const { record, report } = meet(torrent, 'a', [0])
    report({ type: 'transport.closed', end: { code: 'reset' } })
    for (let i = 0; i < 3; i++) torrent.hear({ type: 'metadata.corrupt', culprits: [record.peer] })
    expect(torrent.core.memory.reputationOf(record.link.address)).toBe(40)
    expect(torrent.emitted).toEqual(['banned'])
  })

  test('unknown, none', () => {
    const torrent = aMagnet(wish('torrent.start'))
    torrent.hear({ type: 'metadata.corrupt', culprits: [42] })
    expect(torrent.actor.getSnapshot().status).toBe('active')
  })
})
