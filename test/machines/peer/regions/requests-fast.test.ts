import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { limits } from '../../../../machines/peer/vocabulary/delays.ts'
import { answersTo, layout, magnetPeer, openPeer, requestingPeer, someBlocks } from '../drive.ts'

const four = someBlocks(4)
const without = { features: { fast: false } } as const

describe('reject_request (BEP 6)', () => {
  test('gives the request back', () => {
    const peer = requestingPeer(four)
    const requests = four.slice(1, 3)
    const { told } = peer.take({ type: 'wire.reject_request', requests })
    expect(told).toEqual([{ type: 'peer.released', peer: 7, requests, cause: 'rejected', room: 0 }])
    expect(peer.context.outstanding).toMatchObject([four[0], four[3]])
    expect(peer.context.owed).toEqual([])
  })

  test('of what was never asked ends it', () => {
    const peer = requestingPeer(someBlocks(1))
    peer.take({ type: 'wire.reject_request', requests: someBlocks(2) })
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'reject_unrequested' })
  })

  test('of a shorter block than was asked ends it', () => {
    const peer = requestingPeer(someBlocks(1))
    peer.take({ type: 'wire.reject_request', requests: [{ index: 0, begin: 0, length: 1 }] })
    expect(peer.context.closeReason?.code).toBe('reject_unrequested')
  })

  test('twice for one request ends it', () => {
    const peer = requestingPeer(someBlocks(1))
    const reject = { type: 'wire.reject_request', requests: someBlocks(1) } as const
    peer.take(reject)
    expect(peer.value.handshake).toBe('open')
    peer.take(reject)
    expect(peer.context.closeReason?.code).toBe('reject_unrequested')
  })
})

describe('of a block that was cancelled and asked for again (BEP 6)', () => {
  const askedAgain = (peer = requestingPeer(four)) => {
    const requests = four.slice(0, 1)
    peer.take({ type: 'torrent.cancel', requests }, { type: 'torrent.request', requests, at: 1 })
    return { peer, requests }
  }

  test('the first reject answers the cancel, and the second the request', () => {
    const { peer, requests } = askedAgain()
    const reject = { type: 'wire.reject_request', requests } as const
    expect(peer.take(reject).told).toEqual([])
    expect(peer.context).toMatchObject({ owed: [], outstanding: [...four.slice(1), four[0]] })
    expect(peer.take(reject).told).toMatchObject([{ type: 'peer.released', requests, cause: 'rejected' }])
    peer.take(reject)
    expect(peer.context.closeReason?.code).toBe('reject_unrequested')
  })

  test('two rejects in one batch answer both', () => {
    const { peer, requests } = askedAgain()
    const { told } = peer.take({ type: 'wire.reject_request', requests: [...requests, ...requests] })
    expect(told).toMatchObject([{ type: 'peer.released', requests, cause: 'rejected' }])
    expect(peer.context.owed).toEqual([])
    expect(peer.value.handshake).toBe('open')
  })

  test('one block answers the first request, so the second is cancelled, and its reject changes nothing', () => {
    const { peer, requests } = askedAgain()
    const { sent, told } = peer.take({ type: 'wire.piece', blocks: answersTo(requests), at: 2 })
    expect(sent).toMatchObject([{ type: 'send.cancel', requests }])
    expect(told).toMatchObject([{ type: 'peer.blocks', blocks: [{ index: 0, begin: 0 }] }])
    expect(peer.context).toMatchObject({ owed: requests, outstanding: four.slice(1) })
    expect(peer.take({ type: 'wire.reject_request', requests }).told).toEqual([])
    expect(peer.context.owed).toEqual([])
  })

  test('two blocks in one batch answer both, and nothing is cancelled', () => {
    const { peer, requests } = askedAgain()
    const { sent } = peer.take({ type: 'wire.piece', blocks: answersTo([...requests, ...requests]), at: 2 })
    expect(sent).toEqual([])
    expect(peer.context).toMatchObject({ owed: [], outstanding: four.slice(1) })
  })

  test('that came before it was asked for again nothing is cancelled', () => {
    const peer = requestingPeer(four)
    const requests = four.slice(0, 1)
    peer.take({ type: 'torrent.cancel', requests }, { type: 'wire.piece', blocks: answersTo(requests), at: 1 })
    peer.take({ type: 'torrent.request', requests, at: 1 })
    expect(peer.take({ type: 'wire.piece', blocks: answersTo(requests), at: 2 }).sent).toEqual([])
  })

  test('while the peer chokes us a reject answers the request, as some clients do not answer a cancel', () => {
    const { peer, requests } = askedAgain()
    peer.take({ type: 'wire.choke' })
    const { told } = peer.take({ type: 'wire.reject_request', requests: four })
    expect(told).toMatchObject([{ type: 'peer.released', cause: 'choked' }])
    expect(peer.context).toMatchObject({ owed: requests, outstanding: [] })
  })

  test('while the peer chokes us the first reject of a piece that is allowed fast answers the cancel', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.allowed_fast', index: 0 }, { type: 'torrent.request', requests: someBlocks(2), at: 0 })
    const { requests } = askedAgain(peer)
    expect(peer.take({ type: 'wire.reject_request', requests }).told).toEqual([])
    expect(peer.context.allowedFast).toEqual([0])
    peer.take({ type: 'wire.reject_request', requests })
    expect(peer.context.allowedFast).toEqual([])
  })
})

