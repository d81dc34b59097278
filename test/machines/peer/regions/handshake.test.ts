import { describe, expect, test } from 'vitest'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { frameLimit } from '../../../../transport/wire/frame-limit.ts'
import { Drive, incoming, infoHash, layout, openPeer, ourPeerId, theirPeerId, tick } from '../drive.ts'
import { features, membership, ourHandshake, theirHandshake, theirInfoHash } from '../handshakes.ts'

describe('since when', () => {
  const opened = { type: 'transport.opened', at: 500, kind: 'tcp' } as const
  const sinceOf = (peer: Drive) => peer.context.since.handshake

  test.each([
    ['in plaintext', 'none'],
    ['to negotiate encryption', 'preferred'],
  ] as const)('a connection stands, and by what transport, is noted when it opens %s', (_, encryption) => {
    const peer = new Drive({ encryption, ways: ['memory', 'tcp'] })
    peer.take({ type: 'timer.attempt' }, opened)
    expect(peer.context).toMatchObject({ now: 500, since: { handshake: 500 }, link: { kind: 'tcp' } })
  })

  test('an accepted connection stands is noted, too', () => {
    const peer = incoming({ known: true })
    peer.take({ type: 'transport.opened', at: 500 })
    expect(sinceOf(peer)).toBe(500)
  })

  test('it is admitted, or over, is noted by the ticks before it is open', () => {
    const admitted = new Drive()
    admitted.take({ type: 'transport.opened' }, ...theirHandshake, tick(3_000), { type: 'torrent.admit' })
    expect(sinceOf(admitted)).toBe(3_000)
    const negotiating = new Drive({ encryption: 'preferred' })
    negotiating.take({ type: 'transport.opened' }, tick(3_000), { type: 'torrent.close', code: 'requested' })
    expect(sinceOf(negotiating)).toBe(3_000)
  })

  test.each([
    ['with the peer id', [tick(3_000), theirHandshake[1]]],
    ['by its caller behind the peer id', [theirHandshake[1], tick(3_000)]],
  ] as const)('a peer that stands alone is open is noted when it admits itself %s', (_, events) => {
    const peer = incoming({ known: false })
    const alone = { torrent: undefined, peer: 3, infoHash, layout }
    peer.take({ type: 'transport.opened' }, theirInfoHash)
    const adopt = { type: 'torrent.adopt', membership: alone } as const
    peer.take(...(events[0].type === 'timer.tick' ? [adopt, ...events] : [...events, adopt]))
    expect(peer.value.handshake).toBe('open')
    expect(sinceOf(peer)).toBe(3_000)
  })
})

describe('the dialling side', () => {
  test('speaks first (BEP 3)', () => {
    expect(new Drive().take({ type: 'transport.opened' }).sent).toEqual([ourHandshake])
  })

  test('says its handshake once', () => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' })
    expect(peer.take(...theirHandshake).sent).toEqual([])
  })

  test('tells the torrent of the whole handshake and waits to be admitted', () => {
    const peer = new Drive()
    const { told } = peer.take({ type: 'transport.opened' }, ...theirHandshake)
    expect(told).toEqual([{ type: 'peer.handshaken', peer: 7, peerId: theirPeerId }])
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_admission' })
    expect(peer.context.remotePeerId).toBe(theirPeerId)
  })

  test('without a torrent it admits itself', () => {
    const peer = new Drive({ standsAlone: true })
    const { emitted, told } = peer.take({ type: 'transport.opened' }, ...theirHandshake)
    expect(peer.value.handshake).toBe('open')
    expect(emitted).toEqual([
      { type: 'peer.handshaken', peer: 7, peerId: theirPeerId },
      { type: 'peer.opened', peer: 7 },
    ])
    expect(told).toEqual([])
  })

  test('told to stop behind the handshakes it waits to be admitted, as long as a handshake may take', () => {
    const peer = new Drive({ standsAlone: true, handshakeOnly: true })
    const { emitted } = peer.take({ type: 'transport.opened' }, ...theirHandshake)
    expect(emitted).toEqual([{ type: 'peer.handshaken', peer: 7, peerId: theirPeerId }])
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_admission' })
    expect(peer.take({ type: 'torrent.admit' }).sent).toMatchObject([
      { type: 'link.read_messages' },
      { type: 'send.have_none' },
    ])
    expect(peer.value.handshake).toBe('open')

    const forgotten = new Drive({ standsAlone: true, handshakeOnly: true })
    forgotten.take({ type: 'transport.opened' }, ...theirHandshake, { type: 'timer.handshake' })
    expect(forgotten.context.closeReason).toEqual({ source: 'timeout', code: 'handshake' })
  })

  test('admitted without pieces it announces what it was made with', () => {
    const have = PieceSet.all(layout.pieceCount)
    const peer = new Drive({ standsAlone: true, handshakeOnly: true, have })
    const { sent } = peer.take({ type: 'transport.opened' }, ...theirHandshake, { type: 'torrent.admit' })
    expect(sent).toContainEqual({ type: 'send.have_all' })
  })
})

