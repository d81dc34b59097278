import { describe, expect, test } from 'vitest'
import { createPeer, type Peer } from '../../actors/peer.ts'
import { delays, limits } from '../../machines/peer/vocabulary/delays.ts'
import { encodeMessages } from '../../testing/remote/encode-messages.ts'
import { createMemoryNetwork, memoryPair } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { pexFlags } from '../../transport/wire/extended/pex-flags.ts'
import type { BlockRequest, Message } from '../../transport/wire/messages.ts'
import { createHandPair, type HandPairOptions } from '../hand-pair.ts'
import { handshakeOf, meet, meetOpen } from '../hostile/remote.ts'
import { firstOf } from '../in-full.ts'
import { contentOf, everything, layout, printed, sideOf, torrent } from '../pair.ts'
import { concat, record } from '../transport/wire/record.ts'

const allBlocks: BlockRequest[] = Array.from({ length: 19 }, (_, i) => layout.blockAt(Math.floor(i / 2), i % 2))
const remote = { host: '192.0.2.1', port: 6881 }

/** Our peer, driven by hand, beside a remote that is no more than the test. It is open unless `isSilent`. */
function drive({
  isSilent = false,
  fast = true,
  readMs,
}: {
  readonly isSilent?: boolean
  readonly fast?: boolean
  readonly readMs?: () => number
} = {}) {
  const clock = new SimulatedClock()
  const heard = record()
  heard.reader.startMessages(1024 * 1024)
  const written: number[] = []
  const write = (bytes: Uint8Array) => {
    written.push(bytes.length)
    heard.reader.push(bytes)
    while (heard.reader.isBehind) heard.reader.readOn()
  }
  const to = { remote, direction: 'in', write } as const
  const us = sideOf(createPeer({ ...torrent, clock, random: seededRandom(1), encryption: 'none', to }), clock, readMs)
  const { peer } = us
  if (!isSilent) peer.onData(handshakeOf({ fast }))
  const say = (...messages: readonly Message[]) => peer.onData(encodeMessages(...messages))
  const namesHeard = () => heard.messages.map(({ name }) => name)
  return { clock, us, peer, heard, written, say, namesHeard }
}

describe('which peer it is', () => {
  test('ip and port are those of the connection', () => {
    const { peer } = drive()
    expect([peer.ip, peer.port]).toEqual(['192.0.2.1', 6881])
  })

  test('of a peer that was dialled by name, ip is the name', () => {
    const clock = new SimulatedClock()
    const transport = createMemoryNetwork({ clock, random: seededRandom(1) }).transport('us')
    const peer = createPeer({ ...torrent, clock, transport, to: { host: 'them', port: 6882 } })
    expect([peer.ip, peer.port]).toEqual(['them', 6882])
  })

  test('transport is the actor that carries its bytes: what it takes is written', () => {
    const { peer, namesHeard } = drive()
    peer.transport.send({ type: 'send.keep_alive' })
    peer.writeBuffer()
    expect(namesHeard().at(-1)).toBe('keep_alive')
  })

  test('torrent is what it was made for', () => {
    expect(drive().peer.torrent).toEqual(torrent)
  })
})

