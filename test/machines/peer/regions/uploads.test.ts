import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { limits } from '../../../../machines/peer/vocabulary/delays.ts'
import type { PeerEvent } from '../../../../machines/peer/vocabulary/events.ts'
import type { BlockRequest } from '../../../../transport/wire/messages.ts'
import { answersTo, Drive, magnetPeer, type OpenOptions, openPeer, servingPeer, someBlocks, tick } from '../drive.ts'

const three = someBlocks(3)
const without = { features: { fast: false } } as const

/** How a peer stands after a second: that nothing is asked any more is found then. */
function atTick(peer: Drive): Drive['value'] {
  peer.take(tick(1_000))
  return peer.value
}

/** A torrent large enough for any number of distinct requests below. */
const large = new Layout({ pieceLength: 16_384, length: 1000 * 16_384 })
const blocksOf = (count: number): BlockRequest[] => Array.from({ length: count }, (_, i) => large.blockAt(i, 0))
const windowBlocks = limits.uploadWindowBytes / 16_384

describe('a request (BEP 3)', () => {
  test('is asked of the torrent, and its block goes out', () => {
    const peer = servingPeer()
    expect(peer.take({ type: 'wire.request', requests: three }).told).toEqual([
      { type: 'peer.requests', peer: 7, requests: three },
    ])
    expect(peer.value.uploads).toBe('serving')
    const blocks = answersTo(three)
    expect(peer.take({ type: 'torrent.piece', blocks }).sent).toEqual([{ type: 'send.piece', blocks }])
    expect(peer.value.uploads).toBe('serving')
    expect(atTick(peer).uploads).toBe('idle')
    expect(peer.context).toMatchObject({ serving: [], queued: [], uploaded: 3 * 16_384 })
  })

  test('keeps it serving as long as a block is owed', () => {
    const peer = servingPeer()
    peer.take({ type: 'wire.request', requests: three }, { type: 'torrent.piece', blocks: answersTo(someBlocks(1)) })
    expect(atTick(peer).uploads).toBe('serving')
  })

  test('gets one answer, though its block is read twice', () => {
    const peer = servingPeer()
    const blocks = answersTo(someBlocks(1))
    peer.take({ type: 'wire.request', requests: someBlocks(1) }, { type: 'torrent.piece', blocks })
    expect(peer.take({ type: 'torrent.piece', blocks }).sent).toEqual([])
  })

  test('made twice gets two answers', () => {
    const peer = servingPeer()
    const [request] = three
    peer.take({ type: 'wire.request', requests: request ? [request, request] : [] })
    const blocks = answersTo(someBlocks(1))
    const { sent } = peer.take({ type: 'torrent.piece', blocks }, { type: 'torrent.piece', blocks })
    expect(sent).toHaveLength(2)
  })

  test('while we choke is rejected with Fast (BEP 6)', () => {
    const { sent, told } = openPeer().take({ type: 'wire.request', requests: three })
    expect(sent).toEqual([{ type: 'send.reject_request', requests: three }])
    expect(told).toEqual([])
  })

  test('while we choke is dropped without Fast (BEP 3)', () => {
    const peer = openPeer(without)
    const { sent, told } = peer.take({ type: 'wire.request', requests: three })
    expect([sent, told]).toEqual([[], []])
    expect(peer.value).toMatchObject({ handshake: 'open', uploads: 'idle' })
  })

  test.each([
    ['of a piece the torrent lacks', { index: 10, begin: 0, length: 1 }],
    ['of no bytes', { index: 0, begin: 0, length: 0 }],
    ['of more than 16 KiB', { index: 0, begin: 0, length: 16_385 }],
    ['over the end of its piece', { index: 0, begin: 32_767, length: 2 }],
    ['over the end of the torrent', { index: 9, begin: 0, length: 10_001 }],
  ])('%s ends it', (_, request) => {
    const peer = servingPeer()
    const { told } = peer.take({ type: 'wire.request', requests: [...three, request] })
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'request_out_of_range' })
    expect(told).toMatchObject([{ type: 'peer.reputation', reputation: 90 }, { type: 'peer.closing' }])
  })

  test.each([
    ['while we choke', openPeer()],
    ['while others are served', serving()],
    ['while the socket is congested', congested()],
  ])('out of range ends it, also %s', (_, peer) => {
    peer.take({ type: 'wire.request', requests: [{ index: 10, begin: 0, length: 1 }] })
    expect(peer.context.closeReason?.code).toBe('request_out_of_range')
  })

  test('up to the very end of piece and torrent is served', () => {
    const peer = servingPeer()
    const requests = [
      { index: 0, begin: 32_767, length: 1 },
      { index: 9, begin: 0, length: 10_000 },
    ]
    expect(peer.take({ type: 'wire.request', requests }).told).toMatchObject([{ type: 'peer.requests', requests }])
  })

  test('that cannot be had is rejected with Fast, forgotten without', () => {
    for (const [options, expected] of [
      [{}, [{ type: 'send.reject_request', requests: three }]] as const,
      [without, []] as const,
    ]) {
      const peer = servingPeer(options)
      peer.take({ type: 'wire.request', requests: three })
      expect(peer.take({ type: 'torrent.reject', requests: three }).sent).toEqual(expected)
      expect(atTick(peer).uploads).toBe('idle')
    }
  })

  test('that was never made is not rejected', () => {
    expect(servingPeer().take({ type: 'torrent.reject', requests: three }).sent).toEqual([])
  })
})

