import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { talkBudget } from '../../../../machines/peer/vocabulary/talk.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { type Drive, magnetPeer, openPeer, servingPeer, someBlocks, tick } from '../drive.ts'

const { atOnce, perSecond } = talkBudget
const flood = { source: 'remote', code: 'message_flood' }
const block = { index: 0, begin: 0, length: 16_384 }
const payload = new Uint8Array(0)
const have = (index: number): PeerEvent => ({ type: 'wire.have', index })
const lost = (index: number): PeerEvent => ({ type: 'torrent.note_dont_have', index })
const keepAlive: PeerEvent = { type: 'wire.keep_alive' }

const times = (count: number, event: PeerEvent): PeerEvent[] => Array.from({ length: count }, () => event)

/** What is left after `events`, of what was there before. */
function price(peer: Drive, ...events: readonly PeerEvent[]): number {
  const before = peer.context.talk.left
  peer.take(...events)
  return before - peer.context.talk.left
}

/** Has the peer say so much that nothing is left of its budget, mostly what counts ten times. */
function spend(peer: Drive): void {
  const { left } = peer.context.talk
  peer.take(...times(Math.floor(left / 10), { type: 'torrent.note_upload_only', uploadOnly: true }))
  peer.take(...times(left % 10, keepAlive))
}

const greeted = () => {
  const peer = openPeer({ greeting: { m: { ut_pex: 1 } } })
  peer.take({ type: 'wire.extended_handshake', handshake: { m: { ut_pex: 2 } } })
  return peer
}

describe('a message that is no news', () => {
  test.each<[string, () => Drive, PeerEvent]>([
    ['keep_alive', openPeer, keepAlive],
    ['choke', openPeer, { type: 'wire.choke' }],
    ['unchoke', openPeer, { type: 'wire.unchoke' }],
    ['interested', openPeer, { type: 'wire.interested' }],
    ['not_interested', openPeer, { type: 'wire.not_interested' }],
    ['port', openPeer, { type: 'wire.port', port: 1 }],
    ['suggest_piece', openPeer, { type: 'wire.suggest_piece', index: 0 }],
    ['allowed_fast', openPeer, { type: 'wire.allowed_fast', index: 0 }],
    ['a message of an extension that we do not have', greeted, { type: 'wire.extended', id: 9, payload }],
    ['an extended handshake that could not be read', greeted, { type: 'wire.extended', id: 0, payload }],
    ['a message of an extension before it has greeted', openPeer, { type: 'wire.extended', id: 1, payload }],
    ['a message whose id no BEP defines', openPeer, { type: 'wire.unknown', id: 99 }],
    ['what an extension found to say nothing', openPeer, { type: 'torrent.note_idle' }],
    ['lt_donthave of a piece it does not have', openPeer, lost(0)],
    ['have_all', openPeer, { type: 'wire.have_all' }],
    ['a small bitfield', openPeer, { type: 'wire.bitfield', bits: PieceSet.none(10).toBits() }],
  ])('counts, and ends the remote when it is said too often: %s', (_, peerOf, event) => {
    expect(price(peerOf(), event)).toBe(1)
    const peer = peerOf()
    spend(peer)
    expect([peer.value.talk, peer.value.handshake]).toEqual(['heard', 'open'])
    peer.take(event)
    expect(peer.value.talk).toBe('flood')
    expect(peer.context.closeReason).toEqual(flood)
    expect(peer.context.evidence).toMatchObject([{ rule: 'flood', detail: 'message_flood' }])
  })

  test.each<[string, PeerEvent]>([
    ['an extended handshake', { type: 'wire.extended_handshake', handshake: {} }],
    ['upload_only', { type: 'torrent.note_upload_only', uploadOnly: true }],
  ])('counts ten times when extensions are told: %s', (_, event) => {
    expect(price(openPeer(), event)).toBe(10)
    const peer = openPeer()
    peer.take(...times(atOnce / 10, event))
    expect(peer.value.handshake).toBe('open')
    expect(peer.take(event).told.at(-1)).toMatchObject({ type: 'peer.closing', reason: flood })
  })

  test('have of a piece that we know it has', () => {
    const peer = openPeer()
    expect([price(peer, have(3)), price(peer, have(3)), price(peer, have(4))]).toEqual([0, 1, 0])
    peer.take({ type: 'torrent.note_pieces', pieces: PieceSet.all(10) })
    expect(price(peer, have(5))).toBe(1)
  })

  test('have of a piece before the metadata has come', () => {
    const peer = magnetPeer()
    expect([price(peer, have(3)), price(peer, have(3)), price(peer, have(4))]).toEqual([0, 1, 0])
  })

  test('cancel counts a fourth, whatever it hits', () => {
    const peer = servingPeer()
    expect(price(peer, { type: 'wire.cancel', requests: someBlocks(8) })).toBe(2)
    peer.take({ type: 'wire.request', requests: someBlocks(4) })
    expect(price(peer, { type: 'wire.cancel', requests: someBlocks(4) })).toBe(1)
  })

  test('a request of a torrent without metadata', () => {
    expect(price(magnetPeer(), { type: 'wire.request', requests: [block, block] })).toBe(2)
  })
})

