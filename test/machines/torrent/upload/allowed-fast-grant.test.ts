import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import type { TransportCommand } from '../../../../machines/peer/vocabulary/transport-commands.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { sha1 } from '../../../storage/support.ts'
import { aTorrent, downloading, meet, sent } from '../a-torrent.ts'

const infoHash = 'aa'.repeat(20)
const pieceCount = 1_313
const large = new Layout({ pieceLength: 16_384, length: pieceCount * 16_384 })
const canonical = [1059, 431, 808, 1217, 287, 376, 1188, 353, 508, 1246]

const granted = (told: readonly TransportCommand[]) =>
  sent(told, 'send.allowed_fast').flatMap((command) => (command.type === 'send.allowed_fast' ? command.index : []))

/** A peer of BEP 6's example torrent, its handshake done. */
function opened({ have = [0], host = '80.4.4.200', fast = true }) {
  const torrent = aTorrent({ layout: large, infoHash })
  torrent.actor.send({ type: 'torrent.start' })
  const pieces = have.reduce((set, index) => set.with(index), PieceSet.none(pieceCount))
  torrent.hear({ type: 'storage.checked', have: pieces })
  torrent.actor.send({ type: 'torrent.add_peer', address: { host, port: 6881 } })
  const socket = torrent.sockets[0]
  if (!socket) throw new Error('nobody was dialled')
  socket.report({ type: 'transport.opened' })
  socket.report({ type: 'wire.info_hash', infoHash, features: { extended: false, fast, dht: false } })
  socket.report({ type: 'wire.peer_id', peerId: 'ef'.repeat(20) })
  return socket
}

describe('a peer is granted', () => {
  test('the canonical set right behind our pieces, also those of it that we lack (BEP 6)', () => {
    const { told } = opened({})
    expect(granted(told)).toEqual(canonical)
    const types = told.map(({ type }) => type)
    expect(types[types.indexOf('send.allowed_fast') - 1]).toBe('send.bitfield')
  })

  test.each([
    ['without the Fast extension', { fast: false }],
    ['where the host is a name', { host: 'peer.example.org' }],
    ['as long as we have no piece', { have: [] }],
  ])('nothing %s', (_, options) => {
    expect(granted(opened(options).told)).toEqual([])
  })

  test('as much over IPv6', () => {
    expect(granted(opened({ host: '2001:db8::1' }).told)).toHaveLength(canonical.length)
  })

  test('its set when it becomes interested, if we had no piece at first; once', () => {
    let digests = 0
    const counting = (bytes: Uint8Array) => {
      digests++
      return sha1(bytes)
    }
    const torrent = downloading([], { sha1: counting })
    const peer = meet(torrent, '80.4.4.200', [2])
    peer.report({ type: 'wire.interested' })
    expect(granted(peer.told)).toEqual([])
    peer.report({ type: 'wire.unchoke' })
    const blocks = [0, 16_384].map((begin) => ({ index: 2, begin, data: new Uint8Array(16_384) }))
    peer.report({ type: 'wire.piece', blocks, at: 0 })
    torrent.hear({ type: 'storage.verified', index: 2, data: new Uint8Array(32_768), digests: [] })
    const late = meet(torrent, '80.4.5.200', [])
    expect(granted(late.told).sort()).toEqual([0, 1, 2, 3])
    digests = 0
    peer.report({ type: 'wire.not_interested' })
    peer.report({ type: 'wire.interested' })
    expect(granted(peer.told).sort()).toEqual([0, 1, 2, 3])
    expect(digests).toBeGreaterThan(0)
    digests = 0
    peer.report({ type: 'wire.not_interested' })
    peer.report({ type: 'wire.interested' })
    expect(granted(peer.told)).toHaveLength(4)
    expect(digests).toBe(0)
  })
})

