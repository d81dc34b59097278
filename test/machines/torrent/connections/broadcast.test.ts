import { expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { closing, dialing, telling } from '../../../../machines/torrent/connections/batching.ts'
import { longTest } from '../../../in-full.ts'
import { aTorrent, downloading, meet, piecesOf, sent } from '../a-torrent.ts'

const peers = 150

/** A torrent with many peers that have the same two pieces; one has delivered both to its disk, which has not answered yet. */
function crowd() {
  const torrent = downloading([], { maxPeers: 2 * peers })
  const remotes = Array.from({ length: peers }, (_, i) => meet(torrent, `peer ${i}`, [0, 1]))
  const [first] = remotes
  if (!first) throw new Error('nobody is there')
  first.report({ type: 'wire.unchoke' })
  for (let requests = requestsTo(first); requests.length > 0; requests = requestsTo(first)) {
    const blocks = requests.map(({ index, begin, length }) => ({ index, begin, data: new Uint8Array(length) }))
    first.report({ type: 'wire.piece', blocks, at: 0 })
  }
  torrent.clock.advance(100)
  return { torrent, remotes }

  function requestsTo({ record }: ReturnType<typeof meet>) {
    return torrent.core.picker.requestsOf(record.peer)
  }
}

function verify({ torrent }: ReturnType<typeof crowd>, index: number) {
  torrent.hear({ type: 'storage.verified', index, data: new Uint8Array(32_768), digests: [] })
}

longTest('of a verified piece no more peers are told in one event than belong to a batch, and in the end all', () => {
  const swarm = crowd()
  const { torrent, remotes } = swarm
  const told = (index: number) =>
    remotes.filter(({ told }) => told.some((one) => one.type === 'send.have' && one.index === index)).length
  verify(swarm, 0)
  expect(told(0)).toBe(telling.batch)
  // Meanwhile another comes: the peer that has waited longest is told first, and of both.
  verify(swarm, 1)
  expect([told(0), told(1)]).toEqual([telling.batch, 0])
  torrent.clock.advance(telling.pauseMs)
  expect([told(0), told(1)]).toEqual([peers, telling.batch - (peers - telling.batch)])
  torrent.clock.advance(10 * telling.pauseMs)
  expect([told(0), told(1)]).toEqual([peers, peers])
  expect(remotes.every(({ told }) => sent(told, 'send.not_interested').length === 1)).toBe(true)
  expect(remotes.every(({ told }) => sent(told, 'send.have').length === 2)).toBe(true)
})

longTest('a peer that connects between is told once, by its bitfield', () => {
  const swarm = crowd()
  verify(swarm, 0)
  swarm.remotes[0]?.report({ type: 'transport.closed', end: { code: 'end' } })
  const late = meet(swarm.torrent, 'late', [0])
  swarm.torrent.clock.advance(100)
  expect(sent(late.told, 'send.have')).toEqual([])
  expect(sent(late.told, 'send.bitfield')).toHaveLength(1)
})

test('in one event no more are dialled, and no more are ended, than belong to a batch', () => {
  const torrent = downloading([], { maxPeers: 120 })
  const addresses = Array.from({ length: 60 }, (_, i) => ({ host: `peer ${i}`, port: 6881 }))
  for (const address of addresses) torrent.actor.send({ type: 'torrent.add_peer', address })
  expect(torrent.sockets).toHaveLength(dialing.batch)
  torrent.clock.advance(dialing.pauseMs)
  expect(torrent.sockets).toHaveLength(2 * dialing.batch)
  torrent.clock.advance(10 * dialing.pauseMs)
  expect(torrent.sockets).toHaveLength(60)
  const ended = () => torrent.sockets.filter(({ told }) => sent(told, 'link.destroy').length > 0).length
  torrent.actor.send({ type: 'torrent.pause' })
  expect(ended()).toBe(closing.batch)
  torrent.clock.advance(closing.pauseMs)
  expect(ended()).toBe(2 * closing.batch)
  // A peer that is left ends all the same when the torrent runs again.
  torrent.actor.send({ type: 'torrent.resume' })
  torrent.clock.advance(10 * closing.pauseMs)
  expect(ended()).toBe(60)
})

/** A magnet link with many peers, whose metadata has come and whose disk is about to be read. */
function crowdOfMagnet(pieces: number) {
  const torrent = aTorrent({ maxPeers: 2 * peers }, { isMagnet: true })
  torrent.actor.send({ type: 'torrent.start' })
  const remotes = Array.from({ length: peers }, (_, i) => meet(torrent, `peer ${i}`, 'silent'))
  const learnt = new Layout({ pieceLength: 16_384, length: pieces * 16_384 })
  torrent.hear({ type: 'metadata.ready', layout: learnt, bytes: 1, name: 'a', isPrivate: false })
  torrent.clock.advance(100)
  const toldHaves = () => remotes.filter(({ told }) => sent(told, 'send.haves').length === 1).length
  return { torrent, remotes, toldHaves, have: PieceSet.none(pieces).with(1).with(2) }
}

test('of the metadata no more peers are told in one event than belong to a batch, and in the end all (BEP 9)', () => {
  const { torrent, toldHaves, have } = crowdOfMagnet(4)
  torrent.hear({ type: 'storage.checked', have })
  expect(toldHaves()).toBe(telling.batch)
  torrent.clock.advance(telling.pauseMs)
  expect(toldHaves()).toBe(peers)
})

test('where many pieces are on disk, fewer peers are told of them at once', () => {
  const pieces = 20_000
  const { torrent, remotes, toldHaves } = crowdOfMagnet(pieces)
  torrent.hear({ type: 'storage.checked', have: PieceSet.all(pieces) })
  expect(toldHaves()).toBe(Math.ceil(telling.batch / 21))
  torrent.clock.advance(100 * telling.pauseMs)
  expect(toldHaves()).toBe(peers)
  expect(remotes.every(({ told }) => sent(told, 'send.have').length === 0)).toBe(true)
})

test('a peer that opens before it is its turn to be told of the metadata is told by its bitfield alone', () => {
  const { torrent, have } = crowdOfMagnet(4)
  torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'late', port: 6881 } })
  torrent.clock.advance(100)
  torrent.hear({ type: 'timer.tick', at: torrent.core.now })
  const late = torrent.sockets.at(-1)
  torrent.hear({ type: 'storage.checked', have })
  late?.report({ type: 'transport.opened' })
  late?.report({
    type: 'wire.info_hash',
    infoHash: 'ab'.repeat(20),
    features: { extended: false, fast: true, dht: false },
  })
  late?.report({ type: 'wire.peer_id', peerId: '11'.repeat(20) })
  torrent.clock.advance(100)
  expect(late?.told.filter(({ type }) => type === 'send.bitfield' || type === 'send.haves')).toEqual([
    { type: 'send.bitfield', bits: have.toBits() },
  ])
})

longTest('pieces that are lost and found over and over leave no more behind than a few do (BEP 54)', () => {
  const torrent = downloading([0])
  const peer = meet(torrent, 'b', [])
  const found = { right: [0], wrong: [], isOver: true, isWished: false, recheck: 1 }
  const times = 2_000
  for (let i = 0; i < times; i++) {
    torrent.hear({ type: 'storage.lost', pieces: piecesOf([0]), isThere: false, message: 'gone' })
    torrent.hear({ type: 'storage.rechecked', pieces: piecesOf([0]), ...found })
    torrent.clock.advance(telling.pauseMs)
  }
  expect(sent(peer.told, 'send.have')).toHaveLength(times)
  expect(torrent.core.telling.pieces.length).toBeLessThan(1_100)
  expect(peer.record.toldPieces).toBe(torrent.core.telling.pieces.length)
})
