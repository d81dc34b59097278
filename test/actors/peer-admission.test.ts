import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { createPeer, type Peer, type PeerOptions } from '../../actors/peer.ts'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { encodeMessages } from '../../testing/remote/encode-messages.ts'
import { memoryPair } from '../../transport/memory.ts'
import { SkeyTable } from '../../transport/mse/skey-table.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { createHandPair } from '../hand-pair.ts'
import { handshakeOf, remoteOn } from '../hostile/remote.ts'
import { contentOf, everything, layout, sideOf, torrent } from '../pair.ts'
import { concat } from '../transport/wire/record.ts'

const { infoHash, pieceLength, length } = torrent
const nowhere = { remote: { host: '192.0.2.1', port: 6881 }, write: () => undefined }

/** A peer that came in and is driven by hand; it has been told nothing unless `given` does. */
function incoming(given: Partial<PeerOptions> = {}) {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const to = { ...nowhere, direction: 'in' } as const
  return { clock, ...sideOf(createPeer({ clock, random, encryption: 'none', to, ...given }), clock) }
}

const stateOf = (peer: Peer) => peer.actor.getSnapshot().value.handshake
const block = { index: 0, begin: 0, length: 16_384 }

describe('setProtocol', () => {
  test('a peer made for the handshake alone answers it, says nothing more, and waits', () => {
    const { peer } = incoming({ ...torrent, protocol: 'handshake' })
    peer.onData(handshakeOf())
    expect([peer.protocol.stage, stateOf(peer)]).toEqual(['handshake', { handshaking: 'awaiting_admission' }])
    expect(peer.protocol.features).toEqual({ extended: true, fast: true, dht: false })
  })

  /** What stands behind the handshake in the same read; the last message is cut in two. */
  const behind: Message[] = [
    { name: 'bitfield', bits: Uint8Array.of(0x80, 0) },
    { name: 'have', index: 3 },
    { name: 'have', index: 9 },
    { name: 'interested' },
    { name: 'unchoke' },
    { name: 'allowed_fast', index: 4 },
  ]

  test.each([
    ['over a socket', Number.POSITIVE_INFINITY],
    ['over a socket, byte by byte', 1],
  ])('to full loses no byte that came behind the handshake: %s', (_, most) => {
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    const [theirs, ours] = memoryPair({ clock, random, ...(most === 1 && { fragment: true }) })
    const peer = createPeer({ ...torrent, clock, random, encryption: 'none', protocol: 'handshake', to: ours })
    const remote = remoteOn(theirs, clock)
    remote.send(concat([handshakeOf(), encodeMessages(...behind)]))
    clock.advance(1000)
    expect([peer.bitfieldStatus, peer.peerInterested, remote.heard]).toEqual(['none', false, []])
    peer.setProtocol('full')
    clock.advance(1000)
    expect(peer.bitfieldStatus).toEqual(Uint8Array.of(0x90, 0x40))
    expect([peer.peerInterested, peer.peerChoking, peer.isAllowedFast(4)]).toEqual([true, false, true])
    expect(peer.protocol.stage).toBe('full')
    expect(remote.heard.map(({ name }) => name)).toEqual(['extended', 'have_none'])
  })

  test('to full amid a message hears the rest of it when it comes', () => {
    const { peer } = incoming({ ...torrent, protocol: 'handshake' })
    const bytes = concat([handshakeOf(), encodeMessages(...behind)])
    peer.onData(bytes.subarray(0, -2))
    peer.setProtocol('full')
    expect(peer.isAllowedFast(4)).toBe(false)
    peer.onData(bytes.subarray(-2))
    expect(peer.isAllowedFast(4)).toBe(true)
  })

  test('blocks and haves behind the handshake in one read survive', () => {
    const { peer } = incoming({ ...torrent, protocol: 'handshake' })
    const have = { name: 'have', index: 6 } as const
    // Without the Fast extension a block that was not asked for is no fault (BEP 3), but counted.
    const blocks = [contentOf(block), contentOf({ ...block, index: 1 })]
    peer.onData(
      concat([handshakeOf({ fast: false }), encodeMessages(have, { name: 'piece', blocks }, { ...have, index: 7 })]),
    )
    expect(peer.actor.getSnapshot().context.wasted).toBe(0)
    peer.setProtocol('full')
    expect(peer.actor.getSnapshot().context.wasted).toBe(2 * 16_384)
    expect(peer.bitfieldStatus).toEqual(Uint8Array.of(0x03, 0))
  })

  test('in RC4 nothing is lost either, and a whole block that waited is as it was sent', () => {
    const pair = createHandPair({ encryption: 'required', accepter: { have: everything, protocol: 'handshake' } })
    pair.exchange()
    pair.dialler.peer.unchoke()
    pair.exchange()
    expect([pair.accepter.peer.peerChoking, pair.dialler.peer.isSeeder]).toEqual([true, false])
    pair.accepter.peer.setProtocol('full')
    pair.exchange()
    expect([pair.accepter.peer.peerChoking, pair.dialler.peer.isSeeder]).toEqual([false, true])
  })

  test('to full before the handshake is done lets it go on when it is', () => {
    const { peer } = incoming({ ...torrent, protocol: 'handshake' })
    peer.setProtocol('full')
    expect(peer.protocol.stage).toBe('handshake')
    peer.onData(handshakeOf())
    expect([peer.protocol.stage, stateOf(peer)]).toEqual(['full', 'open'])
  })

  test('works for the side that dials', () => {
    const pair = createHandPair({ dialler: { protocol: 'handshake' } })
    pair.exchange()
    expect(stateOf(pair.dialler.peer)).toEqual({ handshaking: 'awaiting_admission' })
    pair.dialler.peer.setProtocol('full')
    pair.exchange()
    expect([pair.dialler, pair.accepter].map(({ peer }) => stateOf(peer))).toEqual(['open', 'open'])
  })

  test('throws for what is no protocol, a repeat, a way back, and a connection that has ended', () => {
    const { peer } = incoming({ ...torrent, protocol: 'handshake' })
    expect(() => peer.setProtocol('half' as 'full')).toThrow(RangeError)
    expect(() => peer.setProtocol('handshake')).toThrow("is 'handshake' already")
    peer.setProtocol('full')
    expect(() => peer.setProtocol('full')).toThrow("is 'full' already")
    expect(() => peer.setProtocol('handshake')).toThrow('cannot go back')
    const ended = incoming({ ...torrent, protocol: 'handshake' })
    ended.peer.disconnected()
    expect(() => ended.peer.setProtocol('full')).toThrow('the connection has ended')
  })

  test('does not admit a peer in the place of the torrent it was given to', () => {
    const { peer } = incoming({ protocol: 'handshake' })
    const owner = createActor(fromCallback(() => undefined))
    peer.onData(handshakeOf())
    peer.actor.send({
      type: 'torrent.adopt',
      membership: { torrent: owner, peer: 1, infoHash: 'aa'.repeat(20), layout },
    })
    peer.setProtocol('full')
    expect(stateOf(peer)).toEqual({ handshaking: 'awaiting_admission' })
    peer.actor.send({ type: 'torrent.admit' })
    expect(stateOf(peer)).toBe('open')
  })

  test('that never comes ends the connection after the 10 s a handshake may take', () => {
    const { clock, peer, ...us } = incoming({ ...torrent, protocol: 'handshake' })
    peer.onData(handshakeOf())
    clock.advance(delays.handshakeMs - 1)
    expect(stateOf(peer)).toEqual({ handshaking: 'awaiting_admission' })
    clock.advance(1)
    expect(us.news.at(-2)).toMatchObject({ type: 'peer.closing', reason: { source: 'timeout', code: 'handshake' } })
  })
})