describe('what is known of it', () => {
  test('isEncrypted and flags tell RC4 from plaintext', () => {
    const plain = createHandPair()
    const sealed = createHandPair({ encryption: 'required' })
    for (const pair of [plain, sealed]) pair.exchange()
    expect([plain.dialler.peer.isEncrypted, sealed.dialler.peer.isEncrypted]).toEqual([false, true])
    expect(plain.dialler.peer.flags).toBe(pexFlags.reachable)
    expect(sealed.dialler.peer.flags).toBe(pexFlags.reachable | pexFlags.prefersEncryption)
  })

  test.each<[string, Message[]]>([
    ['a bitfield of every piece', [{ name: 'bitfield', bits: everything }]],
    ['have_all', [{ name: 'have_all' }]],
    ['one have a piece', Array.from({ length: 10 }, (_, index) => ({ name: 'have', index }))],
  ])('isSeeder, flags and bitfieldStatus: it has everything after %s', (_, messages) => {
    const { peer, say } = drive()
    expect([peer.isSeeder, peer.bitfieldStatus, peer.flags & pexFlags.seed]).toEqual([false, 'none', 0])
    say(...messages)
    expect([peer.isSeeder, peer.bitfieldStatus, peer.flags & pexFlags.seed]).toEqual([true, 'all', pexFlags.seed])
  })

  test('bitfieldStatus is kept true by have, and what was read stays', () => {
    const { peer, say } = drive()
    say({ name: 'bitfield', bits: Uint8Array.of(0x80, 0) })
    const before = peer.bitfieldStatus
    say({ name: 'have', index: 9 })
    expect([before, peer.bitfieldStatus]).toEqual([Uint8Array.of(0x80, 0), Uint8Array.of(0x80, 0x40)])
  })

  test('the four flags say which side chokes and which is interested', () => {
    const { peer, say } = drive()
    const flags = () => [peer.amChoking, peer.amInterested, peer.peerChoking, peer.peerInterested]
    expect(flags()).toEqual([true, false, true, false])
    peer.unchoke()
    peer.interested()
    say({ name: 'unchoke' }, { name: 'interested' })
    expect(flags()).toEqual([false, true, false, true])
    peer.choke()
    peer.notInterested()
    say({ name: 'choke' }, { name: 'not_interested' })
    expect(flags()).toEqual([true, false, true, false])
  })

  test('rateDown and rateUp are right within 10 % after 10 s of a steady transfer', () => {
    const pair = createHandPair({ accepter: { have: everything } })
    pair.exchange()
    pair.accepter.peer.unchoke()
    pair.exchange()
    for (let second = 0; second < 12; second++) {
      pair.dialler.peer.request(0, 0, 16_384)
      pair.exchange()
      pair.clock.advance(1000)
    }
    for (const rate of [pair.dialler.peer.rateDown, pair.accepter.peer.rateUp]) {
      expect(rate).toBeGreaterThan(0.9 * 16_384)
      expect(rate).toBeLessThan(1.1 * 16_384)
    }
    expect([pair.dialler.peer.rateUp, pair.accepter.peer.rateDown]).toEqual([0, 0])
  })

  test('blocksInflight counts what is asked for and not settled', () => {
    const { peer, say } = drive()
    say({ name: 'unchoke' })
    for (const begin of [0, 16_384]) peer.request(0, begin, 16_384)
    expect(peer.blocksInflight).toBe(2)
    say({ name: 'piece', blocks: [contentOf({ index: 0, begin: 0, length: 16_384 })] })
    expect(peer.blocksInflight).toBe(1)
    say({ name: 'choke' }, { name: 'reject_request', requests: [{ index: 0, begin: 16_384, length: 16_384 }] })
    expect(peer.blocksInflight).toBe(0)
  })
})

describe('unchoke, choke, interested and notInterested', () => {
  test('say it once', () => {
    const { peer, namesHeard } = drive()
    peer.writeBuffer()
    const before = namesHeard().length
    for (const wish of ['choke', 'unchoke', 'notInterested', 'interested'] as const) {
      peer[wish]()
      peer[wish]()
    }
    peer.writeBuffer()
    expect(namesHeard().slice(before)).toEqual(['unchoke', 'interested'])
  })

  test('say nothing before the connection is open, and nothing after its end', () => {
    const { peer, heard } = drive({ isSilent: true })
    const wish = () => {
      peer.unchoke()
      peer.interested()
      peer.writeBuffer()
    }
    wish()
    expect([peer.amChoking, peer.amInterested, heard.calls]).toEqual([true, false, []])
    peer.disconnected()
    wish()
    expect([peer.amChoking, peer.amInterested, heard.calls]).toEqual([true, false, []])
  })

  test('choke rejects what is queued, but not what is allowed fast (BEP 6)', () => {
    const { clock, peer, say, heard } = drive({ readMs: () => 1 })
    peer.unchoke()
    peer.sendAllowedFast(3)
    const requests = [2, 3].map((index) => ({ index, begin: 0, length: 16_384 }))
    say({ name: 'request', requests })
    peer.choke()
    clock.advance(1)
    peer.writeBuffer()
    expect(heard.messages.at(-1)).toMatchObject({ name: 'piece', blocks: [{ index: 3 }] })
    expect(heard.messages).toContainEqual({ name: 'reject_request', requests: [requests[0]] })
  })
})

