import { describe, expect, test } from 'vitest'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { Drive, incoming, layout, opening, openPeer, tick } from '../drive.ts'
import { features, membership, ourHandshake, theirHandshake, theirInfoHash } from '../handshakes.ts'

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
