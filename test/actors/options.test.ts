import { describe, expect, test } from 'vitest'
import { createPeer, type PeerOptions } from '../../actors/peer.ts'
import { createSession, type SessionOptions, type SessionTorrentOptions } from '../../actors/session.ts'
import { createTorrent, type Torrent } from '../../actors/torrent.ts'
import type { TorrentOptions } from '../../actors/torrent-options.ts'
import { ConnectionLimit } from '../../machines/torrent/connections/connection-limit.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { torrent as peerTorrent } from '../pair.ts'
import { sampleTorrent } from '../swarm/sample.ts'

const { metainfo } = sampleTorrent()
const store = openMemoryStore(metainfo)
const openStore = async () => store
const somewhere = { host: '10.0.0.1', port: 6881 }

/** Options as a caller without types may write them. */
type Untyped = Readonly<Record<string, unknown>>

const world = () => {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  return { clock, random, transport: createMemoryNetwork({ clock, random }).transport('us') }
}
const make = (options: Untyped): Torrent =>
  createTorrent({ ...world(), metainfo, store: openMemoryStore(metainfo), ...options } as TorrentOptions)
const makeSession = (options: Untyped = {}) => createSession({ ...world(), ...options } as SessionOptions)
const makePeer = (options: Untyped) =>
  createPeer({ ...world(), ...peerTorrent, to: somewhere, ...options } as PeerOptions)

const wrongAddresses = [
  ['no host', { host: '', port: 6881 }, "an address has a host, not ''"],
  ['a missing host', { port: 6881 }, "an address has a host, not 'undefined'"],
  ['port 70000', { host: '10.0.0.1', port: 70_000 }, 'port 70000 is not between'],
  ['half a port', { host: '10.0.0.1', port: 1.5 }, 'port 1.5 is not between'],
  ['a missing port', { host: '10.0.0.1' }, 'port undefined is not between'],
] as const
const wrongPolicies = ['Required', 'required ', '', 1]

describe('a torrent is refused at the call', () => {
  test.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, '5'])('with at most %s connections', (maxPeers) => {
    expect(() => make({ maxPeers })).toThrow(new RangeError(`maxPeers is a whole number from 1, not ${maxPeers}`))
  })

  test.each([0, -1, 2.5, Number.NaN])('with at most %s connections from a host', (maxIncomingPerHost) => {
    const refusal = new RangeError(`maxIncomingPerHost is a whole number from 1, not ${maxIncomingPerHost}`)
    expect(() => make({ maxIncomingPerHost })).toThrow(refusal)
    expect(() => makeSession({ maxIncomingPerHost })).toThrow(refusal)
    expect(() => makeSession().add({ metainfo, store, maxIncomingPerHost })).toThrow(refusal)
  })

  test.each([0, -1, 2.5, Number.NaN])('with %s slots, and is given no such number later', (slots) => {
    const refusal = new RangeError(`slots is a whole number from 1, not ${slots}`)
    expect(() => make({ slots })).toThrow(refusal)
    expect(() => make({}).setSlots(slots)).toThrow(refusal)
  })

  test.each(wrongPolicies)('with the encryption policy %j', (encryption) => {
    expect(() => make({ encryption })).toThrow(
      new RangeError(`encryption is 'none', 'preferred' or 'required', not '${encryption}'`),
    )
  })

  test.each(wrongAddresses)(
    'with %s to dial or to listen on, and is given no such address later',
    (_, address, why) => {
      for (const options of [{ peers: [somewhere, address] }, { listen: address }]) {
        expect(() => make(options)).toThrow(RangeError)
        expect(() => make(options)).toThrow(why)
      }
      expect(() => make({}).addPeer(address as typeof somewhere)).toThrow(why)
    },
  )

  test('with port 0 to dial, which to listen on is any free one', () => {
    const anyPort = { host: '10.0.0.1', port: 0 }
    expect(() => make({ peers: [anyPort] })).toThrow(new RangeError('port 0 is not between 1 and 65535'))
    expect(() => make({}).addPeer(anyPort)).toThrow(RangeError)
    expect(() => make({ listen: anyPort })).not.toThrow()
  })

  test('with resume data that has no load and save', () => {
    for (const resume of ['/tmp/x', {}, { load: async () => undefined }]) {
      expect(() => make({ resume })).toThrow(
        new TypeError('resume is a store with load and save, as resumeFile makes one'),
      )
    }
  })

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['a store alone', { store }],
    ['metainfo alone', { metainfo }],
    ['metainfo and openStore', { metainfo, openStore }],
    ['the bytes of a .torrent file', { metainfo: new Uint8Array(100), store }],
    ['a magnet link alone', { magnet: { infoHash: metainfo.infoHash } }],
    ['a magnet link and a store', { magnet: { infoHash: metainfo.infoHash }, store }],
    ['the text of a magnet link', { magnet: 'magnet:?xt=urn:btih:00', openStore }],
  ])('made from %s', (_, options) => {
    const refusal = new TypeError(
      'a torrent is made from metainfo, as parsed, and store, or from magnet, as parsed, and openStore, not from both',
    )
    expect(() => createTorrent(options as TorrentOptions)).toThrow(refusal)
    const session = makeSession()
    expect(() => session.add(options as SessionTorrentOptions)).toThrow(refusal)
    expect(session.torrents).toEqual([])
  })

  test('with what throws as the torrent is made: as that error, and nothing is thrown later', () => {
    class Broken extends ConnectionLimit {
      override join(): never {
        throw new Error('no more')
      }
    }
    expect(() => make({ connections: new Broken(1) })).toThrow('no more')
  })
})