describe('request', () => {
  test('is refused before the torrent is known', () => {
    const { accepter } = createHandPair({ isNameless: true })
    expect(() => accepter.peer.request(0, 0, 1)).toThrow('the torrent is not known yet')
  })
})

describe.each([
  ['sendAllowedFast', 'allowed_fast'],
  ['sendSuggest', 'suggest_piece'],
] as const)('%s', (method, name) => {
  const sent = (peer: Peer, { heard }: ReturnType<typeof drive>) => {
    peer.writeBuffer()
    return heard.messages.filter((message) => message.name === name)
  }

  test('says a piece once', () => {
    const driven = drive()
    for (const index of [4, 9, 4]) driven.peer[method](index)
    expect(sent(driven.peer, driven)).toEqual([
      { name, index: 4 },
      { name, index: 9 },
    ])
  })

  test.each([-1, 10, 0.5, Number.NaN])('throws for piece %d of ten, and says nothing', (index) => {
    const driven = drive()
    expect(() => driven.peer[method](index)).toThrow(RangeError)
    expect(sent(driven.peer, driven)).toEqual([])
  })

  test('throws unless the connection is open', () => {
    const { peer } = drive({ isSilent: true })
    expect(() => peer[method](0)).toThrow('the connection is not open')
    peer.disconnected()
    expect(() => peer[method](0)).toThrow('the connection is not open')
  })

  test('throws unless the Fast extension was negotiated (BEP 6)', () => {
    const driven = drive({ fast: false })
    expect(() => driven.peer[method](0)).toThrow('the Fast extension was not negotiated')
    expect(sent(driven.peer, driven)).toEqual([])
  })
})

test('sendAllowedFast and sendSuggest throw when their sets are full', () => {
  const big = { pieceLength: 1, length: 2000 }
  const { dialler, exchange } = createHandPair({ dialler: big, accepter: big })
  exchange()
  for (let index = 0; index < limits.allowedFast; index++) dialler.peer.sendAllowedFast(index)
  for (let index = 0; index < limits.suggested; index++) dialler.peer.sendSuggest(index)
  expect(() => dialler.peer.sendAllowedFast(limits.allowedFast)).toThrow('100 pieces are allowed already')
  expect(() => dialler.peer.sendSuggest(limits.suggested)).toThrow('1000 were suggested already')
  expect(() => dialler.peer.sendSuggest(0)).not.toThrow()
})

test('isAllowedFast is true for what the peer allows, and for nothing else', () => {
  const { peer, say } = drive()
  say({ name: 'allowed_fast', index: 5 })
  expect([5, 6, -1, 0.5].map((index) => peer.isAllowedFast(index))).toEqual([true, false, false, false])
})

describe('adjustReputation', () => {
  test('adds, without a cap', () => {
    const { peer } = drive()
    peer.adjustReputation(30)
    peer.adjustReputation(-10)
    expect(peer.reputation).toBe(120)
  })

  test('to 50 bans; to 51 does not', () => {
    const { peer, us } = drive()
    peer.adjustReputation(-49)
    expect([peer.reputation, us.closeReason]).toEqual([51, undefined])
    peer.adjustReputation(-1)
    expect(us.closeReason).toEqual({ source: 'local', code: 'banned' })
  })

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY])('throws for %d, and changes nothing', (delta) => {
    const { peer } = drive()
    expect(() => peer.adjustReputation(delta)).toThrow(RangeError)
    expect(peer.reputation).toBe(100)
  })
})