describe('bounds', () => {
  test('blocks are read ahead up to 1 MiB, and on as they go out', () => {
    const peer = servingPeer({ layout: large })
    const requests = blocksOf(windowBlocks + 2)
    const { told } = peer.take({ type: 'wire.request', requests })
    expect(told).toEqual([{ type: 'peer.requests', peer: 7, requests: requests.slice(0, windowBlocks) }])
    expect(peer.context.queued).toEqual(requests.slice(windowBlocks))
    const next = peer.take({ type: 'torrent.piece', blocks: answersTo(requests.slice(0, 1)) })
    expect(next.told).toMatchObject([
      { type: 'peer.requests', requests: requests.slice(windowBlocks, windowBlocks + 1) },
    ])
  })

  test('a rejected read makes room as a sent one does', () => {
    const peer = servingPeer({ layout: large })
    const requests = blocksOf(windowBlocks + 1)
    peer.take({ type: 'wire.request', requests })
    const { told } = peer.take({ type: 'torrent.reject', requests: requests.slice(0, 1) })
    expect(told).toMatchObject([{ type: 'peer.requests', requests: requests.slice(windowBlocks) }])
  })

  test('requests above reqq are rejected (BEP 6, BEP 10)', () => {
    const peer = servingPeer({ layout: large })
    const requests = blocksOf(limits.reqq + 2)
    const { sent } = peer.take({ type: 'wire.request', requests })
    expect(sent).toEqual([{ type: 'send.reject_request', requests: requests.slice(limits.reqq) }])
    expect(peer.context.queued.length + peer.context.serving.length).toBe(limits.reqq)
    expect(peer.take({ type: 'wire.request', requests: three.slice(0, 1) }).sent).toHaveLength(1)
  })

  test('exactly reqq requests are kept', () => {
    const peer = servingPeer({ layout: large })
    expect(peer.take({ type: 'wire.request', requests: blocksOf(limits.reqq) }).sent).toEqual([])
  })

  test('above reqq and without Fast, silence says no', () => {
    const peer = servingPeer({ layout: large, ...without })
    expect(peer.take({ type: 'wire.request', requests: blocksOf(limits.reqq + 2) }).sent).toEqual([])
    expect(peer.context.queued.length + peer.context.serving.length).toBe(limits.reqq)
  })
})

