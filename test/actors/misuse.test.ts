import { describe, expect, test } from 'vitest'
import { bencoded } from '../../actors/extensions/extension.ts'
import { emittedBy } from '../../actors/listeners.ts'
import { createPeer } from '../../actors/peer.ts'
import { createPeerId } from '../../actors/peer-identity.ts'
import { createSession } from '../../actors/session.ts'
import { createTorrent } from '../../actors/torrent.ts'
import * as api from '../../index.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { sampleTorrent } from '../swarm/sample.ts'

const { metainfo } = sampleTorrent()
const clock = new SimulatedClock()
const address = { host: '192.0.2.1', port: 6881 }
const source = () => ({ metainfo, store: openMemoryStore(metainfo), clock })
const makeTorrent = () => createTorrent(source())
const makeSession = () => createSession({ clock })
const byHand = { remote: address, direction: 'in', write: () => undefined } as const
const makePeer = () =>
  createPeer({ infoHash: metainfo.infoHash, pieceLength: 16_384, length: 65_536, clock, to: byHand })

/** A call whose types a program without them passes over. */
function call(on: object, name: string, ...given: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(on, name)
  if (typeof method !== 'function') throw new Error(`there is no ${name}`)
  return Reflect.apply(method, on, given)
}

const make = { ...api }
const codec = bencoded