describe('setBitfieldStatus', () => {
  test.each([['all'], ['none'], [Uint8Array.of(0x81, 0x40)]] as const)('%s is what bitfieldStatus says', (status) => {
    const { peer, us } = drive()
    peer.setBitfieldStatus(status)
    expect(peer.bitfieldStatus).toEqual(status)
    expect(peer.isSeeder).toBe(status === 'all')
    expect(us.news.at(-1)).toMatchObject({ type: 'peer.pieces' })
  })

  test('is kept true by have', () => {
    const { peer, say } = drive()
    say({ name: 'have_none' })
    peer.setBitfieldStatus(Uint8Array.of(0xff, 0x80))
    say({ name: 'have', index: 9 })
    expect(peer.bitfieldStatus).toBe('all')
  })

  test('gives way to what the peer itself says first', () => {
    const { peer, say, us } = drive()
    peer.setBitfieldStatus('all')
    say({ name: 'bitfield', bits: Uint8Array.of(0x80, 0) })
    expect([peer.bitfieldStatus, us.closeReason]).toEqual([Uint8Array.of(0x80, 0), undefined])
  })

  test('throws for bits that do not fit the torrent', () => {
    const { peer } = drive()
    for (const bits of [Uint8Array.of(1), Uint8Array.of(0, 1), new Uint8Array(3)]) {
      expect(() => peer.setBitfieldStatus(bits)).toThrow(RangeError)
    }
    expect(() => peer.setBitfieldStatus('some' as 'all')).toThrow(RangeError)
    expect(peer.bitfieldStatus).toBe('none')
  })

  test('throws before the torrent is known', () => {
    const { accepter } = createHandPair({ isNameless: true })
    expect(() => accepter.peer.setBitfieldStatus('all')).toThrow('the torrent is not known yet')
  })
})

describe('driven by hand, two peers exchange a whole torrent', () => {
  test.each(
    firstOf<[string, HandPairOptions]>(2, [
      ['in plaintext, each chunk as it was written', {}],
      ['in RC4, each chunk as it was written', { encryption: 'required' }],
      ['in plaintext, byte by byte', { readBytesMax: 1 }],
      ['in RC4, byte by byte', { encryption: 'required', readBytesMax: 1 }],
      ['in RC4 by preference, 1000 bytes a read', { encryption: 'preferred', readBytesMax: 1000 }],
    ]),
  )('%s', (_, options) => {
    const pair = createHandPair({ ...options, accepter: { have: everything } })
    const { dialler, accepter } = pair
    pair.exchange()
    accepter.peer.unchoke()
    pair.exchange()
    for (const { index, begin, length } of allBlocks) dialler.peer.request(index, begin, length)
    pair.exchange()
    expect(printed(dialler.blocks)).toEqual(printed(allBlocks.map(contentOf)))
    expect(dialler.peer.blocksInflight).toBe(0)
    expect(dialler.peer.isEncrypted).toBe('encryption' in options)
    dialler.peer.stop()
    pair.exchange()
    accepter.peer.disconnected()
    pair.clock.advance(0)
    expect(dialler.closeReason).toEqual({ source: 'local', code: 'requested' })
    expect(pair.clock.pending).toBe(0)
  })
})

describe('driven by hand, two peers whose `write` is the other’s `onData`', () => {
  test.each(['none', 'required'] as const)(
    'exchange a whole torrent from their listeners: encryption %s',
    (encryption) => {
      const clock = new SimulatedClock()
      const common = { ...torrent, clock, encryption }
      const make = (direction: 'in' | 'out', have: Uint8Array, other: () => Peer) =>
        createPeer({ ...common, have, to: { remote, direction, write: (bytes) => other().onData(bytes) } })
      const leecher: Peer = make('out', Uint8Array.of(0, 0), () => seeder)
      const seeder: Peer = make('in', everything, () => leecher)
      const { blocks } = sideOf(leecher, clock)
      sideOf(seeder, clock)
      const wanted = [...allBlocks]
      const askForNext = () => {
        const next = wanted.shift()
        if (next) leecher.request(next.index, next.begin, next.length)
      }
      leecher.on('peer.pieces', () => leecher.interested())
      seeder.on('peer.interested', () => seeder.unchoke())
      for (const news of ['peer.unchoked', 'peer.blocks'] as const)
        leecher.on(news, () => clock.setTimeout(askForNext, 0))
      for (let second = 0; second < 30; second++) {
        leecher.tick()
        seeder.tick()
        clock.advance(1000)
      }
      expect(printed(blocks)).toEqual(printed(allBlocks.map(contentOf)))
      expect([leecher.isEncrypted, seeder.isEncrypted]).toEqual([encryption === 'required', encryption === 'required'])
    },
  )
})

