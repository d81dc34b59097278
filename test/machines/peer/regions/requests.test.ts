import { describe, expect, test } from 'vitest'
import { delays, limits } from '../../../../machines/peer/vocabulary/delays.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import { answersTo, Drive, openPeer, requestingPeer, someBlocks, tick } from '../drive.ts'

const four = someBlocks(4)
const without = { features: { fast: false } } as const

describe('asking', () => {
  test('an unchoked request goes on the wire and is outstanding (BEP 3)', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.unchoke' })
    const { sent } = peer.take({ type: 'torrent.request', requests: four, at: 5 })
    expect(sent).toEqual([{ type: 'send.request', requests: four }])
    expect(peer.value.requests).toBe('waiting')
    expect(peer.context.outstanding).toEqual(four.map((request) => ({ ...request, at: 5 })))
  })

  test('a request while the peer chokes us goes back to the torrent unsaid (BEP 3)', () => {
    const peer = openPeer()
    const { sent, told } = peer.take({ type: 'torrent.request', requests: four, at: 0 })
    expect(sent).toEqual([])
    expect(told).toEqual([{ type: 'peer.released', peer: 7, requests: four, cause: 'refused', room: 0 }])
    expect(peer.value.requests).toBe('idle')
  })

  test('what the peer allows fast is asked for while it chokes us (BEP 6)', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.allowed_fast', index: 0 })
    expect(peer.take({ type: 'torrent.request', requests: someBlocks(2), at: 0 }).sent).toHaveLength(1)
    const mixed = peer.take({ type: 'torrent.request', requests: four, at: 0 })
    expect(mixed.sent).toEqual([])
    expect(mixed.told).toMatchObject([{ type: 'peer.released', cause: 'refused' }])
  })

  test.each(['before the connection is open', 'after the end'])('nothing is asked %s', (when) => {
    const peer = when === 'after the end' ? openPeer() : new Drive()
    peer.take({ type: 'wire.allowed_fast', index: 0 }, { type: 'wire.unchoke' })
    if (when === 'after the end') peer.take({ type: 'torrent.close', code: 'stopped' })
    const { sent, told } = peer.take({ type: 'torrent.request', requests: someBlocks(1), at: 0 })
    expect(sent).toEqual([])
    expect(told).toMatchObject([{ type: 'peer.released', cause: 'refused' }])
  })
})

describe('blocks', () => {
  test('are told with the room they leave, and strike the requests off', () => {
    const peer = requestingPeer(four)
    const blocks = answersTo(four.slice(0, 3))
    const { told } = peer.take({ type: 'wire.piece', blocks, at: 100 })
    expect(told).toEqual([{ type: 'peer.blocks', peer: 7, blocks, room: 6 }])
    expect(peer.context).toMatchObject({ outstanding: [{ ...four[3], at: 0 }], downloaded: 3 * 16_384, wasted: 0 })
    expect(peer.value.requests).toBe('waiting')
  })

  test('the last one leaves the region idle', () => {
    const peer = requestingPeer(four)
    peer.take({ type: 'wire.piece', blocks: answersTo(four).reverse(), at: 100 })
    expect(peer.value.requests).toBe('idle')
    expect(peer.context.outstanding).toEqual([])
  })

  test('one that was not asked for ends it when Fast is on (BEP 6)', () => {
    const peer = requestingPeer(four.slice(0, 1))
    const { told } = peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(2)), at: 0 })
    expect(told[0]).toMatchObject({ type: 'peer.blocks', blocks: answersTo(someBlocks(1)) })
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'piece_unrequested' })
  })

  test('one that was not asked for is wasted when Fast is off (BEP 3)', () => {
    const peer = requestingPeer([], without)
    const { told } = peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 0 })
    expect(told).toEqual([])
    expect(peer.value.handshake).toBe('open')
    expect(peer.context).toMatchObject({ wasted: 16_384, downloaded: 0 })
  })

  test('waste above 1 MiB ends it, and 1 MiB does not', () => {
    const peer = requestingPeer([], without)
    const blocks = answersTo(someBlocks(1))
    for (let bytes = 0; bytes < limits.wastedBytes; bytes += 16_384) peer.take({ type: 'wire.piece', blocks, at: 0 })
    expect(peer.context.wasted).toBe(limits.wastedBytes)
    expect(peer.value.handshake).toBe('open')
    peer.take({ type: 'wire.piece', blocks: [{ index: 0, begin: 0, data: new Uint8Array(1) }], at: 0 })
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'piece_unrequested' })
  })

  test.each([
    ['shorter', { index: 0, begin: 0, data: new Uint8Array(16_383) }],
    ['longer', { index: 0, begin: 0, data: new Uint8Array(16_385) }],
    ['at another place', { index: 0, begin: 1, data: new Uint8Array(16_384) }],
    ['of another piece', { index: 1, begin: 0, data: new Uint8Array(16_384) }],
  ])('a block %s than asked is unrequested', (_, block) => {
    const peer = requestingPeer(someBlocks(1))
    peer.take({ type: 'wire.piece', blocks: [block], at: 0 })
    expect(peer.context.closeReason?.code).toBe('piece_unrequested')
  })

  test('the same block twice is unrequested the second time', () => {
    const peer = requestingPeer(someBlocks(2))
    const [block] = answersTo(someBlocks(1))
    peer.take({ type: 'wire.piece', blocks: block ? [block, block] : [], at: 0 })
    expect(peer.context.closeReason?.code).toBe('piece_unrequested')
  })
})

