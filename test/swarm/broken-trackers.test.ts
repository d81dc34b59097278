import { expect, test } from 'vitest'
import type { DatagramSocket } from '../../transport/datagrams/datagrams.ts'
import { createDatagramNetwork } from '../../transport/datagrams/simulated.ts'
import { seededRandom } from '../../transport/random.ts'
import { peersMax } from '../../transport/tracker/announce.ts'
import { answerBytesMax } from '../../transport/tracker/http-answer.ts'
import { udpAction } from '../../transport/tracker/udp-packets.ts'
import { type Answering, compact, createTrackerNetwork } from '../fake-trackers.ts'
import { addressOf, createSwarm, type MemberOptions, type Swarm } from './swarm.ts'

const seederHost = '192.0.2.1'
const leecherHost = '192.0.2.2'
const goodHost = '192.0.2.200'
const brokenHost = '192.0.2.201'
const naming = (...hosts: string[]) => ({ interval: 900, peers: compact(hosts.map(addressOf)) })

/** A swarm of a seeder that no tracker is told of and of a leecher that knows trackers alone. */
function scene() {
  const swarm = createSwarm({ pieces: 2, blocksPerPiece: 1, encryption: 'none' })
  return { swarm, trackers: createTrackerNetwork(swarm.clock) }
}
const started = (swarm: Swarm, options: MemberOptions) => {
  swarm.add(seederHost, { has: 'all' })
  const leecher = swarm.add(leecherHost, options)
  swarm.start()
  return leecher
}

/** Names nobody at first, and the seeder when it is asked again, after the least interval. */
function goodLater(): Answering {
  let asked = 0
  return () => (asked++ === 0 ? { interval: 60, peers: compact([]) } : naming(seederHost))
}

const crowd = Array.from({ length: 10_000 }, (_, i) => `198.51.${i >> 8}.${i & 0xff}`)

interface Broken {
  readonly answer: Answering
  readonly afterMs?: number
  /** What is told of it. */
  readonly message: string
}

const broken: Readonly<Record<string, Broken>> = {
  'is silent': { answer: () => undefined, message: 'failed: it has not answered within 45 s' },
  'answers after a minute': {
    answer: () => naming('198.51.100.1'),
    afterMs: 60_000,
    message: 'failed: it has not answered within 45 s',
  },
  'sends us round in a circle': {
    answer: () => ({ location: `http://${brokenHost}/announce` }),
    message: 'failed: it sends us on more than 5 times',
  },
  'answers with more than a mebibyte': {
    answer: () => new Uint8Array(answerBytesMax + 1).fill(0x64),
    message: 'failed: what it answers is no bencoded dictionary',
  },
  'answers with junk': {
    answer: () => new TextEncoder().encode('<html>'),
    message: 'failed: what it answers is no bencoded dictionary',
  },
  'answers with neither peers nor an interval': {
    answer: () => ({ files: {} }),
    message: 'failed: it answers neither with peers nor with an interval',
  },
  'says why it refuses': {
    answer: () => ({ 'failure reason': 'no such torrent' }),
    message: 'refuses: no such torrent',
  },
}

test.each(Object.entries(broken))('a tracker that %s is named as the reason, and harms nothing', async (_, given) => {
  const { swarm, trackers } = scene()
  const bad = trackers.answers(brokenHost, given.answer, given.afterMs)
  const good = trackers.answers(goodHost, goodLater())
  const leecher = started(swarm, { trackers: [bad.url, good.url], trackerNetwork: trackers.network })
  await swarm.pass(50_000)
  const [text] = leecher.torrent.explain().download.filter(({ code }) => code === 'no_addresses')
  expect(text?.text).toContain(`tracker ${brokenHost} ${given.message};`)
  expect(leecher.torrent.trackers).toMatchObject([
    { url: bad.url, peers: 0, message: given.message.replace(/^\w+: /, '') },
    { url: good.url, state: 'waiting' },
  ])
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(new Set(leecher.dialled)).toEqual(new Set([`${seederHost}:6881`]))
  await swarm.stop()
  expect(trackers.open.size).toBe(0)
})

test('of a tracker that names 10,000 peers as many are dialled as are taken of one answer', async () => {
  const { swarm, trackers } = scene()
  const crowded = trackers.answers(brokenHost, () => naming(...crowd))
  const good = trackers.answers(goodHost, () => naming(seederHost), 1_000)
  const leecher = started(swarm, { trackers: [crowded.url, good.url], trackerNetwork: trackers.network })
  await swarm.settled(leecher.torrent.done)
  expect(await leecher.isWhole()).toBe(true)
  expect(leecher.torrent.trackers).toMatchObject([{ peers: peersMax }, { peers: 1 }])
  expect(new Set(leecher.dialled).size).toBeLessThanOrEqual(peersMax + 1)
  expect(leecher.dialled.length).toBeLessThanOrEqual(2 * peersMax + 1)
  await swarm.stop()
})

test('a tracker that warns is asked like any other, and what it warns of is told', async () => {
  const { swarm, trackers } = scene()
  const { url } = trackers.answers(goodHost, () => ({ ...naming(seederHost), 'warning message': 'moving soon' }))
  const leecher = started(swarm, { trackers: [url], trackerNetwork: trackers.network })
  await swarm.settled(leecher.torrent.done)
  expect(leecher.torrent.trackers).toMatchObject([{ peers: 1, message: 'moving soon' }])
  expect(leecher.emittedOf('tracker')).toContainEqual(expect.objectContaining({ state: 'ok', warning: 'moving soon' }))
  await swarm.stop()
})