describe.each(['onData', 'receiveData'] as const)('%s', (method) => {
  test('hears a remote whose bytes come in any portions', () => {
    const { peer, us } = drive({ isSilent: true })
    const bytes = concat([
      handshakeOf(),
      encodeMessages({ name: 'have_all' }, { name: 'unchoke' }, { name: 'have', index: 3 }),
    ])
    for (let at = 0; at < bytes.length; at += 3) peer[method](bytes.subarray(at, at + 3))
    expect([peer.isSeeder, peer.peerChoking, us.closeReason]).toEqual([true, false, undefined])
  })

  test('counts the payload that comes', () => {
    const { peer, say } = drive()
    say({ name: 'unchoke' })
    peer.request(0, 0, 16_384)
    peer[method](encodeMessages({ name: 'piece', blocks: [contentOf({ index: 0, begin: 0, length: 16_384 })] }))
    expect(peer.actor.getSnapshot().context.downloaded).toBe(16_384)
  })

  test('takes a whole recorded stream at once, however long', () => {
    const { peer, us } = drive({ isSilent: true })
    const noise = Array.from(
      { length: 10 },
      (): Message => ({ name: 'extended', id: 9, payload: new Uint8Array(60_000) }),
    )
    peer[method](concat([handshakeOf(), encodeMessages(...noise, { name: 'have_all' }, { name: 'unchoke' })]))
    expect([us.closeReason, peer.isSeeder, peer.peerChoking]).toEqual([undefined, true, false])
  })

  test('leaves the caller’s bytes as they are, also where they are decrypted', () => {
    const pair = createHandPair({ encryption: 'required' })
    pair.exchange()
    const bytes = Uint8Array.of(1, 2, 3, 4)
    pair.dialler.peer[method](bytes)
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 4))
  })

  test('throws while a dial is under way, and ignores what comes after the end', () => {
    const clock = new SimulatedClock()
    const transport = createMemoryNetwork({ clock, random: seededRandom(1) }).transport('us')
    const peer = createPeer({ ...torrent, clock, transport, to: { host: 'them', port: 6881 } })
    expect(() => peer[method](Uint8Array.of(1))).toThrow('the connection does not stand yet')
    peer.disconnected()
    expect(() => peer[method](Uint8Array.of(1))).not.toThrow()
  })

  test('from inside a listener comes behind what is being read, and every block is as it was sent', () => {
    const { peer, say, us } = drive()
    say({ name: 'unchoke' })
    const requests = allBlocks.slice(0, 6)
    for (const { index, begin, length } of requests) peer.request(index, begin, length)
    const bytes = encodeMessages(
      ...requests.map((request): Message => ({ name: 'piece', blocks: [contentOf(request)] })),
    )
    const late = peer.on('peer.have', () => {
      late.unsubscribe()
      for (let at = 0; at < bytes.length; at += 10_000) {
        const portion = bytes.slice(at, at + 10_000)
        peer[method](portion)
        portion.fill(0)
      }
    })
    // The event is the owner's own: nothing is being read.
    peer.actor.send({ type: 'wire.have', index: 1 })
    expect(printed(us.blocks)).toEqual(printed(requests.map(contentOf)))
    expect([us.closeReason, peer.blocksInflight]).toEqual([undefined, 0])
  })

  test.each(['none', 'required'] as const)(
    'from inside a listener amid a read comes behind that read: encryption %s',
    (encryption) => {
      const clock = new SimulatedClock()
      const random = seededRandom(1)
      const [theirs, ours] = memoryPair({ clock, random })
      const common = { ...torrent, clock, random, encryption, randomBytes: randomBytesFrom(random) }
      const them = createPeer({ ...common, to: theirs })
      const peer = createPeer({ ...common, to: ours })
      const haves: number[] = []
      peer.on('peer.have', ({ index }) => haves.push(index))
      const brought = peer.on('peer.have', () => {
        brought.unsubscribe()
        // A remote's words in plaintext, or, encrypted, what the cipher makes of them.
        if (encryption === 'none') peer[method](encodeMessages({ name: 'have', index: 9 }))
        peer.handleMessage(4, Uint8Array.of(0, 0, 0, 8))
      })
      clock.advance(1000)
      for (const index of [1, 2, 3]) them.actor.send({ type: 'torrent.have', index })
      clock.advance(1000)
      expect(haves).toEqual(encryption === 'none' ? [1, 2, 3, 9, 8] : [1, 2, 3, 8])
      expect(peer.actor.getSnapshot().value.handshake).toBe('open')
    },
  )

  test('on a peer with a socket stands between two reads', () => {
    const { clock, us, remote: them } = meetOpen()
    us.peer[method](encodeMessages({ name: 'have_none' }))
    them.say({ name: 'have', index: 1 })
    clock.advance(1)
    expect(us.peer.bitfieldStatus).toEqual(Uint8Array.of(0x40, 0))
  })
})