describe('choke', () => {
  test('without Fast gives every request back at once (BEP 3)', () => {
    const peer = requestingPeer(four, without)
    const { told, sent } = peer.take({ type: 'wire.choke' })
    expect(told).toEqual([
      { type: 'peer.choked', peer: 7 },
      { type: 'peer.released', peer: 7, requests: peer.context.owed, cause: 'choked', room: 4 },
    ])
    expect(peer.context.owed).toMatchObject(four)
    expect(sent).toEqual([])
    expect(peer.value.requests).toBe('idle')
  })

  test('with nothing outstanding gives nothing back', () => {
    expect(requestingPeer([]).take({ type: 'wire.choke' }).told).toEqual([{ type: 'peer.choked', peer: 7 }])
  })

  test('with Fast leaves every request to its own answer (BEP 6)', () => {
    const peer = requestingPeer(four)
    expect(peer.take({ type: 'wire.choke' }).told).toEqual([{ type: 'peer.choked', peer: 7 }])
    expect(peer.context.outstanding).toMatchObject(four)
    const { told } = peer.take({ type: 'wire.unchoke' }, { type: 'wire.piece', blocks: answersTo(four), at: 0 })
    expect(told).toMatchObject([{ type: 'peer.unchoked' }, { type: 'peer.blocks' }])
    expect(peer.context).toMatchObject({ outstanding: [], owed: [], wasted: 0, downloaded: 4 * 16_384 })
  })

  test('with Fast, the rejects that follow give back what the choke took: it may be asked for again', () => {
    const peer = requestingPeer(four)
    peer.take({ type: 'wire.choke' })
    const { told } = peer.take({ type: 'wire.reject_request', requests: four })
    expect(told).toEqual([{ type: 'peer.released', peer: 7, requests: four, cause: 'choked', room: 4 }])
    expect(peer.context).toMatchObject({ outstanding: [], owed: [] })
    expect(peer.value).toMatchObject({ handshake: 'open', requests: 'idle' })
  })

  test('what has no answer in five seconds goes back, what is allowed fast aside', () => {
    const peer = requestingPeer(four)
    peer.take({ type: 'wire.allowed_fast', index: 0 }, { type: 'wire.choke' })
    const { now } = peer.context
    expect(peer.take(tick(now + delays.chokedAnswerMs - 1)).told).toEqual([{ type: 'peer.late', peer: 7 }])
    expect(peer.take(tick(now + delays.chokedAnswerMs)).told).toMatchObject([
      { type: 'peer.released', requests: four.slice(2), cause: 'choked' },
    ])
    expect(peer.context.outstanding).toMatchObject(four.slice(0, 2))
    expect(peer.value.requests).toBe('late')
  })

  test.each([
    ['with Fast', {}],
    ['without Fast', without],
  ])('a piece that was on its way is still used, %s', (_, options) => {
    const peer = requestingPeer(four, options)
    const blocks = answersTo(four)
    peer.take({ type: 'wire.choke' })
    expect(peer.take({ type: 'wire.piece', blocks, at: 0 }).told).toMatchObject([{ type: 'peer.blocks', blocks }])
    expect(peer.context).toMatchObject({ owed: [], wasted: 0, downloaded: 4 * 16_384 })
  })
})