describe('a message that is bounded otherwise counts nothing', () => {
  test.each<[string, () => Drive, PeerEvent]>([
    ['a request', servingPeer, { type: 'wire.request', requests: [block] }],
    ['a request while we choke', openPeer, { type: 'wire.request', requests: [block] }],
    ['a message that an extension takes', greeted, { type: 'wire.extended', id: 1, payload }],
  ])('%s', (_, peerOf, event) => {
    expect(price(peerOf(), event)).toBe(0)
  })
})

describe('a bitfield', () => {
  const bits = (bytes: number) => new Uint8Array(bytes)
  const layout = new Layout({ pieceLength: 16_384, length: 16_384 * 8 * 10_240 })
  const huge = new Layout({ pieceLength: 16_384, length: 16_384 * 8 * 1024 * 1024 })

  test('counts one more for each KiB of it, up to 100', () => {
    expect(price(openPeer({ layout }), { type: 'wire.bitfield', bits: bits(10_240) })).toBe(11)
    expect(price(openPeer({ layout: huge }), { type: 'wire.bitfield', bits: bits(1024 * 1024) })).toBe(100)
  })
})

describe('pieces that it no longer has', () => {
  test('may be as many as the torrent has; what is lost beyond that counts', () => {
    const peer = openPeer()
    for (let index = 0; index < 10; index++) peer.take(have(index))
    expect(Array.from({ length: 9 }, (_, index) => price(peer, lost(index)))).toEqual(new Array(9).fill(0))
    expect(price(peer, have(0), lost(0))).toBe(0)
    expect(price(peer, have(0), lost(0))).toBe(1)
  })

  test('are counted before the metadata has come: each, as it is unknown how many there may be', () => {
    const peer = magnetPeer()
    expect(price(peer, have(0), lost(0))).toBe(1)
  })

  test('of a have_none are all it had', () => {
    const peer = openPeer()
    for (let index = 0; index < 10; index++) peer.take(have(index))
    peer.take({ type: 'wire.have_none' })
    expect(peer.context.talk.lost).toBe(10)
  })

  test('of a bitfield are as many as it has fewer', () => {
    const peer = openPeer()
    for (let index = 0; index < 10; index++) peer.take(have(index))
    peer.take({ type: 'wire.bitfield', bits: Uint8Array.of(0b1111_0000, 0b0100_0000) })
    expect(peer.context.talk.lost).toBe(5)
  })

  test('of a bitfield before the metadata has come are those it had said by haves', () => {
    const peer = magnetPeer()
    for (let index = 0; index < 4; index++) peer.take(have(index))
    expect(price(peer, { type: 'wire.bitfield', bits: Uint8Array.of(0b1010_1111) })).toBe(3)
    expect(peer.context.talk.lost).toBe(2)
  })

  test.each<[string, PeerEvent]>([
    ['a bitfield that has all of them, as aria2 says it', { type: 'wire.bitfield', bits: Uint8Array.of(0xff, 0xc0) }],
    ['have_all', { type: 'wire.have_all' }],
  ])('are none before the metadata has come: %s; haves of them are no news behind it', (_, event) => {
    const peer = magnetPeer()
    for (let index = 0; index < 10; index++) peer.take(have(index))
    expect([price(peer, event), peer.context.talk.lost]).toEqual([1, 0])
    expect(price(peer, have(3), have(9))).toBe(2)
  })

  test('of a have_none before the metadata has come are those it had said by haves, and still has', () => {
    const peer = magnetPeer()
    peer.take(have(0), have(1), { type: 'wire.bitfield', bits: Uint8Array.of(0x80) })
    expect(price(peer, { type: 'wire.have_none' })).toBe(2)
    expect(price(peer, have(0), have(1))).toBe(0)
  })
})

