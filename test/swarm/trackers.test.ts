import { describe, expect, test } from 'vitest'
import { createSession } from '../../actors/session.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { DatagramSocket } from '../../transport/datagrams/datagrams.ts'
import { createDatagramNetwork } from '../../transport/datagrams/simulated.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { seededRandom } from '../../transport/random.ts'
import type { SimulatedClock } from '../../transport/simulated-clock.ts'
import { udpAction } from '../../transport/tracker/udp-packets.ts'
import type { Address } from '../../transport/transport.ts'
import { compact, createTrackerNetwork } from '../fake-trackers.ts'
import { createSwarm, type Member, port } from './swarm.ts'

/** A tracker that names all who have said that they are there to whoever comes. */
function meetingPoint(trackers: ReturnType<typeof createTrackerNetwork>, host = '192.0.2.200') {
  const there = new Map<string, Address>()
  return trackers.answers(host, ({ event, key = '' }, { host: _ }) => {
    if (event === 'stopped') there.delete(key)
    const others = [...there].filter(([one]) => one !== key).map(([, address]) => address)
    // The memory network tells no tracker who asks: the hosts come in the order of their addresses.
    if (event === 'started') there.set(key, { host: `192.0.2.${there.size + 1}`, port })
    return { interval: 900, complete: 1, incomplete: 0, peers: compact(others) }
  })
}

const trackerEvents = (member: Member) =>
  member.emittedOf('tracker').map(({ state, ...told }) => `${state}${'peers' in told ? ` ${told.peers}` : ''}`)

test('a tracker that sends peers to a port where we listen no more is told of the other one within a minute', async () => {
  const swarm = createSwarm()
  const trackers = createTrackerNetwork(swarm.clock)
  const tracker = meetingPoint(trackers)
  const member = swarm.add('192.0.2.1', { trackers: [tracker.url], trackerNetwork: trackers.network, has: 'all' })
  member.torrent.start()
  await swarm.until(() => tracker.said.length === 1)
  await swarm.pass(5_000)
  const { core } = member.torrent.actor.getSnapshot().context
  core.send({ type: 'listener.listening', transport: 'memory', address: { host: '192.0.2.1', port: 7000 } })
  await swarm.pass(60_000)
  expect(tracker.said.map((said) => said.port)).toEqual([`${port}`, '7000'])
  await swarm.pass(120_000)
  expect(tracker.said).toHaveLength(2)
  await swarm.stop()
})

test('a torrent that does not run is scraped at each of its trackers; one that cannot be asked says why', async () => {
  const swarm = createSwarm()
  const trackers = createTrackerNetwork(swarm.clock)
  const { infoHash } = swarm.metainfo
  const counts = 'd8:completei3e10:downloadedi9e10:incompletei4ee'
  const body = Buffer.concat([Buffer.from('d5:filesd20:'), infoHash, Buffer.from(`${counts}ee`)])
  const tracker = trackers.answers('192.0.2.200', () => body)
  const gone = 'http://192.0.2.201/announce'
  const member = swarm.add('192.0.2.1', { trackers: [tracker.url, gone], trackerNetwork: trackers.network })
  expect(await swarm.settled(member.torrent.scrape())).toEqual([
    { url: tracker.url, seeders: 3, leechers: 4, downloads: 9 },
    { url: gone, fault: 'unreachable', message: 'nothing listens there' },
  ])
  await swarm.stop()
})

test('a scrape under way ends with its torrent, and one that was stopped is not scraped', async () => {
  const swarm = createSwarm()
  const network = createDatagramNetwork({ clock: swarm.clock, random: seededRandom(1), latencyMs: 10 })
  const trackers = ['udp://192.0.2.200:1/announce', 'udp://192.0.2.201:1/announce']
  const { torrent } = swarm.add('192.0.2.1', { trackers, trackerNetwork: { datagrams: network.host('192.0.2.1') } })
  const scraped = torrent.scrape().catch((error: Error) => error.message)
  await swarm.pass(1_000)
  await swarm.settled(torrent.stop())
  expect(await scraped).toBe('the torrent was stopped')
  expect(swarm.clock.pending).toBe(0)
  await expect(torrent.scrape()).rejects.toThrow('the torrent was stopped')
  expect(swarm.clock.pending).toBe(0)
  await swarm.stop()
})

test('two torrents that know no address meet by a tracker, and one downloads from the other', async () => {
  const swarm = createSwarm()
  const trackers = createTrackerNetwork(swarm.clock)
  const tracker = meetingPoint(trackers)
  const options = { trackers: [tracker.url], trackerNetwork: trackers.network }
  const seeder = swarm.add('192.0.2.1', { ...options, has: 'all' })
  const leecher = swarm.add('192.0.2.2', options)
  seeder.torrent.start()
  await swarm.until(() => seeder.emittedOf('tracker').some(({ state }) => state === 'ok'))
  leecher.torrent.start()
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(trackerEvents(leecher).slice(0, 2)).toEqual(['announcing', 'ok 1'])
  expect(seeder.torrent.trackers).toMatchObject([{ url: tracker.url, state: 'waiting', seeders: 1, leechers: 0 }])
  await swarm.stop()
  expect(tracker.events).toEqual(['started', 'started', 'completed', 'stopped', 'stopped'])
  expect(trackers.open.size).toBe(0)
})

