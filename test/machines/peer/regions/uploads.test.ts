import { describe, expect, test } from 'vitest'
import { limits } from '../../../../machines/peer/delays.ts'
import { Layout } from '../../../../machines/torrent/layout.ts'
import type { BlockRequest } from '../../../../transport/wire/messages.ts'
import { answersTo, Drive, openPeer, servingPeer, someBlocks } from '../drive.ts'

const three = someBlocks(3)
const without = { features: { fast: false } } as const

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
    expect(peer.value.uploads).toBe('idle')
    expect(peer.context).toMatchObject({ serving: [], queued: [], uploaded: 3 * 16_384 })
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
    expect(told).toMatchObject([{ type: 'peer.closing' }])
  })

  test.each([
    ['while we choke', openPeer()],
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

  test('that can not be had is rejected with Fast, forgotten without', () => {
    for (const [options, expected] of [
      [{}, [{ type: 'send.reject_request', requests: three }]] as const,
      [without, []] as const,
    ]) {
      const peer = servingPeer(options)
      peer.take({ type: 'wire.request', requests: three })
      expect(peer.take({ type: 'torrent.reject', requests: three }).sent).toEqual(expected)
      expect(peer.value.uploads).toBe('idle')
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
    expect(peer.value.uploads).toBe('idle')
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
    peer.take({ type: 'torrent.reject', requests: requests.slice(2, 3) })
    expect(peer.value.uploads).toBe('congested')
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

function congested(): Drive {
  const peer = servingPeer()
  peer.take({ type: 'transport.congested' })
  return peer
}