describe('cancel (BEP 3)', () => {
  test('is said for what is outstanding, and leaves the answer owed', () => {
    const peer = requestingPeer(four)
    const { sent, told } = peer.take({ type: 'torrent.cancel', requests: four.slice(0, 2) })
    expect(sent).toMatchObject([{ type: 'send.cancel', requests: four.slice(0, 2) }])
    expect(told).toEqual([])
    expect(peer.context.outstanding).toMatchObject(four.slice(2))
    expect(peer.context.owed).toMatchObject(four.slice(0, 2))
  })

  test('of what is not outstanding says nothing', () => {
    expect(requestingPeer([]).take({ type: 'torrent.cancel', requests: four }).sent).toEqual([])
  })

  test.each(['wire.piece', 'wire.reject_request'] as const)('its one answer may be a %s (BEP 6)', (type) => {
    const peer = requestingPeer(four)
    peer.take({ type: 'torrent.cancel', requests: four })
    const answer = type === 'wire.piece' ? { type, blocks: answersTo(four), at: 0 } : { type, requests: four }
    peer.take(answer)
    expect(peer.value.handshake).toBe('open')
    expect(peer.context.owed).toEqual([])
    peer.take(answer)
    expect(peer.value.handshake).toBe('closing')
  })

  test('answers owed are counted up to 1000, the oldest forgotten', () => {
    const peer = requestingPeer([], without)
    for (let at = 0; at < 60; at++) {
      peer.take(
        { type: 'torrent.request', requests: someBlocks(19), at },
        { type: 'torrent.cancel', requests: someBlocks(19) },
      )
    }
    expect(peer.context.owed).toHaveLength(limits.owed)
    expect(peer.context.owed.at(-1)).toMatchObject({ at: 59 })
  })
})

describe('a piece that the remote has lost (BEP 54)', () => {
  const lost = { type: 'torrent.note_dont_have', index: 0 } as const

  test('without Fast no answer comes: what was asked of it is given back', () => {
    const peer = requestingPeer(four, without)
    const { told, sent } = peer.take(lost)
    const requests = peer.context.owed
    expect(requests).toMatchObject(four.slice(0, 2))
    expect(told).toEqual([{ type: 'peer.released', peer: 7, requests, cause: 'rejected', room: 2 }])
    expect(sent).toEqual([])
    expect(peer.context.outstanding).toMatchObject(four.slice(2))
    expect(peer.take(lost).told).toEqual([])
  })

  test('with Fast the rejects are waited for (BEP 6)', () => {
    const peer = requestingPeer(four)
    expect(peer.take(lost).told).toEqual([])
    expect(peer.context.outstanding).toMatchObject(four)
  })
})