describe('the torrents of a session that is to listen', () => {
  async function aSession() {
    const swarm = createSwarm()
    const trackers = createTrackerNetwork(swarm.clock)
    const tracker = meetingPoint(trackers)
    const random = seededRandom(1)
    const transport = swarm.network.transport('192.0.2.1')
    const address = { host: '192.0.2.1', port }
    const session = createSession({ clock: swarm.clock, random, transport, listen: address })
    /** One more torrent, which runs. */
    const add = () => {
      const infoHash = new Uint8Array(20).fill(session.torrents.length + 1)
      const openStore = async () => openMemoryStore(swarm.metainfo)
      const names = { trackers: [tracker.url], trackerNetwork: trackers.network }
      const torrent = session.add({ magnet: { infoHash }, openStore, ...names })
      torrent.done.catch(() => {})
      torrent.start()
    }
    const ports = () => tracker.said.map((said) => said.port)
    return { ...swarm, add, address, ports, session, transport }
  }

  test('tell trackers no port before it listens, and then that one', async () => {
    const { add, pass, ports, session, settled } = await aSession()
    add()
    await pass(10_000)
    expect(ports()).toEqual([])
    session.on('listening', add)
    session.start()
    add()
    await pass(1_000)
    expect(ports()).toEqual([`${port}`, `${port}`, `${port}`])
    await settled(session.stop())
  })

  test('tell them that nobody is let in when it has failed, those that come later too', async () => {
    const { add, address, pass, ports, session, settled, transport } = await aSession()
    const other = await settled(Promise.resolve(transport.listen(address, () => {})))
    session.on('failed', () => {})
    session.start()
    add()
    await pass(1_000)
    expect(ports()).toEqual(['1'])
    add()
    await pass(1_000)
    expect(ports()).toEqual(['1', '1'])
    await settled(Promise.all([session.stop(), other.close()]))
  })

  test('tell them nothing when they are stopped before that', async () => {
    const { add, pass, ports, session, settled } = await aSession()
    add()
    await pass(1_000)
    await settled(session.stop())
    expect(ports()).toEqual([])
  })
})

/** A tracker of UDP (BEP 15) that counts nobody; it tells what it was asked. */
function udpTracker(clock: SimulatedClock, host: string) {
  const network = createDatagramNetwork({ clock, random: seededRandom(1), latencyMs: 10 })
  const asked: string[] = []
  let socket: DatagramSocket | Error | undefined
  const received = (bytes: Uint8Array, from: Address) => {
    const packet = Buffer.from(bytes)
    const action = packet.readUInt32BE(8)
    asked.push(Object.keys(udpAction)[action] ?? 'nothing')
    // Of an answer the connection id, or the numbers of an announce or a scrape.
    const answer = Buffer.alloc(action === udpAction.connect ? 16 : 20, 1)
    answer.writeUInt32BE(action, 0)
    packet.copy(answer, 4, 12, 16)
    if (socket && !(socket instanceof Error)) socket.send(answer, from)
  }
  network.host(host).bind({ host, port }, { received, drained: () => {} }, (bound) => {
    socket = bound
  })
  return { asked, network, url: `udp://${host}:${port}/announce` }
}

test('a scrape is asked by the connection id that an announce has got (BEP 15)', async () => {
  const swarm = createSwarm()
  const { asked, network, url } = udpTracker(swarm.clock, '192.0.2.200')
  const member = swarm.add('192.0.2.1', { trackers: [url], trackerNetwork: { datagrams: network.host('192.0.2.1') } })
  member.torrent.start()
  await swarm.until(() => member.emittedOf('tracker').some(({ state }) => state === 'ok'))
  expect(await swarm.settled(member.torrent.scrape())).toMatchObject([{ url, seeders: 0x01010101 }])
  expect(asked).toEqual(['connect', 'announce', 'scrape'])
  await swarm.stop()
})

test('the torrents of a session share the connection ids that trackers have given', async () => {
  const { clock, metainfo, settled } = createSwarm()
  const { asked, network, url } = udpTracker(clock, '192.0.2.200')
  const transport = createMemoryNetwork({ clock, random: seededRandom(1) }).transport('192.0.2.1')
  const session = createSession({ clock, random: seededRandom(1), transport })
  const common = { trackers: [url], trackerNetwork: { datagrams: network.host('192.0.2.1') } }
  const openStore = async () => openMemoryStore(metainfo)
  const infoHashes = [metainfo.infoHash, new Uint8Array(20)]
  for (const infoHash of infoHashes) await settled(session.add({ magnet: { infoHash }, openStore, ...common }).scrape())
  expect(asked).toEqual(['connect', 'scrape', 'scrape'])
  await settled(session.stop())
})
