import { describe, expect, test } from 'vitest'
import { ourFeatures } from '../../../../machines/peer/vocabulary/context.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { frameLimit } from '../../../../transport/wire/frame-limit.ts'
import { Drive, incoming, infoHash, layout, opening, openPeer, ourPeerId, theirPeerId, tick } from '../drive.ts'

const features = ourFeatures({ hasDht: false })
const ourHandshake = { type: 'send.handshake', infoHash, peerId: ourPeerId, features } as const
const theirInfoHash = { type: 'wire.info_hash', infoHash, features } as const
const theirHandshake = [theirInfoHash, { type: 'wire.peer_id', peerId: theirPeerId }] as const
const membership = (peer: Drive) => ({ torrent: peer.torrent, peer: 7, infoHash, layout })

describe('connecting', () => {
  test('the torrent is told of the peer at once, and the dial is timed', () => {
    const { told, sent, started } = new Drive().first
    expect(told).toMatchObject([{ type: 'peer.started', peer: 7 }])
    expect(sent).toEqual([])
    expect(started).toEqual([{ type: 'timer.connect', delayMs: 15_000 }])
  })

  test('the open socket ends the timers of the dial and starts the handshake timer', () => {
    const { started, cancelled } = new Drive().take({ type: 'transport.opened' })
    expect(cancelled).toEqual(['connect', 'remaining'])
    expect(started).toEqual([{ type: 'timer.handshake', delayMs: 10_000 }])
  })

  test('a dial without an answer ends as timeout.connect', () => {
    const peer = new Drive()
    expect(peer.take({ type: 'timer.connect' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'timeout', code: 'connect' })
  })

  test('a refused dial is closed at once, with the reason of the transport', () => {
    const peer = new Drive()
    const { told } = peer.take({ type: 'transport.closed', end: { code: 'refused', detail: 'nobody' } })
    const reason = { source: 'transport', code: 'refused', detail: 'nobody' }
    expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 100 }])
    expect(peer.value.handshake).toBe('closed')
  })

  test.each([
    ['refused', [{ type: 'timer.remaining', delayMs: 3_000 }]],
    ['unreachable', []],
  ] as const)(
    'of a dial by two transports of which one is %s the other has as long as a host takes that is there',
    (code, timers) => {
      const peer = new Drive({ ways: ['memory', 'tcp'] })
      peer.take({ type: 'timer.attempt' })
      const { started } = peer.take({ type: 'transport.failed', kind: 'memory', end: { code } })
      expect(started).toEqual(timers)
      peer.take({ type: 'timer.remaining' })
      const detail = `${code} by memory, no answer by tcp`
      expect(peer.context.closeReason).toEqual({ source: 'timeout', code: 'connect', detail })
    },
  )

  test('a transport that opens ends the wait for the turn of the next', () => {
    const peer = new Drive({ ways: ['memory', 'tcp'] })
    expect(peer.first.started).toContainEqual({ type: 'timer.attempt', delayMs: 250 })
    expect(peer.take({ type: 'transport.opened' }).cancelled).toContain('attempt')
  })

  test('the dial timer means nothing once the socket is open', () => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' }, { type: 'timer.connect' })
    expect(peer.value.handshake).toEqual({ handshaking: 'awaiting_info_hash' })
  })
})

describe('a dial by several transports (RFC 8305)', () => {
  const turn = { type: 'timer.attempt' } as const
  const failed = (kind: string, code: 'refused' | 'unreachable') =>
    ({ type: 'transport.failed', kind, end: { code } }) as const
  const dials = (kind: string) => [{ type: 'link.dial', kind }]

  test('tries each when its turn comes, beside those under way', () => {
    const peer = new Drive({ ways: ['memory', 'tcp', 'hand'] })
    expect(peer.take(turn)).toMatchObject({ sent: dials('tcp'), started: [{ type: 'timer.attempt', delayMs: 250 }] })
    expect(peer.value.handshake).toEqual({ connecting: 'staggered' })
    expect(peer.take(turn)).toMatchObject({ sent: dials('hand'), started: [] })
    expect(peer.value.handshake).toEqual({ connecting: 'trying' })
  })

  test('tries the next at once when nothing is under way any more, and not before', () => {
    const peer = new Drive({ ways: ['memory', 'tcp', 'hand'] })
    peer.take(turn)
    expect(peer.take(failed('memory', 'unreachable')).sent).toEqual([])
    expect(peer.value.handshake).toEqual({ connecting: 'staggered' })
    expect(peer.take(failed('tcp', 'unreachable'))).toMatchObject({ sent: dials('hand'), cancelled: ['attempt'] })
    expect(peer.value.handshake).toEqual({ connecting: 'trying' })
    expect(peer.context.failedAttempts.map(({ kind }) => kind)).toEqual(['memory', 'tcp'])
  })

  test('is over when the last of them has failed', () => {
    const peer = new Drive({ ways: ['memory', 'tcp'] })
    expect(peer.take(turn, failed('memory', 'unreachable')).told).toEqual([])
    const { told } = peer.take(failed('tcp', 'refused'))
    const reason = { source: 'transport', code: 'refused', detail: 'unreachable by memory, refused by tcp' }
    expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 100 }])
    expect(peer.value.handshake).toBe('closed')
  })

  test('that is given up is cut: nothing was said', () => {
    const peer = new Drive({ ways: ['memory', 'tcp'] })
    expect(peer.take({ type: 'torrent.close', code: 'requested' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.value.handshake).toBe('closing')
  })
})

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

