import { describe, expect, test } from 'vitest'
import { Layout } from '../../../../machines/layout.ts'
import { viewOf } from '../../../../machines/peer/peer-view.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { decide } from '../../../../machines/torrent/core/decide.ts'
import { aTorrent, downloading, layout, meet, sent } from '../a-torrent.ts'

const block = (index: number, begin: number, value = 0) => ({ index, begin, data: new Uint8Array(16_384).fill(value) })

const asked = (peer: ReturnType<typeof meet>) =>
  sent(peer.told, 'send.request').flatMap((command) => (command.type === 'send.request' ? command.requests : []))

describe('a peer is asked', () => {
  test('for nothing while it chokes us, and for as much as it has room for when it unchokes', () => {
    const peer = meet(downloading(), 'b', [0, 1, 2, 3])
    expect(asked(peer)).toEqual([])
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer)).toHaveLength(4)
  })

  test('only for pieces it has and we lack', () => {
    const peer = meet(downloading([0]), 'b', [0, 2])
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer).map(({ index }) => index)).toEqual([2, 2])
  })

  test('for more with the blocks it brings', () => {
    const peer = meet(downloading(), 'b', [0, 1, 2, 3])
    peer.report({ type: 'wire.unchoke' })
    const [first] = asked(peer)
    if (first) peer.report({ type: 'wire.piece', blocks: [block(first.index, first.begin)], at: 0 })
    expect(asked(peer).length).toBeGreaterThan(4)
  })

  test('for what it has got since, when it had nothing to give before', () => {
    const peer = meet(downloading(), 'b', [])
    peer.report({ type: 'wire.have', index: 3 })
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer).map(({ index }) => index)).toEqual([3, 3])
    peer.report({ type: 'wire.have', index: 1 })
    expect(asked(peer).map(({ index }) => index)).toEqual([3, 3, 1, 1])
  })
})

test('what a peer was asked for stays so when it turns out to have other pieces', () => {
  const torrent = downloading()
  const peer = meet(torrent, 'b', [0, 1, 2, 3])
  peer.report({ type: 'wire.unchoke' })
  const before = asked(peer)
  peer.record.ref?.send({
    type: 'torrent.note_pieces',
    pieces: PieceSet.none(layout.pieceCount).with(before[0]?.index ?? 0),
  })
  expect(torrent.core.picker.requestsOf(peer.record.peer)).toEqual(before)
  const other = meet(torrent, 'c', [0, 1, 2, 3])
  other.report({ type: 'wire.unchoke' })
  const twice = asked(other).filter(({ index, begin }) =>
    before.some((one) => one.index === index && one.begin === begin),
  )
  expect(twice).toEqual([])
})

describe('a piece with its last block there', () => {
  const fetched = () => {
    const torrent = downloading()
    const peer = meet(torrent, 'b', [2])
    peer.report({ type: 'wire.unchoke' })
    peer.report({ type: 'wire.piece', blocks: [block(2, 0, 1), block(2, 16_384, 2)], at: 0 })
    return { ...torrent, peer }
  }

  test('is verified by the disk, in one buffer, and its bytes count until the answer', () => {
    const { toStorage, core } = fetched()
    const [, verify] = toStorage
    if (verify?.type !== 'storage.verify') throw new Error('nothing was to be verified')
    expect(verify).toMatchObject({ index: 2, contributors: 1, wantsDigests: false })
    expect([verify.data.length, verify.data[0], verify.data[16_384]]).toEqual([32_768, 1, 2])
    expect(core.verifyingBytes).toBe(32_768)
  })

  test('verified is ours, told to all, and worth a point to the peer that gave it', () => {
    const { actor, core, hear, peer } = fetched()
    const emitted: number[] = []
    actor.on('piece', ({ index }) => emitted.push(index))
    hear({ type: 'storage.verified', index: 2, data: new Uint8Array(32_768), digests: [] })
    expect(core.have.has(2)).toBe(true)
    expect(emitted).toEqual([2])
    expect(sent(peer.told, 'send.have')).toEqual([{ type: 'send.have', index: 2 }])
    expect(peer.record.ref?.getSnapshot().context.reputation).toBe(101)
    expect(core.verifyingBytes).toBe(0)
  })

  test('corrupt is fetched again, and costs its only giver 20', () => {
    const { actor, core, hear, peer } = fetched()
    const emitted: string[] = []
    actor.on('corrupt', ({ addresses }) => emitted.push(...addresses.map(({ host }) => host)))
    hear({ type: 'storage.corrupt', index: 2, data: new Uint8Array(32_768), digests: [] })
    expect(emitted).toEqual(['b'])
    expect(peer.record.ref?.getSnapshot().context.reputation).toBe(80)
    expect(asked(peer)).toHaveLength(4)
    expect(core.verifyingBytes).toBe(0)
  })
})