describe('handleMessage', () => {
  test('is a message as if it had come', () => {
    const { peer } = drive()
    peer.handleMessage(1)
    peer.handleMessage(2, new Uint8Array())
    peer.handleMessage(4, Uint8Array.of(0, 0, 0, 7))
    expect([peer.peerChoking, peer.peerInterested, peer.bitfieldStatus]).toEqual([false, true, Uint8Array.of(0x01, 0)])
    peer.handleMessage(0)
    expect(peer.peerChoking).toBe(true)
  })

  test('is the same fault that it is from a remote', () => {
    const { peer, us } = drive()
    peer.handleMessage(4, Uint8Array.of(1))
    expect(us.closeReason).toMatchObject({ source: 'remote', code: 'bad_length' })
  })

  test('amid a message of which a part has come leaves that as it is', () => {
    const { peer, us, say } = drive()
    say({ name: 'unchoke' })
    peer.request(0, 0, 16_384)
    const block = contentOf({ index: 0, begin: 0, length: 16_384 })
    const bytes = encodeMessages({ name: 'piece', blocks: [block] })
    peer.onData(bytes.subarray(0, 5000))
    peer.handleMessage(4, Uint8Array.of(0, 0, 0, 7))
    expect(peer.bitfieldStatus).toEqual(Uint8Array.of(0x01, 0))
    peer.onData(bytes.subarray(5000))
    expect(printed(us.blocks)).toEqual(printed([block]))
    expect(us.closeReason).toBeUndefined()
  })

  test('is copied: what it brings may change when the call is over', () => {
    const { peer, us, say } = drive()
    say({ name: 'unchoke' })
    peer.request(0, 0, 16_384)
    const block = contentOf({ index: 0, begin: 0, length: 16_384 })
    const payload = encodeMessages({ name: 'piece', blocks: [block] }).slice(5)
    const late = peer.on('peer.have', () => {
      late.unsubscribe()
      peer.handleMessage(7, payload)
      payload.fill(0)
    })
    peer.actor.send({ type: 'wire.have', index: 1 })
    expect(printed(us.blocks)).toEqual(printed([block]))
  })

  test('works on an encrypted connection, beside the cipher stream', () => {
    const pair = createHandPair({ encryption: 'required' })
    pair.exchange()
    pair.dialler.peer.handleMessage(1)
    pair.accepter.peer.interested()
    pair.exchange()
    expect([pair.dialler.peer.peerChoking, pair.dialler.peer.peerInterested]).toEqual([false, true])
  })

  test.each([-1, 256, 0.5])('throws for the id %d', (id) => {
    expect(() => drive().peer.handleMessage(id)).toThrow(RangeError)
  })

  test('throws unless the connection is open', () => {
    const { peer, us } = drive({ isSilent: true })
    expect(() => peer.handleMessage(1)).toThrow('the connection is not open')
    expect(us.closeReason).toBeUndefined()
  })
})

describe('writeBuffer', () => {
  test('hands over what waits, and until then nothing leaves', () => {
    const { peer, written, namesHeard } = drive()
    peer.unchoke()
    expect(written).toEqual([])
    peer.writeBuffer()
    expect(namesHeard()).toEqual(['extended', 'have_none', 'unchoke'])
  })

  test('has nothing to do on a peer with a socket', () => {
    const { clock, us, remote: them } = meetOpen()
    us.peer.unchoke()
    us.peer.writeBuffer()
    clock.advance(1)
    expect(them.heard.filter(({ name }) => name === 'unchoke')).toHaveLength(1)
  })

  test('makes room for uploads that waited for it', () => {
    const pair = createHandPair({ accepter: { have: everything } })
    pair.exchange()
    pair.accepter.peer.unchoke()
    pair.exchange()
    const { actor } = pair.accepter.peer
    // 50 blocks: more than the 768 KiB at which the writer is told to wait.
    for (let i = 0; i < 50; i++) pair.dialler.peer.request(i % 9, 0, 16_384)
    pair.exchange()
    expect(pair.dialler.blocks).toHaveLength(50)
    pair.accepter.peer.tick()
    expect(actor.getSnapshot().value.uploads).toBe('idle')
  })
})