describe('a peer that does not answer', () => {
  test('is snubbed when its oldest request is 20 s old, not before', () => {
    const peer = requestingPeer(four)
    peer.take(tick(delays.lateMs))
    expect(peer.take(tick(19_999))).toMatchObject({ sent: [], told: [] })
    expect(peer.value.requests).toBe('late')
    const { sent, told } = peer.take(tick(20_000))
    expect(sent).toMatchObject([{ type: 'send.cancel', requests: four }])
    expect(told).toMatchObject([{ type: 'peer.released', requests: four, cause: 'timed_out', room: 1 }])
    expect(peer.value.requests).toBe('snubbed')
    expect(peer.context.outstanding).toEqual([])
  })

  test('is not snubbed while it goes on sending, however old its oldest request', () => {
    const peer = requestingPeer(four)
    peer.take({ type: 'wire.piece', blocks: answersTo(four.slice(1, 2)), at: 19_000 })
    expect(peer.take(tick(38_999)).sent).toEqual([])
    expect(peer.value.requests).toBe('late')
    peer.take(tick(39_000))
    expect(peer.value.requests).toBe('snubbed')
  })

  test('is not late while a limit holds our reading back', () => {
    const peer = requestingPeer(four)
    const held = (at: number) => ({ ...tick(at), heldBack: true }) as const
    expect(peer.take(held(delays.lateMs), held(20_000), held(100_000)).told).toEqual([])
    expect(peer.value.requests).toBe('waiting')
    peer.take(tick(10_000), held(101_000))
    expect(peer.value.requests).toBe('late')
    peer.take(tick(101_000))
    expect(peer.value.requests).toBe('snubbed')
    peer.take({ type: 'torrent.request', requests: someBlocks(1), at: 101_000 })
    expect(peer.take(held(200_000)).told).toEqual([])
  })

  test('loses a request alone that others have overtaken for 60 s, not before', () => {
    const peer = requestingPeer(four.slice(0, 1))
    peer.take({ type: 'torrent.request', requests: four.slice(1, 2), at: 50_000 })
    peer.take({ type: 'torrent.request', requests: four.slice(2, 3), at: 50_000 })
    peer.take({ type: 'wire.piece', blocks: answersTo(four.slice(1, 2)), at: 50_000 })
    expect(peer.take(tick(59_999)).told).toEqual([])
    const { sent, told } = peer.take(tick(60_000))
    expect(sent).toMatchObject([{ type: 'send.cancel', requests: [four[0]] }])
    expect(told).toMatchObject([{ type: 'peer.released', requests: [four[0]], cause: 'timed_out' }])
    expect(peer.value.requests).toBe('waiting')
    expect(peer.context.outstanding).toMatchObject([four[2]])
  })

  test('is snubbed, not spared for the sake of one lost request, when none has been answered for 20 s', () => {
    const peer = requestingPeer(four.slice(0, 1))
    peer.take({ type: 'torrent.request', requests: four.slice(1, 3), at: 50_000 })
    peer.take({ type: 'wire.piece', blocks: answersTo(four.slice(1, 2)), at: 50_000 })
    const { told } = peer.take(tick(70_000))
    expect(told).toMatchObject([{ type: 'peer.released', requests: [four[0], four[2]], cause: 'timed_out' }])
    expect(peer.value.requests).toBe('snubbed')
  })

  test('is late when nothing of a block has come for 3 s, which is told once; its requests stand', () => {
    const peer = requestingPeer(four)
    expect(peer.take(tick(delays.lateMs - 1)).told).toEqual([])
    expect(peer.value.requests).toBe('waiting')
    expect(peer.take(tick(delays.lateMs))).toMatchObject({ sent: [], told: [{ type: 'peer.late', peer: 7 }] })
    expect(peer.take(tick(2 * delays.lateMs)).told).toEqual([])
    expect([peer.value.requests, peer.context.outstanding]).toMatchObject(['late', four])
  })

  test.each<[string, PeerEvent, 'waiting' | 'idle']>([
    ['with the block that comes', { type: 'wire.piece', blocks: answersTo(four.slice(2, 3)), at: 5_000 }, 'waiting'],
    ['when it owes nothing any more', { type: 'torrent.cancel', requests: four }, 'idle'],
  ])('is late no more %s', (_, event, state) => {
    const peer = requestingPeer(four)
    peer.take(tick(4_000))
    const { told } = peer.take(event)
    expect(told).toMatchObject(event.type === 'wire.piece' ? [{ type: 'peer.blocks', blocks: event.blocks }] : [])
    expect(peer.value.requests).toBe(state)
  })

  test('is still late when a block comes that was not asked for', () => {
    const peer = requestingPeer(four, without)
    peer.take(tick(4_000), { type: 'wire.piece', blocks: answersTo(someBlocks(6)).slice(5), at: 4_000 })
    expect(peer.value.requests).toBe('late')
  })

  const snubbed = () => {
    const peer = requestingPeer(four)
    peer.take(tick(20_000))
    return peer
  }

  test('gets one request at a time, timed like the first', () => {
    const peer = snubbed()
    peer.take({ type: 'torrent.request', requests: someBlocks(1), at: 20_000 })
    expect(peer.take(tick(39_999)).told).toEqual([])
    expect(peer.value.requests).toBe('snubbed')
    expect(peer.take(tick(40_000)).told).toMatchObject([{ type: 'peer.released', cause: 'timed_out', room: 1 }])
    expect(peer.value.requests).toBe('snubbed')
  })

  test('is trusted again when a block comes, also a late one', () => {
    const peer = snubbed()
    const { told } = peer.take({ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 21_000 })
    expect(told).toMatchObject([{ type: 'peer.blocks', room: 5 }])
    expect(peer.value.requests).toBe('idle')
    const asked = snubbed()
    asked.take({ type: 'torrent.request', requests: someBlocks(2), at: 20_000 })
    asked.take({ type: 'wire.piece', blocks: answersTo(someBlocks(1)), at: 21_000 })
    expect(asked.value.requests).toBe('waiting')
  })

  test('is not trusted for a block that was not asked for', () => {
    const peer = requestingPeer(four, without)
    peer.take(tick(20_000), { type: 'wire.piece', blocks: answersTo(someBlocks(6)).slice(5), at: 21_000 })
    expect(peer.value.requests).toBe('snubbed')
    expect(peer.context.wasted).toBe(16_384)
  })

  test('is snubbed no more when it was asked for nothing until the next tick, and starts with one request', () => {
    const peer = snubbed()
    peer.take({ ...tick(21_000), heldBack: true })
    expect(peer.value.requests).toBe('idle')
    expect(peer.context.depth.depth).toBe(1)
    peer.take({ type: 'torrent.request', requests: someBlocks(1), at: 30_000 })
    expect(peer.value.requests).toBe('waiting')
    peer.take(tick(50_000))
    expect(peer.value.requests).toBe('snubbed')
  })

  test('is snubbed no more when it chokes us: it owes nothing then (BEP 3)', () => {
    const peer = requestingPeer(four, without)
    peer.take(tick(20_000), { type: 'torrent.request', requests: someBlocks(1), at: 20_000 }, { type: 'wire.choke' })
    peer.take(tick(21_000), { type: 'wire.unchoke' })
    expect(peer.value.requests).toBe('idle')
  })

  test('is not snubbed while nothing is outstanding', () => {
    const peer = requestingPeer([])
    peer.take(tick(1_000_000))
    expect(peer.value.requests).toBe('idle')
  })
})

