import { describe, expect, test } from 'vitest'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import type { NotedRegion } from '../../../../machines/peer/vocabulary/facts.ts'
import { peerEvents } from '../../../../testing/peer/events.ts'
import { layout as twoPieces } from '../../../../testing/peer/model.ts'
import { answersTo, Drive, magnetPeer, opening, openPeer, requestingPeer, someBlocks, tick } from '../drive.ts'

/** A life with something of everything in it. */
const life: PeerEvent[] = [
  ...opening(),
  { type: 'wire.extended_handshake', handshake: { v: 'other 1', reqq: 100 } },
  { type: 'wire.bitfield', bits: Uint8Array.of(0xf0, 0) },
  { type: 'torrent.interested' },
  { type: 'wire.unchoke' },
  { type: 'torrent.request', requests: someBlocks(4), at: 100 },
  { type: 'wire.piece', blocks: answersTo(someBlocks(2)), at: 200 },
  tick(1000),
  { type: 'torrent.verified', index: 0 },
  { type: 'wire.interested' },
  { type: 'torrent.unchoke' },
  { type: 'wire.request', requests: someBlocks(2) },
  { type: 'torrent.piece', blocks: answersTo(someBlocks(1)) },
  { type: 'torrent.choke' },
  tick(21_000),
  { type: 'torrent.close', code: 'requested' },
  { type: 'transport.closed', end: { code: 'destroyed' } },
]

test('two equal lives are printed the same, step by step', () => {
  const [one, other] = [new Drive(), new Drive()]
  for (const event of life) {
    one.take(event)
    other.take(event)
    const printed = JSON.stringify(one.snapshot.context, (key, value) => (key === 'owner' ? undefined : value))
    expect(printed).toBe(JSON.stringify(other.snapshot.context, (key, value) => (key === 'owner' ? undefined : value)))
    expect(one.value).toEqual(other.value)
  }
  expect(one.value.handshake).toBe('closed')
})

test('a snapshot is printed whole and readable, payloads left out', () => {
  const peer = new Drive()
  peer.take(...life.slice(0, -2))
  const printed = JSON.parse(JSON.stringify(peer.snapshot))
  expect(printed.context).toMatchObject({ pieces: 'f000', have: 'none', reputation: 101, downloaded: 32_768 })
  expect(printed.value).toEqual(peer.value)
  expect(JSON.stringify(printed).length).toBeLessThan(3000)
})

test('a snapshot kept stays as it was', () => {
  const peer = new Drive()
  const kept = life.map((event) => {
    peer.take(event)
    return [peer.snapshot, JSON.stringify(peer.snapshot)] as const
  })
  for (const [snapshot, printed] of kept) expect(JSON.stringify(snapshot)).toBe(printed)
})

test('every context value may be frozen: nothing is written in place', () => {
  const peer = new Drive()
  for (const event of life) {
    peer.take(event)
    const { outstanding, owed, queued, serving, allowedFast } = peer.context
    for (const list of [peer.context, outstanding, owed, queued, serving, allowedFast]) Object.freeze(list)
  }
  expect(peer.value.handshake).toBe('closed')
})

test('what the torrent is told is also emitted, in the same order', () => {
  const peer = new Drive()
  const { told, emitted } = peer.take(...life)
  expect(told).toEqual(emitted)
  expect(told.map(({ type }) => type)).toEqual([
    'peer.handshaken',
    'peer.opened',
    'peer.extended_handshake',
    'peer.pieces',
    'peer.unchoked',
    'peer.blocks',
    'peer.reputation',
    'peer.interested',
    'peer.requests',
    'peer.released',
    'peer.closing',
    'peer.closed',
  ])
})

test('without a torrent news are only emitted', () => {
  const peer = new Drive({ standsAlone: true })
  const { told, emitted } = peer.take(...life)
  expect(told).toEqual([])
  expect(emitted.length).toBeGreaterThan(5)
})

test('rates follow payload, a second at a time', () => {
  const peer = requestingPeer(someBlocks(4))
  peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(2)), at: 500 }, tick(1000))
  expect(peer.context.rateDown.bytesPerSecond).toBe(32_768)
  expect(peer.context.rateUp.bytesPerSecond).toBe(0)
})

