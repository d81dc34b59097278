import { expect, test } from 'vitest'
import { createSession } from '../../actors/session.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
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
  const torrent = session.add(torrentOptions())
  const listening = new Promise((resolve) => session.on('listening', resolve))
  session.start()
  await listening
  const dialler = network.transport('b').dial(address)
  dialler.open({ opened() {}, data() {}, drained() {}, closed() {} })
  expect(await uncaughtIn(() => clock.advance(1))).toEqual([defect])
  expect(session.actor.getSnapshot().status).toBe('error')
  expect(torrent.actor.getSnapshot().status).toBe('stopped')
})