test('without Fast a block answers all requests for it, also those that a choke dropped: nothing is cancelled, nothing owed (BEP 3)', () => {
  const peer = requestingPeer(four, without)
  peer.take({ type: 'wire.choke' }, { type: 'wire.unchoke' }, { type: 'torrent.request', requests: four, at: 1 })
  const { sent } = peer.take({ type: 'wire.piece', blocks: answersTo(four), at: 2 })
  expect(sent).toEqual([])
  expect(peer.context).toMatchObject({ owed: [], outstanding: [] })
})

describe('without the Fast extension its messages are faults (BEP 6)', () => {
  test.each([
    { type: 'wire.reject_request', requests: someBlocks(1) },
    { type: 'wire.allowed_fast', index: 0 },
    { type: 'wire.suggest_piece', index: 0 },
    { type: 'wire.suggest_piece', index: 10 },
  ] as const)('%o', (message) => {
    for (const peer of [requestingPeer(someBlocks(1), without), magnetPeer(without)]) {
      peer.take(message)
      expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'fast_not_negotiated' })
    }
  })
})

describe('suggest_piece (BEP 6)', () => {
  test('is told, and asks for nothing', () => {
    const { told, sent } = openPeer().take({ type: 'wire.suggest_piece', index: 9 })
    expect(told).toEqual([{ type: 'peer.suggested', peer: 7, index: 9 }])
    expect(sent).toEqual([])
  })

  test.each([
    ['of a piece the torrent lacks', openPeer(), 10],
    ['before the metadata', magnetPeer(), 0],
  ])('%s is ignored', (_, peer, index) => {
    expect(peer.take({ type: 'wire.suggest_piece', index }).told).toEqual([])
    expect(peer.value.handshake).toBe('open')
  })
})

describe('allowed_fast (BEP 6)', () => {
  test('is kept and told, each piece once', () => {
    const peer = openPeer()
    const { told } = peer.take(...[3, 5, 3].map((index) => ({ type: 'wire.allowed_fast', index }) as const))
    expect(peer.context.allowedFast).toEqual([3, 5])
    expect(told).toEqual([
      { type: 'peer.allowed_fast', peer: 7, index: 3, room: 4 },
      { type: 'peer.allowed_fast', peer: 7, index: 5, room: 4 },
    ])
  })

  test('of a piece the torrent lacks is ignored (libtorrent)', () => {
    const peer = openPeer()
    expect(peer.take({ type: 'wire.allowed_fast', index: 10 }).told).toEqual([])
    expect(peer.context.allowedFast).toEqual([])
    expect(peer.value.handshake).toBe('open')
  })

  test('of the last piece is not out of range', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.allowed_fast', index: 9 })
    expect(peer.context.allowedFast).toEqual([9])
  })

  test('before the metadata is kept for it, and judged then', () => {
    const peer = magnetPeer()
    expect(peer.take({ type: 'wire.allowed_fast', index: 9 }, { type: 'wire.allowed_fast', index: 10 }).told).toEqual(
      [],
    )
    expect(peer.take({ type: 'torrent.learn', layout }).told).toMatchObject([{ type: 'peer.allowed_fast', index: 9 }])
    expect(peer.context.allowedFast).toEqual([9])
    expect(peer.value.handshake).toBe('open')
  })

  const choked = () => {
    const peer = openPeer()
    for (const index of [0, 1]) peer.take({ type: 'wire.allowed_fast', index })
    peer.take({ type: 'torrent.request', requests: four, at: 0 })
    return peer
  }

  test('is taken back by a reject while the peer chokes us: asked again it would say no again (libtorrent)', () => {
    const peer = choked()
    const { told } = peer.take({ type: 'wire.reject_request', requests: someBlocks(1) })
    expect(told).toMatchObject([{ type: 'peer.released', requests: someBlocks(1), cause: 'rejected' }])
    expect(peer.context.allowedFast).toEqual([1])
    const again = peer.take({ type: 'torrent.request', requests: someBlocks(1), at: 1 })
    expect(again.sent).toEqual([])
    expect(again.told).toMatchObject([{ cause: 'refused' }])
  })

  test('is not taken back while the peer does not choke us', () => {
    const peer = choked()
    peer.take({ type: 'wire.unchoke' }, { type: 'wire.reject_request', requests: someBlocks(1) })
    expect(peer.context.allowedFast).toEqual([0, 1])
  })

  test('is not taken back by the answer to our own cancel', () => {
    const peer = choked()
    peer.take({ type: 'torrent.cancel', requests: someBlocks(1) })
    peer.take({ type: 'wire.reject_request', requests: someBlocks(1) })
    expect(peer.context.allowedFast).toEqual([0, 1])
  })

  test('is kept for at most 100 pieces', () => {
    const peer = openPeer({ layout: new Layout({ pieceLength: 16_384, length: 200 * 16_384 }) })
    for (let index = 0; index < 200; index++) peer.take({ type: 'wire.allowed_fast', index })
    expect(peer.context.allowedFast).toEqual(Array.from({ length: limits.allowedFast }, (_, index) => index))
    expect(peer.value.handshake).toBe('open')
  })
})