test('a block that another peer was asked for as well is cancelled there', () => {
  const torrent = downloading([0, 1, 2])
  const slow = meet(torrent, 'slow', [3])
  slow.report({ type: 'wire.unchoke' })
  const quick = meet(torrent, 'quick', [3])
  quick.report({ type: 'wire.unchoke' })
  expect(asked(quick)).toHaveLength(2)
  quick.report({ type: 'wire.piece', blocks: [block(3, 0)], at: 0 })
  expect(sent(slow.told, 'send.cancel')).toMatchObject([
    { type: 'send.cancel', requests: [{ index: 3, begin: 0, length: 16_384 }] },
  ])
})

test('a disk that is 64 MiB behind is given time: nothing more is asked for until it answers', () => {
  const torrent = downloading()
  torrent.core.verifyingBytes = 64 * 1024 * 1024 + 1
  const peer = meet(torrent, 'b', [0, 1, 2, 3])
  peer.report({ type: 'wire.unchoke' })
  expect(asked(peer)).toEqual([])
})

test('what a decision asks of a peer counts from then on, and what came back no more, before its chart knows of it', () => {
  const torrent = downloading()
  const peer = meet(torrent, 'b', [0, 1, 2, 3])
  peer.report({ type: 'wire.unchoke' })
  const { core } = torrent
  const number = peer.record.peer
  const requests = asked(peer)
  const askedBy = (event: Parameters<typeof decide>[1]) =>
    decide(core, event).flatMap((command) =>
      command.tell === 'peer' && command.event.type === 'torrent.request' ? command.event.requests : [],
    )
  expect(askedBy({ type: 'peer.unchoked', peer: number, room: 4 })).toEqual([])
  const released = { type: 'peer.released', peer: number, requests, cause: 'refused', room: 0 } as const
  expect(askedBy(released)).toHaveLength(requests.length)
  expect(askedBy({ type: 'peer.unchoked', peer: number, room: 4 })).toEqual([])
})

describe('while it chokes us a peer is asked', () => {
  const placesOf = (peer: ReturnType<typeof meet>) => asked(peer).map(({ index, begin }) => `${index}/${begin}`)
  const blocksOf = (...indexes: number[]) => indexes.flatMap((index) => [`${index}/0`, `${index}/16384`])

  /** What the picker has it asked for, and what its chart has sent. */
  const expectAgreement = (torrent: ReturnType<typeof downloading>, { record }: ReturnType<typeof meet>) => {
    const chart = record.ref?.getSnapshot().context
    const ours = torrent.core.picker.requestsOf(record.peer)
    expect(ours).toEqual(chart?.outstanding.map(({ index, begin, length }) => ({ index, begin, length })))
  }

  test('for pieces it allows that it has and we lack, and for no others (BEP 6)', () => {
    const torrent = downloading([0])
    const peer = meet(torrent, 'b', [0, 1, 3])
    for (const index of [0, 1, 2]) peer.report({ type: 'wire.allowed_fast', index })
    expect(placesOf(peer)).toEqual(blocksOf(1))
    peer.report({ type: 'wire.have', index: 2 })
    expect(placesOf(peer)).toEqual(blocksOf(1, 2))
    expectAgreement(torrent, peer)
  })

  test('whichever it says first, what it has or what it allows', () => {
    const torrent = downloading([0, 1, 2])
    const peer = meet(torrent, 'b', [])
    peer.report({ type: 'wire.allowed_fast', index: 3 })
    expect(asked(peer)).toEqual([])
    peer.report({ type: 'wire.have', index: 3 })
    expect(placesOf(peer)).toEqual(blocksOf(3))
    expect(sent(peer.told, 'send.interested')).toHaveLength(1)
  })

  test('still for what it allows, the rest is free for others as it is rejected, and nothing is asked for twice', () => {
    const torrent = downloading([0, 1])
    const peer = meet(torrent, 'b', [2, 3])
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer)).toHaveLength(4)
    peer.report({ type: 'wire.allowed_fast', index: 3 })
    peer.report({ type: 'wire.choke' })
    expectAgreement(torrent, peer)
    expect(torrent.core.picker.requestsOf(peer.record.peer)).toHaveLength(4)
    peer.report({ type: 'wire.reject_request', requests: asked(peer).filter(({ index }) => index === 2) })
    expectAgreement(torrent, peer)
    expect(torrent.core.picker.requestsOf(peer.record.peer).map(({ index }) => index)).toEqual([3, 3])
    const other = meet(torrent, 'c', [2, 3])
    other.report({ type: 'wire.unchoke' })
    expect(placesOf(other)).toEqual(blocksOf(2))
    peer.report({ type: 'wire.piece', blocks: [block(3, 0), block(3, 16_384)], at: 0 })
    expect(torrent.core.verifying.has(3)).toBe(true)
    expectAgreement(torrent, peer)
    expect(asked(peer)).toHaveLength(4)
  })

  test('for more of what it allows when its choke took other requests away', () => {
    const layout = new Layout({ pieceLength: 8 * 32_768, length: 4 * 8 * 32_768 })
    const torrent = downloading([], { layout })
    const peer = meet(torrent, 'b', [0, 1, 2, 3])
    peer.report({ type: 'wire.unchoke' })
    const before = asked(peer)
    expect(before).toHaveLength(4)
    const allowed = [0, 1, 2, 3].find((index) => before.every((request) => request.index !== index)) ?? -1
    peer.report({ type: 'wire.allowed_fast', index: allowed })
    peer.report({ type: 'wire.choke' })
    peer.report({ type: 'wire.reject_request', requests: before })
    expect(
      asked(peer)
        .slice(4)
        .map(({ index }) => index),
    ).toEqual([allowed, allowed, allowed, allowed])
    expectAgreement(torrent, peer)
  })

  test('after an unchoke again for what it rejected behind its choke: that was no refusal of its own (BEP 6)', () => {
    const torrent = downloading([0, 1])
    const peer = meet(torrent, 'b', [2, 3])
    peer.report({ type: 'wire.unchoke' })
    const before = placesOf(peer)
    peer.report({ type: 'wire.choke' })
    peer.report({ type: 'wire.reject_request', requests: asked(peer) })
    peer.report({ type: 'wire.unchoke' })
    expect(placesOf(peer).slice(4).sort()).toEqual(before.sort())
    expectAgreement(torrent, peer)
  })

  test('for nothing twice by a choke and an unchoke that cross its requests: it answers them (BEP 6)', () => {
    const torrent = downloading([0, 1])
    const peer = meet(torrent, 'b', [2, 3])
    peer.report({ type: 'wire.unchoke' })
    peer.report({ type: 'wire.choke' })
    peer.report({ type: 'wire.unchoke' })
    expect(asked(peer)).toHaveLength(4)
    expectAgreement(torrent, peer)
  })

  test('no more for a piece it rejects (BEP 6), and others get it', () => {
    const torrent = downloading([0, 1])
    const peer = meet(torrent, 'b', [2, 3])
    for (const index of [2, 3]) peer.report({ type: 'wire.allowed_fast', index })
    const [first] = asked(peer)
    if (first) peer.report({ type: 'wire.reject_request', requests: [first] })
    expectAgreement(torrent, peer)
    expect(viewOf(peer.record)?.context.allowedFast).toHaveLength(1)
    const count = asked(peer).length
    for (let round = 0; round < 5; round++) torrent.clock.advance(10_000)
    expect(asked(peer)).toHaveLength(count)
    const other = meet(torrent, 'c', [2, 3])
    other.report({ type: 'wire.unchoke' })
    expect(asked(other)).toContainEqual(first)
  })

  test('for what it has allowed, also after a rejection while it did not choke us', () => {
    const torrent = downloading([0, 1, 2])
    const peer = meet(torrent, 'b', [3])
    peer.report({ type: 'wire.unchoke' })
    peer.report({ type: 'wire.allowed_fast', index: 3 })
    peer.report({ type: 'wire.reject_request', requests: asked(peer) })
    peer.report({ type: 'wire.choke' })
    torrent.clock.advance(10_000)
    expect(asked(peer)).toHaveLength(4)
    expectAgreement(torrent, peer)
  })
})

