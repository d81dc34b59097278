import { describe, expect, test } from 'vitest'
import { createSession } from '../../actors/session.ts'
import { firstBlockMs, slowMs } from '../../machines/torrent/choking/algorithm/appetite.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import type { Message } from '../../transport/wire/messages.ts'
import { firstOf, inFull, longTest } from '../in-full.ts'
import { pieceOf } from '../storage/support.ts'
import { addressOf, createSwarm, port, type Swarm } from '../swarm/swarm.ts'
import { dialRaw, type Script } from './raw-peer.ts'

/** A line on which the torrent takes a second, and on which the socket of who does not read is soon full. */
const line = { encryption: 'none', latencyMs: 20, bytesPerSecond: 2_000_000, pieces: 64, blocksPerPiece: 2 } as const

/** Everybody dials this host. */
const crowded = 'crowded'

interface Crowd {
  readonly count: number
  /** One of them comes. */
  come(swarm: Swarm, host: string): void
}

/** So many at once; the rest in `npm run test:long`. */
const many = inFull ? 40 : 10

const greeting: readonly Message[] = [{ name: 'have_none' }]

const scripted = (count: number, scriptOf: (swarm: Swarm) => Script): Crowd => ({
  count,
  come: (swarm, host) => void dialRaw(swarm, host, crowded, scriptOf(swarm)),
})

/** Once it is unchoked it asks for all whole pieces, and reads nothing any more. */
const asksAndHangs = ({ metainfo }: Swarm): Script => ({
  greets: [...greeting, { name: 'interested' }],
  hears(message, self) {
    if (message.name !== 'unchoke') return
    const { length, pieceLength } = metainfo
    for (let byte = 0; byte + pieceLength <= length; byte += 16_384) {
      const block = { index: Math.floor(byte / pieceLength), begin: byte % pieceLength, length: 16_384 }
      self.say({ name: 'request', requests: [block] })
    }
    self.connection.pause()
  },
})

/** It is interested, and asks for one byte after the other, a few a second: too few to be closed as a flood. */
const asksForBytes = ({ clock, metainfo }: Swarm): Script => {
  let begin = 0
  return {
    greets: [...greeting, { name: 'interested' }],
    hears(message, self) {
      if (message.name !== 'unchoke') return
      const ask = (): void => {
        if (self.end !== undefined) return
        self.say({ name: 'request', requests: [{ index: 0, begin: begin++ % metainfo.pieceLength, length: 1 }] })
        clock.setTimeout(ask, 200)
      }
      ask()
    },
  }
}

/** It asks for one block at a time, the next some time after it has got the last. */
const asksSlowly = (swarm: Swarm): Script => {
  const { clock, metainfo } = swarm
  let index = 0
  const ask = (self: Parameters<NonNullable<Script['hears']>>[1]) => {
    const pieces = Math.floor(metainfo.length / metainfo.pieceLength)
    self.say({ name: 'request', requests: [{ index: index++ % pieces, begin: 0, length: 16_384 }] })
  }
  return {
    greets: [...greeting, { name: 'interested' }],
    hears(message, self) {
      if (message.name === 'unchoke') ask(self)
      if (message.name === 'piece') clock.setTimeout(() => ask(self), 1_500)
    },
  }
}

/** It says less than its handshake. */
function comeHalf(swarm: Swarm, host: string): void {
  const connection = swarm.network.transport(host).dial(addressOf(crowded))
  connection.open({
    opened: () => void connection.write([new TextEncoder().encode('\x13BitTorrent protocol\0\0')]),
    data: () => {},
    drained: () => {},
    closed: () => {},
  })
}

const crowds: Record<string, Crowd> = {
  [`${many} interested peers that never ask`]: scripted(many, () => ({
    greets: [...greeting, { name: 'interested' }],
  })),
  [`${many} peers that ask and never read`]: scripted(many, asksAndHangs),
  [`${many} peers that ask for single bytes, over and over`]: scripted(many, asksForBytes),
  '55 silent connections': scripted(55, () => ({})),
  '200 half handshakes': { count: 200, come: comeHalf },
}

