import bencode from 'bencode'
import { afterEach, describe, expect, test } from 'vitest'
import { type Metainfo, parseMetainfo } from '../../storage/metainfo.ts'
import type { ScriptedRemote } from '../../testing/remote/scripted-remote.ts'
import { failingStore } from '../../testing/stores.ts'
import { encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { metadataPieceBytes } from '../../transport/wire/extended/metadata-pieces.ts'
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  type MetadataMessage,
} from '../../transport/wire/extended/ut-metadata.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { createTrackerNetwork } from '../fake-trackers.ts'
import { dialRaw, listenRaw, type Script } from '../hostile/raw-peer.ts'
import { firstOf, longTest } from '../in-full.ts'
import { hashPieces, longInfoTorrent, patternedBytes, sha1 } from '../storage/support.ts'
import { createSwarm, type Member, type Swarm, type SwarmOptions } from './swarm.ts'

/** The id under which the scripted remotes take `ut_metadata`. */
const theirId = 9
const features = { extended: true, fast: true, dht: false }
/** An info dictionary of three pieces, the last of them short. */
const largeInfo = () => longInfoTorrent(2_000)

const swarms: Swarm[] = []

function aSwarm(options: SwarmOptions = {}): Swarm {
  const swarm = createSwarm({ encryption: 'none', ...options })
  swarms.push(swarm)
  return swarm
}

afterEach(async () => {
  for (const swarm of swarms.splice(0)) await swarm.stop()
})

const isWhole = ({ torrent }: Member): boolean => {
  const { pieces, total } = torrent.progress
  return total > 0 && pieces === total
}
const closings = (member: Member): string[] =>
  member.emittedOf('peer').flatMap(({ peer }) => (peer.state === 'closed' ? [peer.reason ?? ''] : []))
const reputationOf = (member: Member, host: string): number | undefined =>
  member.torrent.peers.find(({ address }) => address.host === host)?.reputation

/** The remote's extended handshake; `size` as it announces it. */
const greeting = (size?: number): Message => ({
  name: 'extended',
  id: 0,
  payload: encodeExtendedHandshake({ m: { ut_metadata: theirId }, ...(size !== undefined && { metadataSize: size }) }),
})

/** What our side takes `ut_metadata` by. */
const ourId = (self: ScriptedRemote): number => self.idOf('ut_metadata')
/** What they have announced. */
const sizesSaid = (self: ScriptedRemote): (number | undefined)[] =>
  self.greetings.map(({ metadataSize }) => metadataSize)
const metadataSaid = (self: ScriptedRemote) => self.extended(theirId).map((payload) => decodeMetadataMessage(payload))
const tell = (self: ScriptedRemote, message: MetadataMessage | Uint8Array): void =>
  self.say({
    name: 'extended',
    id: ourId(self),
    payload: message instanceof Uint8Array ? message : encodeMetadataMessage(message),
  })

/** The piece of some metadata, as a peer that has it says it. */
const dataOf = (bytes: Uint8Array, piece: number): MetadataMessage => {
  const begin = piece * metadataPieceBytes
  return { type: 'data', piece, totalSize: bytes.length, data: bytes.subarray(begin, begin + metadataPieceBytes) }
}

/** A remote that offers metadata of a size and answers requests for it with `answer`. */
function offering(size: number | undefined, answer: (piece: number, self: ScriptedRemote) => void): Script {
  return {
    features,
    greets: [greeting(size), { name: 'have_none' }],
    hears(message, self) {
      if (message.name !== 'extended' || message.id !== theirId) return
      const said = decodeMetadataMessage(message.payload)
      if (said?.type === 'request') answer(said.piece, self)
    },
  }
}

const spoilt = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i % metadataPieceBytes === 99 ? byte ^ 1 : byte))