describe('cancel (BEP 3)', () => {
  test('of a queued request is answered by its reject, once (BEP 6)', () => {
    const peer = servingPeer({ layout: large })
    const requests = blocksOf(windowBlocks + 2)
    const last = requests.slice(-1)
    peer.take({ type: 'wire.request', requests })
    expect(peer.take({ type: 'wire.cancel', requests: last }).sent).toEqual([
      { type: 'send.reject_request', requests: last },
    ])
    expect(peer.take({ type: 'wire.cancel', requests: last }).sent).toEqual([])
    const all = peer.take({ type: 'torrent.piece', blocks: answersTo(requests) })
    expect(all.sent).toMatchObject([{ type: 'send.piece', blocks: { length: windowBlocks } }])
  })

  test('of a request that is being read is answered by its piece (BEP 6)', () => {
    const peer = servingPeer()
    peer.take({ type: 'wire.request', requests: three })
    expect(peer.take({ type: 'wire.cancel', requests: three }).sent).toEqual([])
    const blocks = answersTo(three)
    expect(peer.take({ type: 'torrent.piece', blocks }).sent).toEqual([{ type: 'send.piece', blocks }])
  })

  test('of what was never asked is ignored', () => {
    const peer = servingPeer()
    expect(peer.take({ type: 'wire.cancel', requests: three }).sent).toEqual([])
    expect(peer.value.handshake).toBe('open')
  })
})

describe('choke', () => {
  test('rejects what is read and what is queued, each once (BEP 6)', () => {
    const peer = servingPeer({ layout: large })
    const requests = blocksOf(windowBlocks + 2)
    peer.take({ type: 'wire.request', requests })
    expect(peer.take({ type: 'torrent.choke' }).sent[1]).toEqual({ type: 'send.reject_request', requests })
    expect(atTick(peer).uploads).toBe('idle')
    expect(peer.take({ type: 'torrent.piece', blocks: answersTo(requests) }).sent).toEqual([])
  })

  test('forgets them without Fast (BEP 3)', () => {
    const peer = servingPeer(without)
    peer.take({ type: 'wire.request', requests: three })
    expect(peer.take({ type: 'torrent.choke' }).sent).toEqual([{ type: 'send.choke' }])
    expect(peer.context).toMatchObject({ queued: [], serving: [] })
  })
})

describe('a congested socket', () => {
  test('gets no new read until it drains', () => {
    const peer = congested()
    expect(peer.take({ type: 'wire.request', requests: three }).told).toEqual([])
    expect(peer.context.queued).toEqual(three)
    expect(peer.take({ type: 'transport.drained' }).told).toEqual([{ type: 'peer.requests', peer: 7, requests: three }])
    expect(peer.value.uploads).toBe('serving')
  })

  test('still takes what was read already', () => {
    const peer = servingPeer({ layout: large })
    const requests = blocksOf(windowBlocks + 1)
    peer.take({ type: 'wire.request', requests }, { type: 'transport.congested' })
    const { sent, told } = peer.take({ type: 'torrent.piece', blocks: answersTo(requests.slice(0, 2)) })
    expect(sent).toMatchObject([{ type: 'send.piece' }])
    expect(told).toEqual([])
    const rejected = requests.slice(2, 3)
    expect(peer.take({ type: 'torrent.reject', requests: rejected })).toMatchObject({
      sent: [{ type: 'send.reject_request', requests: rejected }],
      told: [],
    })
    expect(peer.value.uploads).toBe('congested')
  })

  test('is told apart from a limit that holds the socket back, each time it is told', () => {
    const peer = servingPeer()
    const isLimited = (event: PeerEvent) => {
      peer.take(event)
      return peer.context.isUploadLimited
    }
    expect(isLimited({ type: 'transport.congested', isLimited: true })).toBe(true)
    expect(isLimited({ type: 'transport.congested' })).toBe(false)
    expect(isLimited({ type: 'transport.congested', isLimited: true })).toBe(true)
  })

  test('refuses while we choke, as ever', () => {
    const peer = congested()
    peer.take({ type: 'torrent.choke' })
    expect(peer.take({ type: 'wire.request', requests: three }).sent).toEqual([
      { type: 'send.reject_request', requests: three },
    ])
  })

  test('drained with nothing to do is idle', () => {
    const peer = congested()
    peer.take({ type: 'transport.drained' })
    expect(peer.value.uploads).toBe('idle')
  })
})

test('no request counts before the connection is open', () => {
  const peer = new Drive()
  const { sent, told } = peer.take({ type: 'wire.request', requests: three })
  expect([sent, told]).toEqual([[], []])
})