describe('protocol', () => {
  test('of a peer that is full by itself is full once messages flow, and stays so', () => {
    const { peer } = incoming(torrent)
    expect(peer.protocol).toEqual({
      stage: 'handshake',
      features: { extended: false, fast: false, dht: false },
      ourExtensions: {},
      theirExtensions: {},
    })
    peer.onData(handshakeOf({ fast: false }))
    expect(peer.protocol).toMatchObject({ stage: 'full', features: { extended: true, fast: false } })
    peer.disconnected()
    expect(peer.protocol.stage).toBe('full')
  })

  test('names the extensions of both sides by their ids (BEP 10)', () => {
    const pair = createHandPair()
    pair.exchange()
    pair.dialler.peer.actor.send({ type: 'torrent.greet', greeting: { m: { ut_pex: 7 } } })
    pair.exchange()
    expect(pair.dialler.peer.protocol.ourExtensions).toEqual({ ut_pex: 7 })
    expect(pair.accepter.peer.protocol.theirExtensions).toEqual({ ut_pex: 7 })
  })
})

describe('setTorrent', () => {
  test('adopts a peer that came in without one, once it has named it', () => {
    const pair = createHandPair({ isNameless: true })
    pair.exchange()
    const { peer, news } = pair.accepter
    expect(news.at(-1)).toMatchObject({ type: 'peer.identified', infoHash: 'aa'.repeat(20) })
    expect([peer.torrent, stateOf(pair.dialler.peer)]).toEqual([undefined, { handshaking: 'awaiting_info_hash' }])
    peer.setTorrent({ ...torrent, have: everything })
    expect(peer.torrent).toEqual(torrent)
    pair.exchange()
    expect([pair.dialler, pair.accepter].map((side) => stateOf(side.peer))).toEqual(['open', 'open'])
    expect([pair.dialler.peer.isSeeder, peer.bitfieldStatus]).toEqual([true, 'none'])
  })

  test('right behind byte 48 answers a remote that holds its peer id back until then', () => {
    const written: number[] = []
    const write = (bytes: Uint8Array) => void written.push(bytes.length)
    const { peer } = incoming({ to: { ...nowhere, direction: 'in', write } })
    peer.on('peer.identified', () => peer.setTorrent({ ...torrent, have: everything }))
    const handshake = handshakeOf()
    peer.onData(handshake.subarray(0, 48))
    peer.writeBuffer()
    expect(written).toEqual([handshake.length])
    peer.onData(handshake.subarray(48))
    peer.writeBuffer()
    expect([stateOf(peer), written.length]).toEqual(['open', 3])
  })

  test('loses no byte that came before it', () => {
    const { peer } = incoming()
    peer.onData(concat([handshakeOf(), encodeMessages({ name: 'have', index: 2 }, { name: 'unchoke' })]))
    peer.setTorrent(torrent)
    expect([peer.bitfieldStatus, peer.peerChoking]).toEqual([Uint8Array.of(0x20, 0), false])
  })

  test('before the handshake is whole announces what we have when it is', () => {
    const pair = createHandPair({ isNameless: true })
    pair.accepter.peer.on('peer.identified', () => pair.accepter.peer.setTorrent({ ...torrent, have: everything }))
    pair.exchange()
    expect(pair.dialler.peer.isSeeder).toBe(true)
  })

  test('goes as far as the protocol says', () => {
    const { peer } = incoming({ protocol: 'handshake' })
    peer.onData(handshakeOf())
    peer.setTorrent(torrent)
    expect(stateOf(peer)).toEqual({ handshaking: 'awaiting_admission' })
    peer.setProtocol('full')
    expect(stateOf(peer)).toBe('open')
  })

  test('of an encrypted peer needs the table of those it may be about', () => {
    const torrents = new SkeyTable()
    torrents.add(infoHash)
    const pair = createHandPair({ encryption: 'required', isNameless: true, accepter: { torrents } })
    pair.exchange()
    pair.accepter.peer.setTorrent(torrent)
    pair.exchange()
    expect([pair.accepter.peer.isEncrypted, stateOf(pair.accepter.peer)]).toEqual([true, 'open'])
    const without = createHandPair({ encryption: 'required', isNameless: true })
    without.exchange()
    expect(without.accepter.closeReason).toEqual({ source: 'local', code: 'unknown_torrent' })
  })

  test('throws before one is named, for another one, for a second one, and after the end', () => {
    const { peer } = incoming()
    expect(() => peer.setTorrent(torrent)).toThrow('has not named one yet')
    peer.onData(handshakeOf())
    expect(() => peer.setTorrent({ ...torrent, infoHash: new Uint8Array(20) })).toThrow('the peer names aaaa')
    peer.setTorrent(torrent)
    expect(() => peer.setTorrent(torrent)).toThrow('belongs to aaaa')
    expect(() => incoming(torrent).peer.setTorrent(torrent)).toThrow('belongs to aaaa')
    const ended = incoming()
    ended.peer.disconnected()
    expect(() => ended.peer.setTorrent(torrent)).toThrow('the connection has ended')
    const cut = incoming()
    cut.peer.onData(handshakeOf())
    cut.peer.actor.stop()
    expect(() => cut.peer.setTorrent(torrent)).toThrow('the connection has ended')
  })

  test('throws for a second one also from inside the listener that set the first', () => {
    const { peer } = incoming()
    let refusal: unknown
    peer.on('peer.identified', () => {
      peer.setTorrent(torrent)
      try {
        peer.setTorrent({ ...torrent, have: everything })
      } catch (error) {
        refusal = error
      }
    })
    peer.onData(handshakeOf())
    expect(refusal).toMatchObject({ message: expect.stringContaining('belongs to aaaa') })
    expect(stateOf(peer)).toBe('open')
  })

  test.each([
    ['an info hash of 19 bytes', { infoHash: new Uint8Array(19) }],
    ['a piece of no bytes', { pieceLength: 0 }],
    ['a bitfield of another torrent', { have: new Uint8Array(3) }],
  ])('throws for %s', (_, wrong) => {
    const { peer } = incoming()
    peer.onData(handshakeOf())
    expect(() => peer.setTorrent({ ...torrent, ...wrong })).toThrow(RangeError)
    expect(peer.torrent).toBeUndefined()
  })
})

describe('createPeer', () => {
  test.each<[string, Partial<PeerOptions>]>([
    ['an info hash alone', { infoHash }],
    ['sizes alone', { pieceLength, length }],
    ['no length', { infoHash, pieceLength }],
    ['only what it has', { have: everything }],
  ])('refuses half a torrent: %s', (_, given) => {
    expect(() => incoming(given)).toThrow(TypeError)
  })

  test('refuses to dial without a torrent', () => {
    expect(() => incoming({ to: { host: '192.0.2.1', port: 6881 } })).toThrow(TypeError)
    expect(() => incoming({ to: { ...nowhere, direction: 'out' } })).toThrow(TypeError)
  })

  test('peers that share their services share a machine, and those of other torrents do not', () => {
    const clock = new SimulatedClock()
    const randomBytes = randomBytesFrom(seededRandom(1))
    const common = { clock, randomBytes }
    const machineOf = (given: Partial<PeerOptions>) => incoming({ ...common, ...given }).peer.actor.logic
    expect(machineOf(torrent)).toBe(machineOf({}))
    expect(machineOf({ torrents: new SkeyTable() })).not.toBe(machineOf({}))
  })
})
