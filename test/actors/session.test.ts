import { expect, test } from 'vitest'
import { createSession, type Session } from '../../actors/session.ts'
import type { Torrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { createMemoryNetwork, memoryPair } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { sampleTorrent } from '../swarm/sample.ts'
import { brokenBlacklist, uncaughtIn } from '../uncaught.ts'

function makeSession(maxConnections?: number) {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const transport = createMemoryNetwork({ clock, random }).transport('a')
  return createSession({ clock, random, transport, ...(maxConnections !== undefined && { maxConnections }) })
}

/** Lets what waits for nothing go on. */
const turns = () => new Promise((resolve) => setImmediate(resolve))

const { metainfo } = sampleTorrent()
const torrentOptions = () => ({ metainfo, store: openMemoryStore(metainfo) })

test('a torrent is added once', async () => {
  const session = makeSession()
  const torrent = session.add(torrentOptions())
  expect(() => session.add(torrentOptions())).toThrow(/has the torrent [0-9a-f]{40} already/)
  expect(() =>
    session.add({ magnet: { infoHash: metainfo.infoHash }, openStore: async () => openMemoryStore(metainfo) }),
  ).toThrow(/already/)
  expect(session.torrents).toEqual([torrent])
  await session.stop()
})

test('a torrent that was removed may be added again, and is not removed twice', async () => {
  const session = makeSession()
  const torrent = session.add(torrentOptions())
  await session.remove(torrent)
  expect(() => session.remove(torrent)).toThrow(/not one of the session/)
  expect(session.torrents).toEqual([])
  session.add(torrentOptions())
  await session.stop()
})

test('a session that was stopped takes no torrent', async () => {
  const session = makeSession()
  const torrent = session.add(torrentOptions())
  const stopped = session.stop()
  expect(() => session.add(torrentOptions())).toThrow('the session was stopped')
  await stopped
  expect(torrent.actor.getSnapshot().status).toBe('stopped')
  expect(session.actor.getSnapshot().status).toBe('stopped')
  expect(session.stop()).toBe(session.stop())
})

test.each([
  ['removed', (session: Session, torrent: Torrent) => session.remove(torrent)],
  ['stopped', (_: Session, torrent: Torrent) => torrent.stop()],
])('a session that stops waits for the files of a torrent that was %s before', async (_, end) => {
  const session = makeSession()
  const closing: (() => void)[] = []
  const store = { ...openMemoryStore(metainfo), close: (done: () => void) => void closing.push(done) }
  const ended = end(session, session.add({ metainfo, store }))
  await turns()
  expect([session.torrents, closing.length]).toEqual([[], 1])
  const over: string[] = []
  const stopped = session.stop().then(() => over.push('stopped'))
  await turns()
  expect(over).toEqual([])
  closing[0]?.()
  await Promise.all([ended, stopped])
})

test('a connection accepted while the session does not listen is closed', async () => {
  const session = makeSession()
  const clock = new SimulatedClock()
  const [, accepted] = memoryPair({ clock, random: seededRandom(1) })
  session.actor.send({ type: 'listener.accepted', connection: accepted })
  const ends: string[] = []
  accepted.open({ opened: () => {}, data: () => {}, drained: () => {}, closed: ({ code }) => ends.push(code) })
  clock.advance(1_000)
  expect(ends).toEqual(['destroyed'])
  expect(session.actor.getSnapshot().status).toBe('active')
  await session.stop()
})

test('a connection from a banned address is closed while the session listens', async () => {
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const network = createMemoryNetwork({ clock, random })
  const address = { host: 'a', port: 6881 }
  const session = createSession({ clock, random, transport: network.transport('a'), listen: address })
  session.blacklist.add({ host: 'b', port: 1 })
  const listening = new Promise((resolve) => session.on('listening', resolve))
  session.start()
  await listening
  const ends: string[] = []
  const dialled = network.transport('b').dial(address)
  dialled.open({ opened: () => {}, data: () => {}, drained: () => {}, closed: ({ code }) => ends.push(code) })
  clock.advance(1_000)
  expect(ends).toHaveLength(1)
  await session.stop()
})

test('what can be no limit is refused at the call', () => {
  for (const maxConnections of [0, -1, 1.5, Number.NaN]) {
    expect(() => makeSession(maxConnections)).toThrow(/a limit of connections is a number from 1/)
  }
})

test('its torrents share its blacklist', () => {
  const session = makeSession()
  expect(session.add(torrentOptions()).blacklist).toBe(session.blacklist)
})

test('a defect ends the session and its torrents as an uncaught exception', async () => {
  const defect = new Error('a defect')
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const network = createMemoryNetwork({ clock, random })
  const address = { host: 'a', port: 6881 }
  const session = createSession({
    clock,
    random,
    transport: network.transport('a'),
    listen: address,
    blacklist: brokenBlacklist(defect),
  })
  const closed: string[] = []
  const store = openMemoryStore(metainfo)
  const close: ChunkStore['close'] = (done) => {
    closed.push('the store')
    store.close(done)
  }
  const torrent = session.add({ metainfo, store: { ...store, close } })
  const listening = new Promise((resolve) => session.on('listening', resolve))
  session.start()
  await listening
  const dialler = network.transport('b').dial(address)
  dialler.open({ opened() {}, data() {}, drained() {}, closed() {} })
  expect(await uncaughtIn(() => clock.advance(1))).toEqual([defect])
  expect(session.actor.getSnapshot().status).toBe('error')
  expect(torrent.actor.getSnapshot().status).toBe('stopped')
  await session.stop()
  expect(closed).toEqual(['the store'])
})