describe('introduction', () => {
  const someSet = PieceSet.none(layout.pieceCount).with(3)
  const all = PieceSet.all(layout.pieceCount)

  test('frames are read, up to the longest the torrent needs, before we say what we have', () => {
    const peer = new Drive()
    const { sent, told, cancelled } = peer.take(...opening())
    expect(sent).toEqual([
      ourHandshake,
      { type: 'link.read_messages', maxFrameBytes: 65_536 },
      { type: 'send.have_none' },
    ])
    expect(told.at(-1)).toEqual({ type: 'peer.opened', peer: 7 })
    expect(cancelled).toEqual(['connect', 'remaining', 'handshake'])
  })

  test.each([
    ['all, with fast: have_all (BEP 6)', true, all, [{ type: 'send.have_all' }]],
    ['all, without: a bitfield (BEP 3)', false, all, [{ type: 'send.bitfield', bits: all.toBits() }]],
    ['nothing, with fast: have_none (BEP 6)', true, undefined, [{ type: 'send.have_none' }]],
    ['nothing, without: not a word (BEP 3)', false, undefined, []],
    ['some, with fast: a bitfield', true, someSet, [{ type: 'send.bitfield', bits: someSet.toBits() }]],
    ['some, without: a bitfield', false, someSet, [{ type: 'send.bitfield', bits: someSet.toBits() }]],
  ] as const)('we have %s', (_, fast, have, expected) => {
    const { sent } = new Drive().take(...opening({ features: { fast }, ...(have && { have }) }))
    expect(sent.slice(2)).toEqual(expected)
  })

  test('the extended handshake stands first (BEP 10)', () => {
    const greeting = { v: 'test 1', reqq: 500 }
    const { sent } = new Drive({ greeting }).take(...opening())
    expect(sent.slice(2)).toEqual([
      { type: 'send.extended_handshake', handshake: { ...greeting, yourip: Uint8Array.of(10, 0, 0, 2) } },
      { type: 'send.have_none' },
    ])
  })

  test('no extended handshake to a remote that lacks BEP 10', () => {
    const { sent } = new Drive({ greeting: { reqq: 500 } }).take(...opening({ features: { extended: false } }))
    expect(sent.map(({ type }) => type)).not.toContain('send.extended_handshake')
  })

  test('what it may ask for while choked stands behind the bitfield (BEP 6)', () => {
    const { sent } = new Drive().take(...opening({ allowFast: [3, 9] }))
    expect(sent.slice(2)).toEqual([
      { type: 'send.have_none' },
      { type: 'send.allowed_fast', index: 3 },
      { type: 'send.allowed_fast', index: 9 },
    ])
  })

  test('a feature is in use when both sides support it', () => {
    expect(openPeer({ features: { dht: true, fast: false } }).context.features).toEqual({
      extended: true,
      fast: false,
      dht: false,
    })
  })
})