describe('tick', () => {
  test('does now what is due: a rate is measured, a keep-alive sent and flushed', () => {
    const { clock, peer, namesHeard, say } = drive()
    say({ name: 'unchoke' })
    peer.request(0, 0, 16_384)
    say({ name: 'piece', blocks: [contentOf({ index: 0, begin: 0, length: 16_384 })] })
    clock.advance(delays.tickMs - 1)
    expect(peer.rateDown).toBe(0)
    peer.tick()
    expect(peer.rateDown).toBeGreaterThan(0)
    clock.advance(delays.keepAliveMs - delays.tickMs)
    expect(namesHeard()).not.toContain('keep_alive')
    clock.advance(1)
    peer.tick()
    expect(namesHeard().at(-1)).toBe('keep_alive')
  })

  test('is of this peer alone', () => {
    const pair = createHandPair()
    pair.exchange()
    const ticks: unknown[] = []
    pair.accepter.peer.actor.subscribe(() => ticks.push('accepter'))
    pair.dialler.peer.actor.subscribe(() => ticks.push('dialler'))
    pair.dialler.peer.tick()
    expect(ticks).toEqual(['dialler'])
  })

  test('works on a peer with a socket, and changes nothing before and after the connection', () => {
    const { clock, us } = meetOpen()
    clock.advance(delays.tickMs - 2)
    const before = us.peer.actor.getSnapshot()
    us.peer.tick()
    expect(us.peer.actor.getSnapshot()).not.toBe(before)
    us.peer.disconnected()
    const after = us.peer.actor.getSnapshot()
    us.peer.tick()
    expect(us.peer.actor.getSnapshot()).toBe(after)
  })
})

describe('disconnected', () => {
  test('ends it as a lost connection: requests are free, the parent hears it once, no timer is left', () => {
    const { clock, peer, say, us } = drive()
    say({ name: 'unchoke' })
    peer.request(0, 0, 16_384)
    peer.disconnected()
    peer.disconnected()
    clock.advance(0)
    expect(us.closeReason).toMatchObject({ source: 'transport', code: 'reset' })
    expect(us.news.filter(({ type }) => type === 'peer.closed')).toHaveLength(1)
    expect(peer.blocksInflight).toBe(0)
    expect([peer.actor.getSnapshot().status, clock.pending]).toEqual(['stopped', 0])
  })

  test('drops what was not written', () => {
    const { peer, written } = drive()
    peer.unchoke()
    peer.disconnected()
    peer.writeBuffer()
    expect(written).toEqual([])
  })

  test('destroys the socket of a peer that has one, also amid its last words', () => {
    const { clock, us, remote: them } = meetOpen()
    us.peer.stop()
    us.peer.disconnected()
    clock.advance(1)
    expect(us.news.at(-1)).toMatchObject({ type: 'peer.closed', reason: { code: 'requested' } })
    expect(them.end).toBeDefined()
    expect(clock.pending).toBe(0)
  })

  test('ends a dial that is under way', () => {
    const { clock, us } = meet({ direction: 'out' })
    us.peer.disconnected()
    clock.advance(1)
    expect(clock.pending).toBe(0)
  })
})

describe('stop, driven by hand', () => {
  test('ends behind the flush of the last words', () => {
    const { clock, peer, us, namesHeard } = drive()
    peer.unchoke()
    peer.stop()
    expect(us.news.at(-1)).toMatchObject({ type: 'peer.closing' })
    peer.writeBuffer()
    expect(namesHeard().at(-1)).toBe('unchoke')
    expect(us.news.at(-1)).toMatchObject({ type: 'peer.closed', reason: { source: 'local', code: 'requested' } })
    expect(clock.pending).toBe(0)
  })

  test('ends after 5 s if it is not flushed', () => {
    const { clock, peer, us } = drive()
    peer.unchoke()
    peer.stop()
    clock.advance(delays.closingMs)
    expect(us.news.at(-1)).toMatchObject({ type: 'peer.closed' })
    expect(clock.pending).toBe(0)
  })
})
