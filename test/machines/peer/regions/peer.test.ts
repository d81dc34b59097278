import { expect, test } from 'vitest'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { answersTo, Drive, opening, requestingPeer, someBlocks, tick } from '../drive.ts'

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