/** A tracker of UDP that says why it refuses; `off`: how far its transaction ids are from ours. */
async function afterUdp(off: number): Promise<string | undefined> {
  const { swarm, trackers } = scene()
  const udp = createDatagramNetwork({ clock: swarm.clock, random: seededRandom(1), latencyMs: 10 })
  let socket: DatagramSocket | Error | undefined
  udp.host(brokenHost).bind(
    addressOf(brokenHost),
    {
      received: (bytes, from) => {
        const { byteLength, byteOffset, buffer } = bytes
        const transaction = new DataView(buffer, byteOffset, byteLength).getUint32(12)
        const answer = Buffer.from('12345678no such torrent')
        answer.writeUInt32BE(udpAction.error, 0)
        answer.writeUInt32BE((transaction + off) >>> 0, 4)
        if (socket && !(socket instanceof Error)) socket.send(answer, from, () => {})
      },
      drained: () => {},
    },
    (bound) => {
      socket = bound
    },
  )
  const good = trackers.answers(goodHost, goodLater())
  const leecher = started(swarm, {
    trackers: [`udp://${brokenHost}:6881/announce`, good.url],
    trackerNetwork: { ...trackers.network, datagrams: udp.host(leecherHost) },
  })
  await swarm.pass(50_000)
  const [{ message } = {}] = leecher.torrent.trackers
  await swarm.settled(leecher.torrent.done)
  await swarm.stop()
  return message
}

test('packets with another transaction id than ours are no answer (BEP 15), and others are', async () => {
  expect(await afterUdp(0)).toBe('no such torrent')
  expect(await afterUdp(1)).toBe('it has not answered within 45 s')
})

test('the next tier is asked when the first has failed, and the first again (BEP 12)', async () => {
  const { swarm: plain } = scene()
  const announce = [[`http://${brokenHost}/announce`], [`http://${goodHost}/announce`]]
  const swarm = createSwarm({
    encryption: 'none',
    torrent: { metainfo: { ...plain.metainfo, announce }, data: plain.data },
  })
  const network = createTrackerNetwork(swarm.clock)
  const bad = network.answers(brokenHost, () => ({ 'failure reason': 'down' }))
  const good = network.answers(goodHost, () => naming(seederHost))
  swarm.add(seederHost, { has: 'all', trackers: false })
  const leecher = swarm.add(leecherHost, { trackerNetwork: network.network })
  swarm.start()
  await swarm.settled(leecher.torrent.done)
  expect([bad.events, good.events.slice(0, 1)]).toEqual([['started'], ['started']])
  await swarm.pass(60_000)
  expect(bad.events.length).toBeGreaterThan(1)
  await swarm.stop()
  expect(network.open.size).toBe(0)
})

test('a torrent that pauses says stopped, and one that resumes says started (BEP 3)', async () => {
  const { swarm, trackers } = scene()
  const { said, url } = trackers.answers(goodHost, () => naming())
  const leecher = started(swarm, { trackers: [url], trackerNetwork: trackers.network })
  const isHeard = (count: number) => () => said.length === count
  await swarm.until(isHeard(1))
  await swarm.pass(1_000)
  leecher.torrent.pause()
  await swarm.until(isHeard(2))
  await swarm.pass(1_000)
  leecher.torrent.resume()
  await swarm.until(isHeard(3))
  await swarm.pass(1_000)
  await swarm.stop()
  expect(said.map(({ event }) => event)).toEqual(['started', 'stopped', 'started', 'stopped'])
})

test.each([
  ['from the start', () => true],
  ['when it hears that we leave', (event: string | undefined) => event === 'stopped'],
])('a torrent stops within 3 s though its tracker is silent %s', async (_, isSilent) => {
  const { swarm, trackers } = scene()
  const { url } = trackers.answers(goodHost, ({ event }) => (isSilent(event) ? undefined : naming()))
  const leecher = started(swarm, { trackers: [url], trackerNetwork: trackers.network })
  await swarm.pass(2_000)
  const at = swarm.clock.now()
  await swarm.settled(leecher.torrent.stop())
  expect(swarm.clock.now() - at).toBeLessThanOrEqual(3_000)
  expect(trackers.open.size).toBe(0)
  await swarm.stop()
})

test('a private torrent asks the trackers that its user names besides its own, and dials whom they name (BEP 27)', async () => {
  const { swarm: plain } = scene()
  const metainfo = { ...plain.metainfo, private: true, announce: [[`http://${goodHost}/announce`]] }
  const swarm = createSwarm({ encryption: 'none', torrent: { metainfo, data: plain.data } })
  const trackers = createTrackerNetwork(swarm.clock)
  const own = trackers.answers(goodHost, () => naming())
  const given = trackers.answers('192.0.2.202', () => naming())
  const added = trackers.answers('192.0.2.203', () => naming(seederHost))
  swarm.add(seederHost, { has: 'all', trackers: false })
  const leecher = swarm.add(leecherHost, { trackers: [given.url], trackerNetwork: trackers.network })
  swarm.start()
  await swarm.pass(1_000)
  leecher.torrent.addTracker(added.url)
  await swarm.settled(leecher.torrent.done)
  expect(leecher.torrent.trackers.map(({ url }) => url)).toEqual([own.url, given.url, added.url])
  expect([own, given, added].map(({ events }) => events[0])).toEqual(['started', 'started', 'started'])
  await swarm.stop()
})