describe('pieces a peer suggests', () => {
  const order = (peer: ReturnType<typeof meet>) => [...new Set(asked(peer).map(({ index }) => index))]

  test('are asked of it before others, the newest first (BEP 6)', () => {
    const orders = [
      [3, 1],
      [0, 2],
      [2, 3],
    ].map((suggestions) => {
      const peer = meet(downloading(), 'b', [0, 1, 2, 3])
      for (const index of suggestions) peer.report({ type: 'wire.suggest_piece', index })
      peer.report({ type: 'wire.unchoke' })
      return order(peer)
    })
    expect(orders).toEqual([
      [1, 3],
      [2, 0],
      [3, 2],
    ])
  })

  test('are remembered, sixteen at most, until it rejects them', () => {
    const layout = new Layout({ pieceLength: 16_384, length: 32 * 16_384 })
    const torrent = aTorrent({ layout })
    torrent.actor.send({ type: 'torrent.start' })
    torrent.hear({ type: 'storage.checked', have: PieceSet.none(32) })
    torrent.actor.send({ type: 'torrent.add_peer', address: { host: 'b', port: 6881 } })
    const socket = torrent.sockets[0]
    if (!socket) throw new Error('nobody was dialled')
    const features = { extended: false, fast: true, dht: false }
    socket.report({ type: 'transport.opened' })
    socket.report({ type: 'wire.info_hash', infoHash: 'ab'.repeat(20), features })
    socket.report({ type: 'wire.peer_id', peerId: 'ef'.repeat(20) })
    socket.report({ type: 'wire.have_all' })
    for (let index = 0; index < 20; index++) socket.report({ type: 'wire.suggest_piece', index })
    const record = torrent.core.swarm.peers.get(0)
    expect(record?.suggestions).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4])
    socket.report({ type: 'wire.unchoke' })
    socket.report({ type: 'wire.reject_request', requests: [{ index: 18, begin: 0, length: 16_384 }] })
    expect(record?.suggestions).not.toContain(18)
    expect(record?.suggestions).toHaveLength(15)
  })
})