test('after the end nothing is on its way', () => {
  const peer = requestingPeer(four)
  peer.take({ type: 'torrent.cancel', requests: someBlocks(1) }, { type: 'torrent.close', code: 'stopped' })
  expect(peer.context).toMatchObject({ outstanding: [], owed: [] })
  const { sent, told } = peer.take(tick(30_000), { type: 'wire.piece', blocks: answersTo(four), at: 30_000 })
  expect([sent, told]).toEqual([[], []])
})

test('a low limit is not filled with requests from the start, and one that is lifted asks for no more at once', () => {
  const peer = requestingPeer([])
  peer.take({ type: 'transport.limits', down: 100_000, up: Number.POSITIVE_INFINITY })
  expect(peer.context.rateLimits).toEqual({ down: 100_000, up: Number.POSITIVE_INFINITY })
  expect(peer.context.depth.depth).toBe(1)
  peer.take({ type: 'transport.limits', down: Number.POSITIVE_INFINITY, up: Number.POSITIVE_INFINITY })
  expect(peer.context.depth.depth).toBe(1)
})

test('a peer that sends more than a limit lets us read is asked for less', () => {
  const requests = someBlocks(6)
  const peer = requestingPeer(requests)
  peer.take({ type: 'transport.limits', down: 100_000, up: Number.POSITIVE_INFINITY })
  const depths = requests.map((request, i) => {
    const heldBack = i < 2 ? {} : ({ heldBack: true } as const)
    peer.take({ type: 'wire.piece', blocks: answersTo([request]), at: i, ...heldBack })
    return peer.context.depth.depth
  })
  expect(depths).toEqual([2, 3, 3, 2, 2, 1])
})