describe('a magnet link', () => {
  test('is downloaded from one seeder, over one connection', async () => {
    const swarm = aSwarm({ seed: 3 })
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', { magnet: true, knows: ['seeder'] })
    expect(leecher.torrent.metainfo).toBeUndefined()
    expect(leecher.torrent.progress).toMatchObject({ pieces: 0, total: 0 })
    swarm.start()
    await swarm.until(() => isWhole(leecher))
    expect(await leecher.isWhole()).toBe(true)
    const { length, name } = swarm.metainfo
    expect(leecher.emittedOf('metadata')).toEqual([{ type: 'metadata', name, bytes: length, pieces: 8 }])
    expect(leecher.torrent.metainfo?.infoHash).toEqual(swarm.metainfo.infoHash)
    expect(leecher.emittedOf('verified')).toEqual([{ type: 'verified', pieces: 0, total: 8 }])
    expect(leecher.emittedOf('done')).toHaveLength(1)
    expect(leecher.dialled).toEqual(['seeder:6881'])
    expect(closings(leecher)).toEqual([])
  })

  longTest('is downloaded encrypted too', async () => {
    const swarm = aSwarm({ encryption: 'required' })
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', { magnet: true, knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => isWhole(leecher))
    expect(await leecher.isWhole()).toBe(true)
  })

  longTest('is downloaded from leechers that dial us, over the connections there were', async () => {
    const swarm = aSwarm({ seed: 5 })
    const magnet = swarm.add('magnet', { magnet: true })
    const odd = swarm.add('odd', { has: [1, 3, 5, 7], knows: ['magnet'] })
    const even = swarm.add('even', { has: [0, 2, 4, 6], knows: ['magnet'] })
    swarm.start()
    await swarm.until(() => [magnet, odd, even].every(isWhole))
    expect(await magnet.isWhole()).toBe(true)
    expect(magnet.dialled.length + odd.dialled.length + even.dialled.length).toBeLessThanOrEqual(3)
    for (const member of [magnet, odd, even]) {
      expect(
        closings(member).filter((reason) => reason !== 'local.nothing_to_trade' && reason !== 'transport.end'),
      ).toEqual([])
    }
  })

  longTest('with metadata of several pieces is fetched from several peers at once', async () => {
    const swarm = aSwarm({ torrent: largeInfo(), seed: 7 })
    const bytes = swarm.metainfo.infoBytes
    const honest = ['a', 'b', 'c'].map((host) =>
      listenRaw(
        swarm,
        host,
        offering(bytes.length, (piece, self) => tell(self, dataOf(bytes, piece))),
      ),
    )
    const leecher = swarm.add('leecher', { magnet: true, knows: ['a', 'b', 'c'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'downloading')
    expect(bytes.length).toBeGreaterThan(2 * metadataPieceBytes)
    const asked = honest.flat().map((self) => metadataSaid(self).filter((one) => one?.type === 'request').length)
    expect(asked.reduce((sum, count) => sum + count)).toBe(3)
    expect(closings(leecher)).toEqual([])
  })

  test('passes on to other magnet links, and tells those it is connected to that it can', async () => {
    const swarm = aSwarm({ torrent: largeInfo() })
    swarm.add('seeder', { has: 'all' })
    const first = swarm.add('first', { magnet: true, knows: ['seeder'] })
    const second = swarm.add('second', { magnet: true, knows: ['first'] })
    swarm.start()
    await swarm.until(() => isWhole(first) && isWhole(second))
    expect(await second.isWhole()).toBe(true)
    expect(second.dialled).toEqual(['first:6881'])
  })

  longTest('of what is on the disk already asks for nothing but the metadata', async () => {
    const swarm = aSwarm()
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', { magnet: true, has: 'all', knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => leecher.emittedOf('done').length > 0)
    expect(leecher.emittedOf('done')).toEqual([{ type: 'done', downloaded: 0 }])
    expect(leecher.state).toBe('seeding')
    await swarm.until(() => closings(leecher).length > 0)
    expect(closings(leecher)).toEqual(['local.nothing_to_trade'])
  })

  test('of what is whole on the disk tells those it is connected to that it only uploads (BEP 21)', async () => {
    const swarm = aSwarm()
    const bytes = swarm.metainfo.infoBytes
    const connections = listenRaw(
      swarm,
      'a',
      offering(bytes.length, (piece, self) => tell(self, dataOf(bytes, piece))),
    )
    const leecher = swarm.add('leecher', { magnet: true, has: 'all', knows: ['a'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding')
    await swarm.pass(500)
    expect(connections.map((self) => self.greetings.map(({ uploadOnly }) => uploadOnly))).toEqual([
      [undefined, undefined, true],
    ])
  })

  longTest('uses the answers of a peer that takes no messages of ut_metadata any more', async () => {
    const swarm = aSwarm({ torrent: largeInfo() })
    const bytes = swarm.metainfo.infoBytes
    const withdrawal = encodeExtendedHandshake({ m: { ut_metadata: 0 } })
    const connections = listenRaw(
      swarm,
      'a',
      offering(bytes.length, (piece, self) => {
        self.say({ name: 'extended', id: 0, payload: withdrawal })
        tell(self, dataOf(bytes, piece))
      }),
    )
    const leecher = swarm.add('leecher', { magnet: true, knows: ['a'] })
    swarm.start()
    await swarm.pass(10_000)
    expect(connections.map((self) => [self.end, metadataSaid(self).length])).toEqual([[undefined, 2]])
    listenRaw(
      swarm,
      'b',
      offering(bytes.length, (piece, self) =>
        tell(self, piece === 2 ? dataOf(bytes, piece) : { type: 'reject', piece }),
      ),
    )
    leecher.torrent.addPeer({ host: 'b', port: 6881 })
    await swarm.until(() => leecher.state === 'downloading')
    expect(closings(leecher)).toEqual([])
  })

  longTest('goes on with what is on the disk, and peers that were there before hear of it', async () => {
    const swarm = aSwarm()
    swarm.add('seeder', { has: [0, 1, 2, 3] })
    const leecher = swarm.add('leecher', { magnet: true, has: [4, 5, 6, 7], knows: ['seeder'] })
    const third = swarm.add('third', { knows: ['leecher'] })
    swarm.start()
    await swarm.until(() => isWhole(leecher) && isWhole(third))
    expect(leecher.emittedOf('verified')).toEqual([{ type: 'verified', pieces: 4, total: 8 }])
    expect(leecher.emittedOf('done')[0]?.downloaded).toBe(4 * swarm.metainfo.pieceLength)
    expect(leecher.dialled).toEqual(['seeder:6881'])
  })

  test('of a hybrid torrent is downloaded by its version 1 part (BEP 52)', async () => {
    const swarm = aSwarm({ torrent: torrentWith({ 'file tree': {}, 'meta version': 2 }) })
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', { magnet: true, knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => isWhole(leecher))
    expect(await leecher.isWhole()).toBe(true)
  })

  test('of a private torrent stops to exchange peers and metadata when it learns that', async () => {
    const swarm = aSwarm({ torrent: torrentWith({ private: 1 }) })
    const bytes = swarm.metainfo.infoBytes
    let knownFirst: number | undefined
    const connections = listenRaw(
      swarm,
      'a',
      offering(bytes.length, (piece, self) => {
        knownFirst ??= lastPexId(self)
        tell(self, dataOf(bytes, piece))
      }),
    )
    const leecher = swarm.add('leecher', { magnet: true, knows: ['a'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'downloading')
    await swarm.pass(1_000)
    const [self] = connections
    if (!self) throw new Error('a was not dialled')
    expect(knownFirst).toBeGreaterThan(0)
    expect(lastPexId(self)).toBe(0)
    const last = self.greetings.at(-1)
    expect([last?.m?.ut_metadata, last?.metadataSize]).toEqual([0, undefined])
    self.say({ name: 'extended', id: self.greetings[0]?.m?.ut_metadata ?? 0, payload: asksFor(0) })
    await swarm.pass(1_000)
    expect(metadataSaid(self)).toEqual([{ type: 'request', piece: 0 }])
    expect(closings(leecher)).toEqual([])
  })

  test('that turns out to be private keeps the trackers that its user gave it (BEP 27)', async () => {
    const swarm = aSwarm({ torrent: torrentWith({ private: 1 }) })
    const bytes = swarm.metainfo.infoBytes
    listenRaw(
      swarm,
      'a',
      offering(bytes.length, (piece, self) => tell(self, dataOf(bytes, piece))),
    )
    const trackers = createTrackerNetwork(swarm.clock)
    const tracker = trackers.answers('192.0.2.200', () => ({ interval: 60, peers: [] }))
    const options = { trackers: [tracker.url], trackerNetwork: trackers.network }
    const leecher = swarm.add('leecher', { magnet: true, knows: ['a'], ...options })
    swarm.start()
    await swarm.until(() => leecher.state === 'downloading')
    expect(leecher.torrent.metainfo?.private).toBe(true)
    const before = tracker.said.length
    await swarm.pass(61_000)
    expect(leecher.torrent.trackers).toMatchObject([{ url: tracker.url }])
    expect(tracker.said.length).toBeGreaterThan(before)
  })
})

describe('metadata that cannot be used fails the torrent', () => {
  test('a version 2 torrent (BEP 52)', async () => {
    const info = bencode.encode({ 'file tree': {}, 'meta version': 2, name: 'v2', 'piece length': 16_384 })
    const swarm = aSwarm({ torrent: { ...largeInfo(), metainfo: withInfo(info) } })
    listenRaw(
      swarm,
      'a',
      offering(info.length, (piece, self) => tell(self, dataOf(info, piece))),
    )
    const leecher = swarm.add('leecher', { magnet: true, knows: ['a'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'failed')
    expect(leecher.emittedOf('failed')[0]?.error.message).toMatch(
      /^the metadata cannot be used: it is a version 2 torrent/,
    )
    expect(leecher.emittedOf('failed')).toHaveLength(1)
  })

  test('a store that does not open; a new start tries again with what came, and asks nobody', async () => {
    const swarm = aSwarm()
    const bytes = swarm.metainfo.infoBytes
    const connections = listenRaw(
      swarm,
      'a',
      offering(bytes.length, (piece, self) => tell(self, dataOf(bytes, piece))),
    )
    let isFull = true
    const leecher = swarm.add('leecher', {
      magnet: true,
      knows: ['a'],
      through: (store) => {
        if (isFull) throw new Error('no space')
        return store
      },
    })
    swarm.start()
    await swarm.until(() => leecher.state === 'failed')
    expect(leecher.emittedOf('failed').map(({ error }) => error.message)).toEqual(['no space'])
    isFull = false
    leecher.torrent.start()
    await swarm.until(() => leecher.state === 'downloading')
    const asked = connections.flatMap(metadataSaid).filter((one) => one?.type === 'request')
    expect(asked).toHaveLength(1)
  })

  longTest('a store of other chunks than the pieces', async () => {
    const swarm = aSwarm()
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', {
      magnet: true,
      knows: ['seeder'],
      through: (store) => ({ ...store, chunkLength: 1 }),
    })
    swarm.start()
    await swarm.until(() => leecher.state === 'failed')
    expect(leecher.emittedOf('failed')[0]?.error).toBeInstanceOf(RangeError)
  })

  test('a disk that cannot be read', async () => {
    const swarm = aSwarm()
    swarm.add('seeder', { has: 'all' })
    const leecher = swarm.add('leecher', {
      magnet: true,
      has: 'all',
      knows: ['seeder'],
      through: (store) => failingStore(store, () => new Error('bad sector')),
    })
    swarm.start()
    await swarm.until(() => leecher.state === 'failed')
  })
})

describe('among liars the metadata comes from who is honest', () => {
  /** A magnet link beside one honest seeder of three metadata pieces and some who are not. */
  function among(liars: Readonly<Record<string, Script>>) {
    const swarm = aSwarm({ torrent: largeInfo(), seed: 11 })
    const connections = new Map(Object.entries(liars).map(([host, script]) => [host, listenRaw(swarm, host, script)]))
    swarm.add('honest', { has: 'all' })
    const leecher = swarm.add('leecher', { magnet: true, knows: [...Object.keys(liars), 'honest'] })
    swarm.start()
    return { swarm, leecher, of: (host: string) => connections.get(host)?.[0] as ScriptedRemote }
  }
  const { length } = largeInfo().metainfo.infoBytes
  const { infoBytes } = largeInfo().metainfo
  const silent = offering(length, () => {})

  test('bad bytes are paid for as a corrupt piece', async () => {
    const lie = spoilt(infoBytes)
    const { swarm, leecher } = among({ liar: offering(length, (piece, self) => tell(self, dataOf(lie, piece))) })
    await swarm.until(() => leecher.state === 'downloading')
    await swarm.pass(10)
    expect(reputationOf(leecher, 'liar')).toBe(80)
    expect(reputationOf(leecher, 'honest') ?? 100).toBeGreaterThanOrEqual(100)
    await swarm.until(() => isWhole(leecher))
  })

  test.each(
    firstOf(1, [
      ['a size that is too small', length - 1],
      ['a size of 4 GiB', 2 ** 32],
      ['a size of 0', 0],
      ['a negative size', -1],
    ] as const),
  )('%s', async (_, size) => {
    const liar = {
      ...offering(undefined, (piece, self) => tell(self, { type: 'reject', piece })),
      greets: [
        {
          name: 'extended',
          id: 0,
          payload: new TextEncoder().encode(`d1:md11:ut_metadatai${theirId}ee13:metadata_sizei${size}ee`),
        },
      ] as const,
    }
    const { swarm, leecher, of } = among({ liar })
    await swarm.until(() => leecher.state === 'downloading')
    const asked = metadataSaid(of('liar')).filter((one) => one?.type === 'request').length
    if (size !== length - 1) expect(asked).toBe(0)
    expect(of('liar').end).toBeUndefined()
  })

  longTest('one that is silent, one that rejects, and one that offers nothing', async () => {
    const rejecting = offering(length, (piece, self) => tell(self, { type: 'reject', piece }))
    const { swarm, leecher, of } = among({ silent, rejecting, nothing: offering(undefined, () => {}) })
    await swarm.until(() => leecher.state === 'downloading')
    expect(metadataSaid(of('nothing'))).toEqual([])
    expect(['silent', 'rejecting'].map((host) => of(host).end)).toEqual([undefined, undefined])
    await swarm.until(() => isWhole(leecher))
  })

  const bytesOf = (text: string) => new TextEncoder().encode(text)
  test.each(
    firstOf<[string, string, (self: ScriptedRemote, piece: number) => void]>(1, [
      [
        'a piece that comes twice',
        'metadata_unrequested',
        (self, piece) => {
          tell(self, dataOf(infoBytes, piece))
          tell(self, dataOf(infoBytes, piece))
        },
      ],
      ['another size', 'metadata_total_size', (self, piece) => tell(self, dataOf(new Uint8Array(length + 1), piece))],
      ['a piece without its bytes', 'extension_malformed', (self) => tell(self, bytesOf('d8:msg_typei1e5:piecei0ee'))],
      ['a negative piece', 'extension_malformed', (self) => tell(self, bytesOf('d8:msg_typei0e5:piecei-1ee'))],
      ['junk', 'extension_malformed', (self) => tell(self, bytesOf('junk'))],
      ['nothing', 'extension_malformed', (self) => tell(self, new Uint8Array())],
    ]),
  )('one who breaks the rules is closed: %s', async (_, reason, misbehave) => {
    let isFirst = true
    const liar = offering(length, (piece, self) => {
      if (isFirst) misbehave(self, piece)
      isFirst = false
    })
    const { swarm, leecher } = among({ liar })
    await swarm.until(() => leecher.state === 'downloading')
    expect(closings(leecher)).toEqual([`remote.${reason}`])
    await swarm.until(() => isWhole(leecher))
  })

  longTest('a message of another kind is passed over, so that there can be more of them (BEP 9)', async () => {
    const liar = offering(length, (_, self) => tell(self, new TextEncoder().encode('d8:msg_typei7ee')))
    const { swarm, leecher, of } = among({ liar })
    await swarm.until(() => leecher.state === 'downloading')
    expect(of('liar').end).toBeUndefined()
  })
})

describe('a flood of requests', () => {
  const request = (self: ScriptedRemote, piece: number) => tell(self, { type: 'request', piece })

  test('closes who sends it, and others notice nothing', async () => {
    const swarm = aSwarm({ torrent: largeInfo() })
    const seeder = swarm.add('seeder', { has: 'all' })
    swarm.start()
    await swarm.until(() => seeder.state === 'seeding')
    const flood = dialRaw(swarm, 'flood', 'seeder', { features, greets: [greeting(), { name: 'have_none' }] })
    await swarm.until(() => ourId(flood) > 0)
    for (let i = 0; i < 10_000 && flood.end === undefined; i++) request(flood, i % 3)
    await swarm.until(() => flood.end !== undefined)
    expect(closings(seeder)).toEqual(['remote.metadata_flood'])
    const answers = metadataSaid(flood)
    expect(answers.filter((one) => one?.type === 'data').length).toBeLessThanOrEqual(64)
    const leecher = swarm.add('leecher', { magnet: true, knows: ['seeder'] })
    leecher.torrent.start()
    await swarm.until(() => isWhole(leecher))
  })

  longTest('brings no more to who connects anew', async () => {
    const swarm = aSwarm({ torrent: largeInfo() })
    const seeder = swarm.add('seeder', { has: 'all' })
    swarm.start()
    await swarm.until(() => seeder.state === 'seeding')
    let given = 0
    for (let round = 0; round < 4; round++) {
      const again = dialRaw(swarm, 'again', 'seeder', { features, greets: [greeting(), { name: 'have_none' }] })
      await swarm.until(() => ourId(again) > 0)
      for (let i = 0; i < 100; i++) request(again, i % 3)
      await swarm.until(() => metadataSaid(again).length === 100)
      given += metadataSaid(again).filter((one) => one?.type === 'data').length
      again.connection.destroy()
      await swarm.pass(1_000)
    }
    expect([given, closings(seeder).filter((reason) => reason.startsWith('remote.'))]).toEqual([64, []])
  })

  longTest('of a magnet link that has no metadata yet is rejected, then closed', async () => {
    const swarm = aSwarm()
    const leecher = swarm.add('leecher', { magnet: true })
    swarm.start()
    await swarm.pass(1_000)
    const flood = dialRaw(swarm, 'flood', 'leecher', { features, greets: [greeting(), { name: 'have_none' }] })
    await swarm.until(() => ourId(flood) > 0)
    request(flood, 0)
    await swarm.until(() => metadataSaid(flood).length > 0)
    expect(metadataSaid(flood)).toEqual([{ type: 'reject', piece: 0 }])
    for (let i = 0; i < 1_000; i++) request(flood, i)
    await swarm.until(() => flood.end !== undefined)
    expect(closings(leecher)).toEqual(['remote.metadata_flood'])
    expect(leecher.state).toBe('fetching_metadata')
  })
})

describe('what our extended handshakes say of the metadata', () => {
  test('a torrent that has it says so from the start, a magnet link when it has come', async () => {
    const swarm = aSwarm()
    const bytes = swarm.metainfo.infoBytes
    const told = listenRaw(
      swarm,
      'a',
      offering(bytes.length, (piece, self) => tell(self, dataOf(bytes, piece))),
    )
    const fromFile = listenRaw(swarm, 'b', { features, greets: [greeting()] })
    swarm.add('magnet', { magnet: true, knows: ['a'] })
    swarm.add('file', { knows: ['b'] })
    swarm.start()
    await swarm.pass(3_000)
    expect(told.map(sizesSaid)).toEqual([[undefined, bytes.length]])
    expect(fromFile.map(sizesSaid)).toEqual([[bytes.length]])
  })

  test('a private torrent says nothing of it, and gives it to nobody', async () => {
    const swarm = aSwarm({ torrent: torrentWith({ private: 1 }) })
    const connections = listenRaw(swarm, 'a', { features, greets: [greeting()] })
    const seeder = swarm.add('seeder', { has: 'all', knows: ['a'] })
    swarm.start()
    await swarm.until(() => (connections[0]?.greetings.length ?? 0) > 0)
    const self = connections[0] as ScriptedRemote
    expect(self.greetings[0]?.m).not.toHaveProperty('ut_metadata')
    expect(sizesSaid(self)).toEqual([undefined])
    for (let id = 1; id < 10; id++) {
      if (!Object.values(self.greetings[0]?.m ?? {}).includes(id)) {
        self.say({ name: 'extended', id, payload: asksFor(0) })
      }
    }
    await swarm.pass(2_000)
    expect([metadataSaid(self), closings(seeder)]).toEqual([[], []])
  })
})

describe('stopped and paused', () => {
  test('a magnet link stops while it fetches, and its sockets are gone', async () => {
    const swarm = aSwarm()
    const connections = listenRaw(
      swarm,
      'a',
      offering(100, () => {}),
    )
    const leecher = swarm.add('leecher', { magnet: true, knows: ['a'] })
    swarm.start()
    await swarm.until(() => connections.length > 0 && ourId(connections[0] as ScriptedRemote) > 0)
    await swarm.settled(leecher.torrent.stop())
    expect(connections[0]?.end).toBeDefined()
  })

  longTest(
    'a pause while the disk is checked closes the connections; a resume goes on without a second check',
    async () => {
      const swarm = aSwarm()
      swarm.add('seeder', { has: 'all' })
      const reads: (() => void)[] = []
      let isHeld = true
      const leecher = swarm.add('leecher', {
        magnet: true,
        has: [0, 1],
        knows: ['seeder'],
        through: (store) => ({
          ...store,
          get: (index, range, done) => {
            const read = () => store.get(index, range, done)
            if (isHeld) reads.push(read)
            else read()
          },
        }),
      })
      swarm.start()
      await swarm.until(() => leecher.state === 'checking_data')
      expect(leecher.torrent.peers.map(({ state }) => state)).toEqual(['open'])
      leecher.torrent.pause()
      await swarm.until(() => closings(leecher).length > 0)
      expect(closings(leecher)).toEqual(['local.stopped'])
      leecher.torrent.resume()
      await swarm.pass(5_000)
      expect(leecher.state).toBe('checking')
      isHeld = false
      for (const read of reads) read()
      await swarm.until(() => isWhole(leecher))
      expect(leecher.emittedOf('verified')).toEqual([{ type: 'verified', pieces: 2, total: 8 }])
      expect(leecher.emittedOf('done')[0]?.downloaded).toBe(6 * swarm.metainfo.pieceLength - 1_000)
    },
  )
})

const asksFor = (piece: number): Uint8Array => encodeMetadataMessage({ type: 'request', piece })

const lastPexId = (self: ScriptedRemote): number | undefined => self.greetings.at(-1)?.m?.ut_pex

/** A torrent whose info dictionary says more than it needs. */
function torrentWith(more: Readonly<Record<string, number | object>>): { metainfo: Metainfo; data: Uint8Array } {
  const data = patternedBytes(50_000)
  const info = { length: data.length, name: 'song', 'piece length': 16_384, pieces: hashPieces(data, 16_384), ...more }
  return { metainfo: parseMetainfo(bencode.encode({ info })), data }
}

/** Facts of another torrent under the info hash of these bytes: what a magnet link leads to is told apart by its hash alone. */
function withInfo(info: Uint8Array): Metainfo {
  const { metainfo } = largeInfo()
  return { ...metainfo, infoHash: sha1(info), infoBytes: info }
}