describe('a session is refused at the call', () => {
  test.each(wrongPolicies)('with the encryption policy %j', (encryption) => {
    expect(() => makeSession({ encryption })).toThrow(RangeError)
  })

  test.each(wrongAddresses)('with %s to listen on', (_, listen, why) => {
    expect(() => makeSession({ listen })).toThrow(why)
  })

  test('when it takes a torrent with wrong options, and does not have it then', () => {
    const session = makeSession()
    expect(() => session.add({ metainfo, store, maxPeers: 0 })).toThrow(RangeError)
    expect(session.torrents).toEqual([])
  })
})

describe('a peer is refused at the call', () => {
  test.each(wrongPolicies)('with the encryption policy %j', (encryption) => {
    expect(() => makePeer({ encryption })).toThrow(RangeError)
  })

  test.each(wrongAddresses)('with %s to dial', (_, to, why) => {
    expect(() => makePeer({ to })).toThrow(why)
  })

  test('with port 0 to dial', () => {
    expect(() => makePeer({ to: { host: '10.0.0.1', port: 0 } })).toThrow(RangeError)
  })

  test('with nobody to talk to', () => {
    expect(() => makePeer({ to: undefined })).toThrow(TypeError)
  })

  test('with a stage of the protocol there is not, or a peer id that has not 20 bytes', () => {
    expect(() => makePeer({ protocol: 'half' })).toThrow(RangeError)
    expect(() => makePeer({ peerId: new Uint8Array(19) })).toThrow(new RangeError('a peer id has 20 bytes, not 19'))
  })
})

describe('after stop', () => {
  const extension = { name: 'x', start: () => () => {} }
  const wishes: Readonly<Record<string, (torrent: Torrent) => void>> = {
    start: (torrent) => torrent.start(),
    pause: (torrent) => torrent.pause(),
    resume: (torrent) => torrent.resume(),
    addPeer: (torrent) => torrent.addPeer(somewhere),
    setSlots: (torrent) => torrent.setSlots(3),
    setSuperSeed: (torrent) => torrent.setSuperSeed(true),
    setLimits: (torrent) => torrent.setLimits({ up: 1000 }),
    addExtension: (torrent) => torrent.addExtension(extension),
    removeExtension: (torrent) => torrent.removeExtension('x'),
  }

  test.each(Object.entries(wishes))('%s throws: the torrent was stopped', async (_, wish) => {
    const torrent = make({})
    const stopped = torrent.stop()
    expect(() => wish(torrent)).toThrow(new Error('the torrent was stopped'))
    await stopped
    expect(() => wish(torrent)).toThrow(new Error('the torrent was stopped'))
  })

  test('a torrent may be asked how it stood, and stopped again', async () => {
    const torrent = make({})
    await torrent.stop()
    expect(torrent.progress).toMatchObject({ pieces: 0, total: 8 })
    expect([torrent.peers, torrent.explain().download.length]).toEqual([[], 1])
    await torrent.stop()
  })

  test('a session does not start', async () => {
    const session = makeSession()
    await session.stop()
    expect(() => session.start()).toThrow(new Error('the session was stopped'))
  })
})