describe('what cannot be meant throws at the call', () => {
  test.each<readonly [string, () => object, string, readonly unknown[]]>([
    ['to make a torrent of nothing', () => make, 'createTorrent', []],
    ['files that are a list of names', () => make, 'createTorrent', [{ ...source(), files: 'song' }]],
    ['a file of no such priority', () => make, 'createTorrent', [{ ...source(), files: { 0: 'low' } }]],
    ['to select by a name', makeTorrent, 'select', ['song']],
    ['to select a file that there is not', makeTorrent, 'select', [{ 7: 'skip' }]],
    ['to select with no such priority', makeTorrent, 'select', [() => 'low']],
    ['a clock that is a number', () => make, 'createTorrent', [{ ...source(), clock: 5 }]],
    ['a clock without timers', () => make, 'createTorrent', [{ ...source(), clock: { now: () => 0 } }]],
    ['a transport that does not listen', () => make, 'createTorrent', [{ ...source(), transport: { dial() {} } }]],
    ['chance that is a number', () => make, 'createTorrent', [{ ...source(), random: 0.5 }]],
    ['keys that are bytes', () => make, 'createTorrent', [{ ...source(), randomBytes: new Uint8Array(8) }]],
    ['a choker that is a name', () => make, 'createTorrent', [{ ...source(), choker: 'tit for tat' }]],
    ['trackers that are a number', () => make, 'createTorrent', [{ ...source(), trackers: 5 }]],
    ['trackers that are null', () => make, 'createTorrent', [{ ...source(), trackers: null }]],
    ['trackers that are one', () => make, 'createTorrent', [{ ...source(), trackers: 'http://192.0.2.1/' }]],
    ['a tracker that is no URL', () => make, 'createTorrent', [{ ...source(), trackers: ['nonsense'] }]],
    ['a tracker that is a number', () => make, 'createTorrent', [{ ...source(), trackers: [5] }]],
    ['to ask what is no URL', makeTorrent, 'addTracker', ['nonsense']],
    ['to ask a number', makeTorrent, 'addTracker', [5]],
    ['a web seed that is no URL', makeTorrent, 'addWebSeed', ['udp://192.0.2.1:80']],
    ['a web seed that is a number', makeTorrent, 'addWebSeed', [5]],
    ['addresses that are one', () => make, 'createTorrent', [{ ...source(), peers: address }]],
    ['an address that is text', () => make, 'createTorrent', [{ ...source(), peers: ['192.0.2.1:6881'] }]],
    ['a place to listen that is a port', () => make, 'createTorrent', [{ ...source(), listen: 6881 }]],
    ['a blacklist that went through JSON', () => make, 'createTorrent', [{ ...source(), blacklist: { version: 1 } }]],
    ['connections that are a number', () => make, 'createTorrent', [{ ...source(), connections: 200 }]],
    ['a bandwidth that is a number', () => make, 'createTorrent', [{ ...source(), bandwidth: 1_000 }]],
    ['super-seeding that is no word', () => make, 'createTorrent', [{ ...source(), superSeed: 'yes' }]],
    ['one extension in place of a list', () => make, 'createTorrent', [{ ...source(), extensions: { name: 'x' } }]],
    ['an extension that does nothing', () => make, 'createTorrent', [{ ...source(), extensions: [{ name: 'x' }] }]],
    ['an inspector that hears nothing', () => make, 'createTorrent', [{ ...source(), inspect: {} }]],
    ['a session that listens at a port', () => make, 'createSession', [{ listen: 6881 }]],
    ['a session with a bandwidth of its own making', () => make, 'createSession', [{ bandwidth: { limits: {} } }]],
    ['a session whose transport is a name', () => make, 'createSession', [{ transport: 'tcp' }]],
    ['a peer of nobody', () => make, 'createPeer', [{}]],
    ['a peer with a clock that is a number', () => make, 'createPeer', [{ to: byHand, clock: 5 }]],
    ['a bandwidth of text', () => make, 'createBandwidth', [{ down: '5' }]],
    ['an extension without a name', () => make, 'defineExtension', [{ codec, start: () => ({}) }]],
    ['an extension without a codec', () => make, 'defineExtension', [{ name: 'x', start: () => ({}) }]],
    ['an extension without a start', () => make, 'defineExtension', [{ name: 'x', codec }]],
    ['a magnet link that is a number', () => make, 'parseMagnet', [5]],
    ['a clock that is missing', () => make, 'memoryPair', [{}]],
    ['a network without chance', () => make, 'createMemoryNetwork', [{ clock }]],
    ['a link that is nothing', () => make, 'memoryPair', []],
    ['a torrent of a file and a link', () => make, 'createTorrent', [{ ...source(), magnet: metainfo }]],
    ['a torrent of a file with a store to open', () => make, 'createTorrent', [{ ...source(), openStore: () => {} }]],
    ['a link with a store', () => make, 'createTorrent', [{ magnet: metainfo, openStore: () => {}, store: {} }]],
    ['a store that keeps nothing', () => make, 'createTorrent', [{ ...source(), store: {} }]],
    ['metainfo that went through JSON', () => make, 'openMemoryStore', [JSON.parse(JSON.stringify(metainfo))]],
    ['a peer id by no chance', () => make, 'createPeerId', [null]],
    ['a peer id by a number', () => make, 'createPeerId', [5]],
    ['a peer id by an object', () => make, 'createPeerId', [{}]],
    ['a peer id by chance that is text', () => make, 'createPeerId', [() => 'x']],
    ['a peer id by chance that is 1', () => make, 'createPeerId', [() => 1]],
    ['an extension of nothing', () => make, 'defineExtension', []],
    ['a peer of nothing at all', () => make, 'createPeer', []],
    ['a session of nothing at all', () => make, 'createSession', [null]],
    ['a bandwidth whose clock is a number', () => make, 'createBandwidth', [{ clock: 5 }]],
    ['a ticker without a clock', () => make, 'createTicker', [{}]],
    ['a chart without its services', () => make, 'provideTorrent', [{}]],
    ['a transport without its services', () => make, 'transportLogic', []],
    ['a client without a peer id', () => make, 'decodeClient', []],
    ['a reason that is none', () => make, 'formatReason', [{}]],
    ['an end without a reason', () => make, 'formatCloseReason', []],
    ['a link to look at that is none', () => make, 'isMagnet', [5]],
    ['a .torrent that is text', () => make, 'parseMetainfo', ['d']],
    ['resume data nowhere', () => make, 'resumeFile', []],
    ['an address to read that is none', () => make, 'parseAddress', [5]],
    ['an address to write that is none', () => make, 'formatAddress', [{}]],
    ['bytes by a number', () => make, 'randomBytesFrom', [5]],
    ['a choke round of nothing', () => make, 'chokeRound', []],
    ['a choke round without a situation', () => make, 'chokeRound', [[]]],
    ['a choke round without chance', () => make, 'chokeRound', [[], { occasion: 'round', slots: 4 }]],
    ['a choke round of numbers', () => make, 'chokeRound', [[0, 1], { random: () => 0 }]],
    ['to dial nothing', makeTorrent, 'addPeer', []],
    ['to dial text', makeTorrent, 'addPeer', ['192.0.2.1:6881']],
    ['to dial a port that is text', makeTorrent, 'addPeer', [{ ...address, port: '6881' }]],
    ['slots that are text', makeTorrent, 'setSlots', ['4']],
    ['super-seeding that is a number', makeTorrent, 'setSuperSeed', [1]],
    ['an extension that is none', makeTorrent, 'addExtension', [{}]],
    ['an extension to remove that is one', makeTorrent, 'removeExtension', [{ name: 'x' }]],
    ['no limits', makeTorrent, 'setLimits', []],
    ['limits that are a number', makeTorrent, 'setLimits', [1_000]],
    ['limits of nobody', makeTorrent, 'setPeerLimits', [undefined, { up: 1 }]],
    ['to listen to what a torrent never says', makeTorrent, 'on', ['nope', () => {}]],
    ['to listen to everything', makeTorrent, 'on', ['*', () => {}]],
    ['to listen to what every object has', makeTorrent, 'on', ['toString', () => {}]],
    ['to listen without a function', makeTorrent, 'on', ['done']],
    ['a torrent of nothing in a session', makeSession, 'add', []],
    ['to remove nothing', makeSession, 'remove', []],
    ['to remove a torrent that is elsewhere', makeSession, 'remove', [makeTorrent()]],
    ['to listen to what a session never says', makeSession, 'on', ['done', () => {}]],
    ['to listen to a session without a function', makeSession, 'on', ['failed', {}]],
    ['to listen to what a peer never says', makePeer, 'on', ['blocks', () => {}]],
    ['to listen to a peer without a function', makePeer, 'on', ['peer.blocks', 5]],
    ['text for bytes that came', makePeer, 'onData', ['hello']],
    ['no bytes at all', makePeer, 'receiveData', []],
    ['a message whose id is text', makePeer, 'handleMessage', ['choke']],
    ['a message of text', makePeer, 'handleMessage', [0, 'now']],
    ['a piece that is text', makePeer, 'request', ['0', 0, 16_384]],
    ['a bitfield that is a list', makePeer, 'setBitfieldStatus', [[1, 2]]],
    ['limits of a peer that are none', makePeer, 'setLimits', []],
    ['a reputation that is text', makePeer, 'adjustReputation', ['5']],
    ['a stage of the protocol that is none', makePeer, 'setProtocol', ['half']],
  ])('%s', (_, on, name, given) => {
    const target = on()
    expect(() => call(target, name, ...given)).toThrow(/^.{10,}$/)
    expect(() => call(target, name, ...given)).not.toThrow(/undefined \(|not iterable|not a function|destructure/)
  })
})

test('what cannot be meant rejects, of what answers later', async () => {
  for (const [name, ...given] of [
    ['openFileStore', {}, '/nowhere'],
    ['openFileStore', metainfo],
    ['openFileStore', metainfo, '/nowhere', { readOnly: 'yes' }],
    ['createMetainfo', {}],
    ['createMetainfo', '/nowhere', null],
    ['createMetainfo', '/nowhere', { private: 'yes' }],
    ['createMetainfo', '/nowhere', { comment: 5 }],
    ['createMetainfo', '/nowhere', { announce: ['http://192.0.2.1/'] }],
    ['drawMachine', {}, 'svg'],
    ['drawMachine', api.peerMachine, 'png'],
  ] as const) {
    await expect(call(make, name, ...given), name).rejects.toThrow(
      /^(path|folder|readOnly|private|comment|announce|metainfo|a (machine|format)|what)[ \w]* (is|has|are) /,
    )
  }
})

test('what cannot be made: a layout of nothing, a table of numbers, a storage of nothing', () => {
  for (const [kind, ...given] of [
    [api.Layout],
    [api.SkeyTable, 5],
    [api.PieceStorage, {}, metainfo],
    [api.PieceStorage, openMemoryStore(metainfo), {}],
  ])
    expect(() => Reflect.construct(kind as typeof api.Layout, given)).toThrow(/ (is|are|has) /)
})

describe('what comes out of turn throws, and changes nothing', () => {
  const started = () => {
    const torrent = makeTorrent()
    torrent.start()
    return torrent
  }
  const paused = () => {
    const torrent = started()
    torrent.pause()
    return torrent
  }
  test.each([
    ['to start twice', started, 'start', 'the torrent is checking and cannot be started'],
    ['to start what is paused', paused, 'start', 'cannot be started'],
    ['to pause before the start', makeTorrent, 'pause', 'the torrent is stopped and cannot be paused'],
    ['to pause twice', paused, 'pause', 'cannot be paused'],
    ['to resume before the start', makeTorrent, 'resume', 'the torrent is stopped and cannot be resumed'],
    ['to resume what is not paused', started, 'resume', 'the torrent is checking and cannot be resumed'],
  ])('%s', async (_, make, name, message) => {
    const torrent = make()
    const { value } = torrent.actor.getSnapshot()
    expect(() => call(torrent, name)).toThrow(message)
    expect(torrent.actor.getSnapshot().value).toEqual(value)
    await torrent.stop()
  })

  test('to start a session twice', async () => {
    const session = makeSession()
    session.start()
    expect(() => session.start()).toThrow('the session is running and cannot be started')
    await session.stop()
  })

  test('not to pause, resume and stop twice in order', async () => {
    const torrent = paused()
    torrent.resume()
    torrent.pause()
    await Promise.all([torrent.stop(), torrent.stop()])
    await torrent.stop()
  })
})

describe('calls in one breath throw as the state of the moment says', () => {
  /** What each call leads to; what is not named here throws. */
  const takes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    stopped: { start: 'checking', stop: 'gone' },
    checking: { pause: 'checking to pause', recheck: 'checking', stop: 'gone' },
    'checking to pause': { resume: 'checking', recheck: 'checking to pause', stop: 'gone' },
    active: { pause: 'paused', recheck: 'active', stop: 'gone' },
    paused: { resume: 'active', recheck: 'checking to pause', stop: 'gone' },
    gone: { stop: 'gone' },
  }
  const names = ['start', 'pause', 'resume', 'recheck', 'stop']
  const pairs = names.flatMap((first) => names.map((second) => [first, second]))

  test.each(['stopped', 'checking', 'active', 'paused'])('of a torrent that is %s', async (from) => {
    for (const calls of pairs) {
      const torrent = makeTorrent()
      if (from !== 'stopped') torrent.start()
      if (from === 'active' || from === 'paused') {
        await new Promise<void>((resolve) => torrent.on('verified', () => resolve()))
      }
      if (from === 'paused') torrent.pause()
      let state = from
      const expected = calls.map((name) => {
        const next = takes[state]?.[name]
        state = next ?? state
        return next === undefined ? `${name} throws` : name
      })
      const seen = calls.map((name) => {
        try {
          call(torrent, name)
          return name
        } catch {
          return `${name} throws`
        }
      })
      expect(seen).toEqual(expected)
      torrent.actor.stop()
    }
  })

  test('also behind a call that a listener made meanwhile', async () => {
    const torrent = makeTorrent()
    torrent.on('verified', () => torrent.recheck())
    torrent.start()
    await new Promise<void>((resolve) => torrent.on('rechecked', () => resolve()))
    const watch = torrent.on('progress', () => {
      watch.unsubscribe()
      torrent.pause()
    })
    clock.advance(1_000)
    expect(torrent.actor.getSnapshot().value.life).toBe('paused')
    expect(() => torrent.pause()).toThrow('the torrent is paused and cannot be paused')
    torrent.actor.stop()
  })
})

test('calls made from inside a listener are carried out in their order', async () => {
  const torrent = makeTorrent()
  const heard = new Promise<void>((resolve) => {
    torrent.on('verified', () => {
      torrent.pause()
      torrent.resume()
      torrent.pause()
      resolve()
    })
  })
  torrent.start()
  await heard
  expect(torrent.actor.getSnapshot().value.life).toBe('paused')
  await torrent.stop()
})

test('a peer id needs nothing, and no two are alike', () => {
  const ids = [createPeerId(), createPeerId()].map((id) => Buffer.from(id).toString('latin1'))
  for (const id of ids) expect(id).toMatch(/^-PC0100-[\s\S]{12}$/)
  expect(ids[0]).not.toBe(ids[1])
})

test('every kind of actor says what docs/api.md names', () => {
  expect(emittedBy('torrent')).toContain('failed')
  expect(emittedBy('session')).toEqual(['listening', 'dropped', 'crashed', 'warning', 'failed'])
  expect(emittedBy('peer').every((name) => name.startsWith('peer.'))).toBe(true)
})