describe('an answer to us counts nothing', () => {
  const interested: PeerEvent = { type: 'wire.interested' }
  const notInterested: PeerEvent = { type: 'wire.not_interested' }

  test('two changes of interest for each have of ours, whenever they come; those beyond count', () => {
    const peer = openPeer()
    peer.take({ type: 'torrent.have', index: 0 }, { type: 'torrent.have', index: 1 }, tick(1000))
    expect(price(peer, interested, notInterested, interested, notInterested)).toBe(0)
    expect(price(peer, interested, notInterested)).toBe(2)
  })

  test('one choke or unchoke for each word of ours on our interest; those beyond count', () => {
    const peer = openPeer()
    peer.take({ type: 'torrent.interested' }, { type: 'torrent.not_interested' })
    expect(price(peer, { type: 'wire.unchoke' }, { type: 'wire.choke' })).toBe(0)
    expect(price(peer, { type: 'wire.unchoke' })).toBe(1)
  })

  test('but choking is none to a have, nor interest to ours', () => {
    const peer = openPeer()
    peer.take({ type: 'torrent.have', index: 0 })
    expect(price(peer, { type: 'wire.unchoke' })).toBe(1)
    const other = openPeer()
    other.take({ type: 'torrent.interested' })
    expect(price(other, interested)).toBe(1)
  })

  test('nor is there one to what we did not say: a have behind the end', () => {
    const peer = openPeer()
    peer.take({ type: 'torrent.close', code: 'requested' }, { type: 'torrent.have', index: 0 })
    expect(peer.context.talk.answers).toEqual({ interest: 0, choking: 0 })
  })
})

test('time gives back what was said, up to what may be said at once', () => {
  const peer = openPeer()
  peer.take(...times(atOnce, keepAlive), tick(1000))
  peer.take(...times(perSecond, keepAlive))
  expect(peer.context.talk.left).toBe(0)
  peer.take(tick(1_000_000), keepAlive)
  expect(peer.context.talk.left).toBe(atOnce - 1)
})

test('what a remote says behind its end counts nothing', () => {
  const peer = openPeer()
  peer.take({ type: 'torrent.close', code: 'requested' })
  expect(price(peer, keepAlive)).toBe(0)
})

describe('a request', () => {
  const requests = (begin: number, length: number): PeerEvent => ({
    type: 'wire.request',
    requests: [block, { index: 0, begin, length }],
  })

  test('for less than 1 KiB counts, also while we choke', () => {
    for (const peerOf of [servingPeer, openPeer]) expect(price(peerOf(), requests(5, 1_023))).toBe(1)
  })

  test('for 1 KiB or more counts nothing, nor one that reaches up to the end of its piece', () => {
    expect(price(servingPeer(), requests(5, 1_024), requests(32_767, 1))).toBe(0)
  })
})