/** How long a good leecher takes for everything that comes `afterMs` later than a crowd, in milliseconds. */
async function completionMs(crowd?: Crowd, afterMs = 0): Promise<number> {
  const swarm = createSwarm(line)
  const seeder = swarm.add(crowded, { has: 'all' })
  seeder.torrent.start()
  await swarm.until(() => seeder.emittedOf('listening').length > 0)
  for (let i = 0; i < (crowd?.count ?? 0); i++) crowd?.come(swarm, `crowd ${i}`)
  await swarm.pass(afterMs)
  const leecher = swarm.add('good', { knows: [crowded], listens: false })
  const from = swarm.clock.now()
  leecher.torrent.start()
  await swarm.until(() => leecher.state === 'seeding', 60_000)
  const ms = swarm.clock.now() - from
  expect(await leecher.isWhole()).toBe(true)
  expect(seeder.emittedOf('crashed')).toEqual([])
  await swarm.stop()
  return ms
}

let alone: Promise<number> | undefined

/** The same without a crowd. */
const aloneMs = (): Promise<number> => {
  alone ??= completionMs()
  return alone
}

describe.each(firstOf(1, Object.entries(crowds)))('beside %s', (_, crowd) => {
  test('a good leecher that comes later is served as if it were alone', async () => {
    expect(await completionMs(crowd, 20_000)).toBeLessThan((await aloneMs()) + 100)
  })

  longTest('one that comes with them waits for two first blocks at most', async () => {
    expect(await completionMs(crowd)).toBeLessThan((await aloneMs()) + 2 * firstBlockMs)
  })
})

longTest(
  `beside ${many} peers that take a block every 1.5 s, a good leecher waits for one short turn at most`,
  async () => {
    const slow = scripted(many, asksSlowly)
    const atMost = (await aloneMs()) + slowMs + 100
    for (const afterMs of [0, 20_000, 60_000]) expect(await completionMs(slow, afterMs)).toBeLessThan(atMost)
  },
)

test('silent connections give way one by one, and are told apart from newcomers that found no place', async () => {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 5 })
  const seeder = swarm.add(crowded, { has: 'all', maxPeers: 4 })
  seeder.torrent.start()
  await swarm.until(() => seeder.emittedOf('listening').length > 0)
  const silent = Array.from({ length: 4 }, (_, i) => dialRaw(swarm, `silent ${i}`, crowded, {}))
  await swarm.pass(10_000)
  const newcomer = dialRaw(swarm, 'silent newcomer', crowded, {})
  await swarm.pass(1_000)
  const reasons = () => seeder.emittedOf('peer').flatMap(({ peer }) => peer.reason ?? [])
  expect([newcomer.end, ...reasons()]).toEqual([undefined])
  await swarm.pass(4_000)
  expect(newcomer.end).toBeDefined()
  expect(reasons()).toEqual(['local.no_place'])
  const wants: Script = { greets: [...greeting, { name: 'interested' }] }
  const interested = Array.from({ length: 4 }, (_, i) => dialRaw(swarm, `interested ${i}`, crowded, wants))
  await swarm.pass(3_000)
  expect(reasons().slice(1)).toEqual(new Array(4).fill('local.gave_way'))
  expect(silent.every(({ end }) => end !== undefined)).toBe(true)
  expect(interested.every(({ end }) => end === undefined)).toBe(true)
  await swarm.stop()
})

longTest(
  'a session full of silent connections and half handshakes serves a good leecher of any of its torrents',
  async () => {
    const swarm = createSwarm(line)
    const { clock, data, metainfo, network } = swarm
    const random = seededRandom(5)
    const session = createSession({
      transport: network.transport(crowded),
      listen: { host: crowded, port },
      clock,
      random,
      randomBytes: randomBytesFrom(random),
      encryption: 'none',
      maxConnections: 40,
    })
    const other = { ...metainfo, infoHash: new Uint8Array(20).fill(7) }
    const [torrent, attacked] = [metainfo, other].map((one) => {
      const store = openMemoryStore(one)
      for (let i = 0; i * one.pieceLength < one.length; i++) store.put(i, pieceOf(one, data, i), () => {})
      return session.add({ metainfo: one, store })
    })
    session.start()
    torrent?.start()
    attacked?.start()
    await swarm.pass(100)
    for (let i = 0; i < 60; i++) dialRaw(swarm, `silent ${i}`, crowded, { infoHash: other.infoHash })
    await swarm.pass(20_000)
    expect(session.connections).toBe(40)
    for (let i = 0; i < 200; i++) comeHalf(swarm, `half ${i}`)
    const from = clock.now()
    const leecher = swarm.add('good', { knows: [crowded], listens: false })
    leecher.torrent.start()
    await swarm.until(() => leecher.state === 'seeding', 60_000)
    expect(clock.now() - from).toBeLessThan((await aloneMs()) + 100)
    expect(await leecher.isWhole()).toBe(true)
    await swarm.stop()
    await swarm.settled(session.stop())
  },
)