describe('the accepting side', () => {
  test('answers only when byte 48 has named its torrent (BEP 3)', () => {
    const peer = incoming({ known: true })
    expect(peer.take({ type: 'transport.opened' }).sent).toEqual([])
    expect(peer.take(theirInfoHash).sent).toEqual([ourHandshake])
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_peer_id' })
    expect(peer.context.features).toEqual(features)
  })

  test('asks which torrent is meant, and answers when it is adopted', () => {
    const peer = incoming({ known: false })
    const asked = peer.take({ type: 'transport.opened' }, theirInfoHash)
    expect(asked.sent).toEqual([])
    expect(asked.told).toEqual([{ type: 'peer.identified', peer: 7, infoHash }])
    const { sent } = peer.take({ type: 'torrent.adopt', membership: membership(peer) })
    expect(sent).toEqual([ourHandshake])
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_peer_id' })
    expect(peer.context).toMatchObject({ infoHash, layout })
    expect(peer.context.pieces.size).toBe(layout.pieceCount)
  })

  test('a peer id that came before the adoption is not lost', () => {
    const peer = incoming({ known: false })
    peer.take({ type: 'transport.opened' }, ...theirHandshake)
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_adoption' })
    const { sent, told } = peer.take({ type: 'torrent.adopt', membership: membership(peer) })
    expect(sent).toEqual([ourHandshake])
    expect(told).toEqual([{ type: 'peer.handshaken', peer: 7, peerId: theirPeerId }])
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_admission' })
  })

  test.each([
    ['before', 'peer id first', [...theirHandshake], []],
    ['after', 'adoption first', [theirInfoHash], [theirHandshake[1]]],
  ] as const)('adopted by its caller alone it admits itself, %s: %s', (_, __, first, then) => {
    const peer = incoming({ known: false })
    peer.take({ type: 'transport.opened' }, ...first)
    const { told } = peer.take(
      { type: 'torrent.adopt', membership: { torrent: undefined, peer: 3, infoHash, layout } },
      ...then,
    )
    expect(peer.value.handshake).toBe('open')
    expect(peer.context).toMatchObject({ peer: 3, owner: undefined, infoHash, layout })
    expect(told).toEqual([])
  })

  test('adopted by a torrent whose metadata is to come it opens, and learns (BEP 9)', () => {
    const peer = incoming({ known: false })
    peer.take({ type: 'transport.opened' }, ...theirHandshake)
    expect(peer.value.availability).toBe('awaiting_metadata')
    peer.take({ type: 'torrent.adopt', membership: { torrent: peer.torrent, peer: 7, infoHash } })
    expect(peer.take({ type: 'torrent.admit' }).sent).toEqual([
      { type: 'link.read_messages', maxFrameBytes: frameLimit() },
      { type: 'send.have_none' },
    ])
    peer.take({ type: 'torrent.learn', layout })
    expect(peer.value).toMatchObject({ handshake: 'open', availability: 'awaiting_first' })
  })

  test('a torrent that is not served is refused without a byte', () => {
    const peer = incoming({ known: false })
    peer.take({ type: 'transport.opened' }, theirInfoHash)
    expect(peer.take({ type: 'torrent.close', code: 'unknown_torrent' }).sent).toEqual([{ type: 'link.end' }])
  })

  test('a peer that belongs to a torrent is not adopted by another', () => {
    const peer = openPeer()
    const other = new Drive()
    peer.take({
      type: 'torrent.adopt',
      membership: { torrent: other.torrent, peer: 7, infoHash: 'cc'.repeat(20), layout },
    })
    expect(peer.context.infoHash).toBe(infoHash)
    expect(peer.context.owner).toBe(peer.torrent)
  })
})

describe('a peer is refused', () => {
  test.each(['out', 'in'])('another info hash than ours (direction %s)', (direction) => {
    const peer = direction === 'out' ? new Drive() : incoming({ known: true })
    peer.take({ type: 'transport.opened' })
    const { sent } = peer.take({ ...theirInfoHash, infoHash: 'ab'.repeat(20) })
    expect(sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'info_hash_mismatch' })
  })

  test.each([
    ['of a torrent, which is told', false],
    ['that stands alone', true],
  ])('ourselves, %s: the peer id is our own', (_, standsAlone) => {
    const peer = new Drive({ standsAlone })
    const own = { type: 'wire.peer_id', peerId: ourPeerId } as const
    const { emitted, told } = peer.take({ type: 'transport.opened' }, theirInfoHash, own)
    const closing = { type: 'peer.closing', peer: 7, reason: { source: 'local', code: 'self_connection' } }
    expect(emitted).toEqual([closing])
    expect(told).toEqual(standsAlone ? [] : [closing])
  })

  test('ourselves, also before the adoption', () => {
    const peer = incoming({ known: false })
    peer.take({ type: 'transport.opened' }, theirInfoHash, { type: 'wire.peer_id', peerId: ourPeerId })
    expect(peer.context.closeReason).toEqual({ source: 'local', code: 'self_connection' })
  })

  test.each(['duplicate_connection', 'blacklisted'] as const)('that the torrent does not want: %s', (code) => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' }, ...theirHandshake)
    expect(peer.take({ type: 'torrent.close', code }).sent).toEqual([{ type: 'link.end' }])
    expect(peer.context.closeReason).toEqual({ source: 'local', code })
  })

  test('that keeps its peer id to itself, as timeout.handshake', () => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' }, theirInfoHash)
    expect(peer.take({ type: 'timer.handshake' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'timeout', code: 'handshake' })
  })
})