describe('the DHT (BEP 5)', () => {
  const withDht = { ...features, dht: true }
  const port = { type: 'wire.port', port: 6882 } as const
  const ours = { type: 'torrent.port', port: 6881 } as const
  const opened = (hasDht: boolean, dht: boolean) => {
    const peer = new Drive({ hasDht })
    return { peer, sent: peer.take(...opening({ features: { dht } })).sent }
  }

  test('of which our handshake tells where we have a node', () => {
    expect(opened(true, false).sent[0]).toEqual({ ...ourHandshake, features: withDht })
    expect(opened(false, true).sent[0]).toEqual(ourHandshake)
  })

  test('ports are sent and taken between two that have a node, once the connection is open', () => {
    const { peer } = opened(true, true)
    expect(peer.take(ours).sent).toEqual([{ type: 'send.port', port: 6881 }])
    expect(peer.take(port).told).toEqual([{ type: 'peer.port', peer: 7, port: 6882 }])
    const early = new Drive({ hasDht: true })
    early.take(...opening({ features: { dht: true } }).slice(0, -1))
    expect(early.take(ours, port)).toMatchObject({ sent: [], told: [] })
  })

  test('a port of one that has not said so, and port 0, are nobody', () => {
    for (const { peer } of [opened(true, false), opened(false, true)])
      expect(peer.take(ours, port)).toMatchObject({ sent: [], told: [] })
    expect(opened(true, true).peer.take({ type: 'wire.port', port: 0 }).told).toEqual([])
  })

  test('whether an incoming peer learns of our node the torrent says that adopts it', () => {
    const adopted = (hasDht: boolean) => {
      const peer = incoming({ known: false })
      peer.take({ type: 'transport.opened' }, { ...theirInfoHash, features: withDht })
      const { sent } = peer.take({ type: 'torrent.adopt', membership: { ...membership(peer), hasDht } })
      expect(sent).toEqual([{ ...ourHandshake, features: { ...features, dht: hasDht } }])
      peer.take(theirHandshake[1], { type: 'torrent.admit' })
      return peer.take(ours).sent
    }
    expect(adopted(false)).toEqual([])
    expect(adopted(true)).toEqual([{ type: 'send.port', port: 6881 }])
  })
})

describe('open', () => {
  test('a piece of ours is announced as have (BEP 3)', () => {
    expect(openPeer().take({ type: 'torrent.have', index: 4 }).sent).toEqual([{ type: 'send.have', index: 4 }])
  })

  test('while the remote owes us blocks, and has the piece itself, its have may wait for company', () => {
    const peer = openPeer()
    peer.take({ type: 'wire.unchoke' }, { type: 'wire.have', index: 4 })
    const have = () => peer.take({ type: 'torrent.have', index: 4 }).sent
    expect(have()).toEqual([{ type: 'send.have', index: 4 }])
    peer.take({ type: 'torrent.request', requests: [{ index: 5, begin: 0, length: 16_384 }], at: 0 })
    expect(have()).toEqual([{ type: 'send.known_have', index: 4 }])
    expect(peer.take({ type: 'torrent.have', index: 3 }).sent).toEqual([{ type: 'send.have', index: 3 }])
  })

  test('but not before the introduction', () => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' })
    expect(peer.take({ type: 'torrent.have', index: 4 }).sent).toEqual([])
  })

  test('after 60 s without a byte of ours a keep_alive goes out (BEP 3)', () => {
    const peer = openPeer()
    expect(peer.take(tick(1000, { silentOutMs: 59_999 })).sent).toEqual([])
    expect(peer.take(tick(2000, { silentOutMs: 60_000 })).sent).toEqual([{ type: 'send.keep_alive' }])
    expect(peer.context.now).toBe(2000)
  })

  test('after 150 s without a byte of the remote the connection ends as timeout.inactivity', () => {
    const peer = openPeer()
    peer.take(tick(1000, { silentInMs: 149_999 }))
    expect(peer.value.handshake).toBe('open')
    expect(peer.take(tick(2000, { silentInMs: 150_000, silentOutMs: 60_000 })).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'timeout', code: 'inactivity' })
  })

  test('keep_alive and port of the remote change nothing but how much it has talked', () => {
    const peer = openPeer()
    const printed = () => JSON.stringify(peer.snapshot, (key, value) => (key === 'talk' ? undefined : value))
    const before = printed()
    const { sent, told } = peer.take({ type: 'wire.keep_alive' }, { type: 'wire.port', port: 6881 })
    expect([sent, told]).toEqual([[], []])
    expect(printed()).toBe(before)
  })

  test('an extension that finds a fault of the remote ends it', () => {
    const peer = openPeer()
    expect(peer.take({ type: 'torrent.fault', code: 'pex_flood' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'remote', code: 'pex_flood' })
  })

  test('a violation of the wire cuts the connection with its own code and detail', () => {
    const peer = openPeer()
    const violation = { code: 'bad_length', detail: 'have (id 4) with 3 bytes' } as const
    expect(peer.take({ type: 'wire.violation', violation }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'remote', ...violation })
  })
})