describe('allowed fast (BEP 6)', () => {
  const granting = (options: OpenOptions = {}) => openPeer({ allowFast: [0], ...options })
  const ofPiece0 = someBlocks(2)
  const mixed = someBlocks(3)

  test('a granted piece is served while we choke, the rest rejected, each request answered once', () => {
    const peer = granting()
    const { sent, told } = peer.take({ type: 'wire.request', requests: mixed })
    expect(sent).toEqual([{ type: 'send.reject_request', requests: mixed.slice(2) }])
    expect(told).toEqual([{ type: 'peer.requests', peer: 7, requests: ofPiece0 }])
    const blocks = answersTo(ofPiece0)
    expect(peer.take({ type: 'torrent.piece', blocks }).sent).toEqual([{ type: 'send.piece', blocks }])
    expect(peer.take({ type: 'torrent.piece', blocks }).sent).toEqual([])
    expect(atTick(peer)).toMatchObject({ am_choking: 'choking', uploads: 'idle' })
  })

  test('one granted request is served behind the other, and the rest rejected, while we choke', () => {
    const peer = granting()
    const [first, second, other] = mixed.map((request) => [request])
    peer.take({ type: 'wire.request', requests: first ?? [] })
    expect(peer.take({ type: 'wire.request', requests: second ?? [] })).toMatchObject({
      sent: [],
      told: [{ type: 'peer.requests', requests: second }],
    })
    expect(peer.take({ type: 'wire.request', requests: other ?? [] })).toMatchObject({
      sent: [{ type: 'send.reject_request', requests: other }],
      told: [],
    })
  })

  test('a granted piece that cannot be had is rejected', () => {
    const peer = granting()
    peer.take({ type: 'wire.request', requests: ofPiece0 })
    expect(peer.take({ type: 'torrent.reject', requests: ofPiece0 }).sent).toEqual([
      { type: 'send.reject_request', requests: ofPiece0 },
    ])
  })

  test('a choke spares what is granted, read or queued', () => {
    const requests = blocksOf(windowBlocks + 4)
    const peer = openPeer({ layout: large, allowFast: [0, windowBlocks + 1] })
    peer.take({ type: 'torrent.unchoke' }, { type: 'wire.request', requests })
    const spared = [requests[0], requests[windowBlocks + 1]]
    expect(peer.take({ type: 'torrent.choke' }).sent).toEqual([
      { type: 'send.choke' },
      { type: 'send.reject_request', requests: requests.filter((request) => !spared.includes(request)) },
    ])
    expect(peer.context).toMatchObject({ serving: [spared[0]], queued: [spared[1]] })
    const { sent } = peer.take({ type: 'torrent.piece', blocks: answersTo(requests) })
    expect(sent).toMatchObject([{ type: 'send.piece', blocks: { length: 1 } }])
  })

  test('three times over and no more (libtorrent)', () => {
    const peer = granting()
    for (let round = 0; round < limits.grantedRounds; round++) {
      expect(peer.take({ type: 'wire.request', requests: ofPiece0 }).sent).toEqual([])
    }
    expect(peer.take({ type: 'wire.request', requests: ofPiece0 }).sent).toEqual([
      { type: 'send.reject_request', requests: ofPiece0 },
    ])
    expect(peer.value.handshake).toBe('open')
    peer.take({ type: 'torrent.unchoke' })
    expect(peer.take({ type: 'wire.request', requests: ofPiece0 }).sent).toEqual([])
  })

  test('what is refused for want of room does not count', () => {
    const peer = granting({ layout: large, allowFast: [0, 1, 2] })
    peer.take({ type: 'torrent.unchoke' })
    const [first] = blocksOf(1)
    peer.take({ type: 'wire.request', requests: new Array(limits.reqq).fill(first) }, { type: 'torrent.choke' })
    const requests = blocksOf(3)
    expect(peer.take({ type: 'wire.request', requests }).sent).toEqual([{ type: 'send.reject_request', requests }])
    expect(peer.context.grantedBlocks).toBe(0)
  })

  test('a congested socket keeps them waiting', () => {
    const peer = granting()
    peer.take({ type: 'transport.congested' })
    const { sent, told } = peer.take({ type: 'wire.request', requests: mixed })
    expect(sent).toEqual([{ type: 'send.reject_request', requests: mixed.slice(2) }])
    expect(told).toEqual([])
    expect(peer.take({ type: 'transport.drained' }).told).toMatchObject([{ type: 'peer.requests', requests: ofPiece0 }])
  })

  test('a granted request out of range ends it all the same', () => {
    const peer = granting()
    peer.take({ type: 'wire.request', requests: [{ index: 0, begin: 0, length: 16_385 }] })
    expect(peer.context.closeReason?.code).toBe('request_out_of_range')
  })

  test('without Fast nothing is granted, and silence refuses', () => {
    const peer = granting(without)
    expect(peer.context.granted).toEqual([])
    const { sent, told } = peer.take(
      { type: 'torrent.allow_fast', index: 0 },
      { type: 'torrent.suggest', index: 0 },
      { type: 'wire.request', requests: ofPiece0 },
    )
    expect([sent, told]).toEqual([[], []])
    expect(peer.value.uploads).toBe('idle')
  })

  test('what is granted at admission are pieces of the torrent, each once, at most 100', () => {
    expect(openPeer({ allowFast: [9, 10, -1, 0.5, 9, 0] }).context.granted).toEqual([9, 0])
    const many = Array.from({ length: limits.allowedFast + 1 }, (_, index) => index)
    expect(openPeer({ layout: large, allowFast: many }).context.granted).toEqual(many.slice(0, -1))
  })

  test('a piece may be granted later, once', () => {
    const peer = openPeer()
    expect(peer.take({ type: 'torrent.allow_fast', index: 0 }).sent).toEqual([{ type: 'send.allowed_fast', index: 0 }])
    expect(peer.take({ type: 'torrent.allow_fast', index: 0 }).sent).toEqual([])
    expect(peer.take({ type: 'wire.request', requests: ofPiece0 }).told).toHaveLength(1)
  })

  test.each([
    ['that the torrent lacks', openPeer(), 10],
    ['before the metadata', magnetPeer(), 0],
    ['before the connection is open', new Drive(), 0],
  ])('no piece %s is granted or suggested', (_, peer, index) => {
    const { sent } = peer.take({ type: 'torrent.allow_fast', index }, { type: 'torrent.suggest', index })
    expect(sent).toEqual([])
    expect(peer.context).toMatchObject({ granted: [], suggested: [] })
  })

  test('no more than 100 pieces are granted, and 1000 suggested, each once', () => {
    const peer = openPeer({ layout: new Layout({ pieceLength: 16_384, length: 2000 * 16_384 }) })
    const indexes = Array.from({ length: limits.suggested + 1 }, (_, index) => index)
    const sentFor = (type: 'torrent.allow_fast' | 'torrent.suggest') =>
      peer.take(...[0, ...indexes].map((index) => ({ type, index }))).sent
    expect(sentFor('torrent.allow_fast')).toHaveLength(limits.allowedFast)
    const suggestions = indexes.slice(0, limits.suggested).map((index) => ({ type: 'send.suggest_piece', index }))
    expect(sentFor('torrent.suggest')).toEqual(suggestions)
  })
})

describe('before the metadata (BEP 9)', () => {
  const anything = [{ index: 4_000_000, begin: 7, length: 99_999_999 }, ...three]

  test.each([
    ['with Fast are rejected', {}, [{ type: 'send.reject_request', requests: anything }]],
    ['without Fast are dropped', without, []],
  ] as const)('requests %s and are no fault, whatever they ask', (_, options, expected) => {
    const peer = magnetPeer(options)
    peer.take({ type: 'torrent.unchoke' })
    for (const before of [[], [{ type: 'transport.congested' }]] as const) {
      const { sent, told } = peer.take(...before, { type: 'wire.request', requests: anything })
      expect([sent, told]).toEqual([expected, []])
    }
    expect(peer.value.handshake).toBe('open')
  })
})

function serving(): Drive {
  const peer = servingPeer()
  peer.take({ type: 'wire.request', requests: three })
  return peer
}

function congested(): Drive {
  const peer = servingPeer()
  peer.take({ type: 'transport.congested' })
  return peer
}