test('a granted piece that we lack is refused, one that we have is read, while we choke the peer', () => {
  const torrent = downloading([0], { slots: 0 })
  const peer = meet(torrent, '80.4.4.200', [])
  peer.report({ type: 'wire.interested' })
  const requests = [0, 1].map((index) => ({ index, begin: 0, length: 16_384 }))
  peer.report({ type: 'wire.request', requests })
  expect(torrent.toStorage.at(-1)).toMatchObject({ type: 'storage.read', requests: [{ index: 0 }] })
  expect(sent(peer.told, 'send.reject_request')).toMatchObject([{ requests: [{ index: 1 }] }])
  torrent.hear({
    type: 'storage.blocks',
    peer: peer.record.peer,
    blocks: [{ index: 0, begin: 0, data: new Uint8Array(16_384) }],
  })
  expect(sent(peer.told, 'send.piece')).toHaveLength(1)
})

describe('a block of a granted piece, while we choke the peer', () => {
  const first = { index: 0, begin: 0, length: 16_384 }
  const second = { index: 0, begin: 16_384, length: 16_384 }
  const dataOf = ({ index, begin, length }: typeof first) => ({ index, begin, data: new Uint8Array(length) })

  /** A torrent that chokes every peer, and peers of one host. */
  function choking() {
    const torrent = downloading([0], { slots: 0 })
    let port = 6881
    const join = () => {
      port++
      const peer = meet(torrent, '80.4.4.200', [], { port, name: `peer ${port}` })
      const read = (...requests: (typeof first)[]) => {
        torrent.hear({ type: 'storage.blocks', peer: peer.record.peer, blocks: requests.map(dataOf) })
      }
      const ask = (...requests: (typeof first)[]) => peer.report({ type: 'wire.request', requests })
      return {
        ...peer,
        ask,
        read,
        counts: () =>
          [sent(peer.told, 'send.piece'), sent(peer.told, 'send.reject_request')].map(({ length }) => length),
      }
    }
    return { torrent, join }
  }

  test('goes out once for a host, also over another connection', () => {
    const { torrent, join } = choking()
    const peer = join()
    peer.ask(first)
    peer.read(first)
    const again = join()
    again.ask(first, second)
    expect(sent(again.told, 'send.reject_request')).toMatchObject([{ requests: [first] }])
    expect(torrent.toStorage.at(-1)).toMatchObject({ type: 'storage.read', requests: [second] })
    again.read(second)
    expect([peer.counts(), again.counts()]).toEqual([
      [1, 0],
      [1, 1],
    ])
  })

  test('that two connections of a host ask for at a time goes to the first that it was read for', () => {
    const { join } = choking()
    const [peer, other] = [join(), join()]
    peer.ask(first)
    other.ask(first)
    other.read(first)
    peer.read(first)
    expect([peer.counts(), other.counts()]).toEqual([
      [0, 1],
      [1, 0],
    ])
  })

  test('that is not sent, as the connection has ended, does not count', () => {
    const { join } = choking()
    const peer = join()
    peer.ask(first)
    peer.report({ type: 'transport.closed', end: { code: 'reset' } })
    peer.read(first)
    const again = join()
    again.ask(first)
    again.read(first)
    expect(again.counts()).toEqual([1, 0])
  })

  test('counts nothing once we do not choke it any more', () => {
    const torrent = downloading([0])
    const peer = meet(torrent, '80.4.4.200', [])
    peer.report({ type: 'wire.interested' })
    for (let i = 0; i < 2; i++) {
      peer.report({ type: 'wire.request', requests: [first] })
      torrent.hear({ type: 'storage.blocks', peer: peer.record.peer, blocks: [dataOf(first)] })
    }
    expect(sent(peer.told, 'send.piece')).toHaveLength(2)
  })

  test('is granted no more when all of its piece went out', () => {
    const { join } = choking()
    const peer = join()
    peer.ask(first, second)
    peer.read(first, second)
    expect(granted(peer.told).sort()).toEqual([0, 1, 2, 3])
    expect(granted(join().told).sort()).toEqual([1, 2, 3])
  })
})