describe('closing', () => {
  const closing = () => {
    const peer = openPeer()
    peer.take({ type: 'torrent.close', code: 'stopped' })
    return peer
  }

  test('our own choice lets the last words out, within 5 s', () => {
    const { sent, told, started } = openPeer().take({ type: 'torrent.close', code: 'stopped' })
    expect(sent).toEqual([{ type: 'link.end' }])
    expect(told).toEqual([{ type: 'peer.closing', peer: 7, reason: { source: 'local', code: 'stopped' } }])
    expect(started).toEqual([{ type: 'timer.closing', delayMs: 5000 }])
  })

  test.each<[string, Drive]>([
    ['before its first byte', new Drive({ encryption: 'preferred' })],
    ['before its handshake', new Drive()],
  ])('a remote that the torrent stops with %s is not waited for', (_, peer) => {
    peer.take({ type: 'transport.opened' })
    const { sent } = peer.take({ type: 'torrent.close', code: 'stopped' })
    expect(sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.context.closeReason).toEqual({ source: 'local', code: 'stopped' })
    expect(peer.value.handshake).toBe('closing')
  })

  test('a remote that has not said its handshake is not cut for another choice of ours', () => {
    const peer = new Drive()
    peer.take({ type: 'transport.opened' })
    expect(peer.take({ type: 'torrent.close', code: 'requested' }).sent).toEqual([{ type: 'link.end' }])
  })

  test('the socket that is gone in time is not cut', () => {
    expect(closing().take({ type: 'transport.closed', end: { code: 'end' } }).cancelled).toContain('closing')
  })

  test('what does not go out in time is cut', () => {
    const peer = closing()
    expect(peer.take({ type: 'timer.closing' }).sent).toEqual([{ type: 'link.destroy' }])
    expect(peer.value.handshake).toBe('closing')
  })

  test('the first reason stays', () => {
    const peer = closing()
    const { told } = peer.take(
      { type: 'torrent.close', code: 'requested' },
      { type: 'wire.violation', violation: { code: 'bad_length', detail: '' } },
      { type: 'transport.closed', end: { code: 'reset' } },
    )
    const reason = { source: 'local', code: 'stopped' }
    expect(told).toEqual([{ type: 'peer.closed', peer: 7, reason, reputation: 100 }])
  })

  test('closed is the end: nothing is told or sent any more', () => {
    const peer = closing()
    const end = { type: 'transport.closed', end: { code: 'end' } } as const
    peer.take(end)
    const { told, sent } = peer.take(end, { type: 'torrent.close', code: 'requested' }, ...opening())
    expect([told, sent]).toEqual([[], []])
    expect(peer.value.handshake).toBe('closed')
  })

  test('no word of the remote counts after the end', () => {
    const peer = closing()
    const request = { index: 0, begin: 0, length: 16_384 }
    const before = JSON.stringify(peer.snapshot)
    const { told, sent } = peer.take(
      { type: 'wire.bitfield', bits: PieceSet.all(layout.pieceCount).toBits() },
      { type: 'wire.have', index: 1 },
      { type: 'wire.interested' },
      { type: 'wire.unchoke' },
      { type: 'wire.allowed_fast', index: 1 },
      { type: 'wire.request', requests: [request] },
      { type: 'wire.reject_request', requests: [request] },
      { type: 'wire.extended_handshake', handshake: { reqq: 1 } },
      { type: 'wire.extended', id: 1, payload: Uint8Array.of(1) },
      { type: 'wire.suggest_piece', index: 1 },
      tick(200_000, { silentInMs: 200_000, silentOutMs: 200_000 }),
    )
    expect([told, sent]).toEqual([[], []])
    expect(JSON.stringify(peer.snapshot)).toBe(before)
  })

  test('nor does what the torrent has learnt of it: the torrent has counted it out already', () => {
    const peer = openPeer()
    peer.take(
      { type: 'wire.have_all' },
      { type: 'wire.extended_handshake', handshake: { m: { ut_pex: 1 } } },
      { type: 'torrent.close', code: 'stopped' },
    )
    const before = JSON.stringify(peer.snapshot)
    const { told, sent } = peer.take(
      { type: 'torrent.note_pieces', pieces: PieceSet.none(layout.pieceCount) },
      { type: 'torrent.note_dont_have', index: 0 },
      { type: 'torrent.note_upload_only', uploadOnly: true },
      { type: 'torrent.allow_fast', index: 0 },
      { type: 'torrent.suggest', index: 0 },
      { type: 'torrent.extended', name: 'ut_pex', payload: Uint8Array.of(1) },
      { type: 'torrent.fault', code: 'metadata_flood' },
    )
    expect([told, sent]).toEqual([[], []])
    expect(JSON.stringify(peer.snapshot)).toBe(before)
  })
})