describe('since when a region stands as it does is noted once, when it comes to stand so', () => {
  const asked = { type: 'torrent.request', requests: someBlocks(1), at: 0 } as const
  test.each<[NotedRegion, PeerEvent, PeerEvent]>([
    ['availability', { type: 'wire.have_all' }, { type: 'wire.have_none' }],
    ['am_choking', { type: 'torrent.unchoke' }, { type: 'torrent.choke' }],
    ['am_interested', { type: 'torrent.interested' }, { type: 'torrent.not_interested' }],
    ['peer_choking', { type: 'wire.unchoke' }, { type: 'wire.choke' }],
    ['peer_interested', { type: 'wire.interested' }, { type: 'wire.not_interested' }],
  ])('%s', (region, event, back) => {
    const peer = openPeer()
    const since = () => peer.context.since[region]
    peer.take(tick(1_000), event, tick(2_000), event)
    expect(since()).toBe(1_000)
    peer.take(tick(3_000), back, tick(4_000), back)
    // What a peer has says all there is to say of one that is no seeder.
    expect(since()).toBe(region === 'availability' ? 1_000 : 3_000)
    peer.take(event)
    expect(since()).toBe(4_000)
  })

  test('uploads: congestion', () => {
    const peer = openPeer()
    peer.take(tick(1_000), { type: 'transport.congested' }, tick(2_000), { type: 'transport.congested' })
    expect(peer.context.since.uploads).toBe(1_000)
  })

  test('requests: a snub', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.unchoke' }, asked, tick(20_000), tick(21_000))
    expect(peer.context.since.requests).toBe(20_000)
  })
})

describe('nothing counts but while the connection is open', () => {
  /** What the remote says, and what the torrent wishes, each case once. */
  const words = Object.values(peerEvents)
    .flat()
    .concat({ type: 'wire.bitfield', bits: Uint8Array.of(0b1100_0000) })
    .filter(({ type }) => /^(wire|torrent)\./.test(type))
  const without = (...types: readonly PeerEvent['type'][]) => words.filter(({ type }) => !types.includes(type))
  /** How it stands. What is looked at by the piece takes from its budget whenever it comes, which ends no peer that is not open. */
  const printed = ({ snapshot }: Drive, { type }: PeerEvent) =>
    JSON.stringify(snapshot, (key, value) =>
      key === 'talk' && /^wire\.(have|request)$/.test(type) ? undefined : value,
    )

  /** Which of the words changes something, or has the peer say something. */
  const counting = (peer: Drive, given: readonly PeerEvent[]) =>
    given.filter((event) => {
      const before = printed(peer, event)
      const { sent, told } = peer.take(event)
      return sent.length > 0 || told.length > 0 || printed(peer, event) !== before
    })

  const early = without(
    'wire.info_hash',
    'wire.peer_id',
    'wire.reject_request',
    'wire.violation',
    'torrent.adopt',
    'torrent.admit',
    'torrent.adjust_reputation',
    'torrent.close',
    'torrent.corrupt',
    'torrent.fault',
    'torrent.greet',
    'torrent.judge',
    'torrent.learn',
    'torrent.note_pieces',
    'torrent.request',
    'torrent.verified',
  )
  const steps = opening({ layout: twoPieces }).slice(0, -1)

  test.each([0, 1, 2, 3])('after %d steps of the opening', (count) => {
    for (const knowsLayout of [true, false]) {
      const peer = new Drive(knowsLayout ? { layout: twoPieces } : { knowsLayout })
      peer.take(...steps.slice(0, count))
      expect(counting(peer, early)).toEqual([])
    }
  })

  const late = without(
    'torrent.adjust_reputation',
    'torrent.corrupt',
    'torrent.greet',
    'torrent.judge',
    'torrent.request',
    'torrent.verified',
  )
  /** With it each word would change something. */
  const talk: readonly PeerEvent[] = [
    { type: 'wire.extended_handshake', handshake: { m: { ut_pex: 2 } } },
    { type: 'wire.unchoke' },
    { type: 'torrent.unchoke' },
    { type: 'wire.interested' },
    { type: 'torrent.interested' },
  ]

  test.each<[string, readonly PeerEvent[]]>([
    ['has said nothing of pieces', []],
    ['has said that it has a piece', [{ type: 'wire.have', index: 0 }]],
    ['has said that it has all pieces', [{ type: 'wire.have_all' }]],
    ['is sent a block', [{ type: 'wire.request', requests: [twoPieces.blockAt(0, 0)] }]],
    ['does not read what it is sent', [{ type: 'transport.congested' }]],
  ])('behind the end of a peer that %s', (_, last) => {
    for (const said of [last, [...talk, ...last]]) {
      const peer = new Drive({ layout: twoPieces, greeting: { m: { ut_pex: 1 } } })
      peer.take(...opening({ layout: twoPieces }), ...said, { type: 'torrent.close', code: 'stopped' })
      expect(counting(peer, late)).toEqual([])
      peer.take({ type: 'transport.closed', end: { code: 'end' } })
      expect(counting(peer, late)).toEqual([])
    }
  })

  test('behind the end of a peer whose metadata has not come', () => {
    const given = late.filter(({ type }) => type !== 'torrent.learn')
    for (const last of [[], [{ type: 'transport.congested' }]] as const) {
      const peer = magnetPeer()
      peer.take({ type: 'wire.have', index: 0 }, ...last, { type: 'torrent.close', code: 'stopped' })
      expect(counting(peer, given)).toEqual([])
    }
  })
})
