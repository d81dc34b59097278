import { describe, expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { partingMs } from '../../machines/torrent/connections/close-useless.ts'
import { trialMs } from '../../machines/torrent/connections/usefulness.ts'
import { incomingPerHostMax } from '../../machines/torrent/peers/peer-table.ts'
import { answerTo, dialRaw, listenRaw, seederThat } from '../hostile/raw-peer.ts'
import { firstOf } from '../in-full.ts'
import { addressOf, createSwarm, type Member } from './swarm.ts'

const openPeers = ({ torrent }: Member) => torrent.peers.filter(({ state }) => state === 'open')
const reasons = (member: Member) => member.emittedOf('peer').flatMap(({ peer }) => peer.reason ?? [])

describe('an incoming connection', () => {
  test('is adopted when its handshake names the torrent', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a')
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    dialRaw(swarm, 'raw', 'a', { greets: [{ name: 'have_none' }] })
    await swarm.until(() => openPeers(member).length === 1, 1_000)
    expect(openPeers(member)[0]?.direction).toBe('in')
    await swarm.stop()
  })

  test('is refused without an answer when it names another', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a')
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const raw = dialRaw(swarm, 'raw', 'a', { infoHash: new Uint8Array(20) })
    await swarm.until(() => raw.end !== undefined && reasons(member).length > 0, 1_000)
    expect(raw.heard).toEqual([])
    expect(reasons(member)).toContain('local.unknown_torrent')
    await swarm.stop()
  })

  test('that says nothing ends when the time to detect its encryption is over', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a')
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const silent = swarm.network.transport('silent').dial(addressOf('a'))
    silent.open({ opened: () => {}, data: () => {}, drained: () => {}, closed: () => {} })
    await swarm.pass(delays.detectingMs + 1)
    expect(reasons(member)).toEqual(['timeout.detecting'])
    await swarm.stop()
  })
})

describe('two torrents that dial each other', () => {
  test.each(firstOf(2, [1, 2, 3, 4, 5, 6]))(
    'keep exactly one connection, the same on both sides (seed %i)',
    async (seed) => {
      const swarm = createSwarm({ seed, latencyMs: 30 })
      const a = swarm.add('a', { has: [0], knows: ['b'] })
      const b = swarm.add('b', { has: [1], knows: ['a'] })
      swarm.start()
      await swarm.until(() => a.torrent.progress.pieces === 2 && b.torrent.progress.pieces === 2)
      await swarm.pass(delays.closingMs)
      expect(openPeers(a)).toHaveLength(1)
      expect(openPeers(b)).toHaveLength(1)
      expect(openPeers(a)[0]?.direction).not.toBe(openPeers(b)[0]?.direction)
      await swarm.stop()
      expect(swarm.clock.pending).toBe(0)
    },
  )

  test.each([1, 2])('do not dial again what they are connected to already (seed %i)', async (seed) => {
    const swarm = createSwarm({ seed, latencyMs: 30 })
    const a = swarm.add('a', { has: [0], knows: ['b'] })
    const b = swarm.add('b', { has: [1], knows: ['a'] })
    swarm.start()
    await swarm.pass(300_000)
    expect(a.dialled.length).toBeLessThanOrEqual(2)
    expect(b.dialled.length).toBeLessThanOrEqual(2)
    await swarm.stop()
  })

  test('find each other again when the one connection is lost', async () => {
    let links = 0
    // The second link lives; the first two break after the handshakes.
    const swarm = createSwarm({
      latencyMs: 30,
      resetAfterBytes: () => (links++ < 2 ? 2_000 : Number.POSITIVE_INFINITY),
    })
    const a = swarm.add('a', { has: 'all', knows: ['b'] })
    const b = swarm.add('b', { knows: ['a'] })
    swarm.start()
    await swarm.until(() => b.state === 'seeding', 60_000)
    expect(await b.isWhole()).toBe(true)
    expect(reasons(a).concat(reasons(b))).toContain('transport.reset')
    await swarm.stop()
  })
})

describe('a torrent that dials', () => {
  test('itself ends the connection and does not dial there again', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a', { knows: ['a'] })
    swarm.start()
    await swarm.pass(600_000)
    expect(member.dialled).toEqual(['a:6881'])
    expect(member.torrent.peers).toEqual([])
    expect(reasons(member)).toContain('local.self_connection')
    await swarm.stop()
  })

  test('an address nobody answers at waits longer each time', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a', { knows: ['nobody'] })
    const at: number[] = []
    swarm.start()
    for (let dials = 1; dials <= 6; dials++) {
      await swarm.until(() => member.dialled.length === dials)
      at.push(swarm.clock.now())
    }
    const waits = at.slice(1).map((ms, i) => Math.round((ms - (at[i] ?? 0)) / 1_000))
    expect(waits).toEqual([1, 5, 15, 30, 60])
    await swarm.stop()
  })

  test('somebody who hangs up on each handshake waits longer each time', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 10 })
    const rude = listenRaw(swarm, 'rude', { greets: [{ name: 'have_none' }] })
    const member = swarm.add('a', { knows: ['rude'] })
    swarm.start()
    for (let second = 0; second < 120; second++) {
      await swarm.pass(1_000)
      for (const connection of rude) connection.connection.destroy()
    }
    expect(member.dialled.length).toBeLessThan(12)
    await swarm.stop()
  })

  test('a firewall that drops everything gives up with the connect timer', async () => {
    const swarm = createSwarm()
    swarm.network.blackhole('hole')
    const member = swarm.add('a', { knows: ['hole'] })
    swarm.start()
    await swarm.pass(delays.connectMs + 2_000)
    expect(reasons(member)).toEqual(['timeout.connect'])
    await swarm.stop()
  })
})

describe('maxPeers', () => {
  test('bounds what is dialled', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    const hosts = ['b', 'c', 'd', 'e', 'f']
    for (const host of hosts) listenRaw(swarm, host, { greets: [{ name: 'have_all' }] })
    const member = swarm.add('a', { knows: hosts, maxPeers: 3 })
    swarm.start()
    await swarm.pass(60_000)
    expect(member.dialled).toHaveLength(3)
    expect(openPeers(member)).toHaveLength(3)
    await swarm.stop()
  })

  test('bounds what is accepted, and a place that came free is taken', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a', { maxPeers: 2 })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const raws = ['b', 'c', 'd'].map((host) => dialRaw(swarm, host, 'a', { greets: [{ name: 'have_none' }] }))
    await swarm.pass(trialMs + 2_000)
    expect(raws.map(({ end }) => end === undefined)).toEqual([true, true, false])
    raws[0]?.connection.destroy()
    await swarm.pass(1_000)
    const late = dialRaw(swarm, 'e', 'a', { greets: [{ name: 'have_none' }] })
    await swarm.pass(1_000)
    expect(late.end).toBeUndefined()
    expect(openPeers(member)).toHaveLength(2)
    await swarm.stop()
  })
})

describe('a host that dials us again and again', () => {
  test('holds a few places and no more, and a peer that we dial finds one', async () => {
    const swarm = createSwarm({ latencyMs: 5 })
    const member = swarm.add('a')
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const peerId = (i: number) => new TextEncoder().encode(`greedy ${i}`.padEnd(20, '-'))
    const raws = Array.from({ length: 60 }, (_, i) => dialRaw(swarm, 'greedy', 'a', { peerId: peerId(i) }))
    await swarm.pass(1_000)
    expect(raws.filter(({ end }) => end === undefined)).toHaveLength(incomingPerHostMax)
    expect(openPeers(member)).toHaveLength(incomingPerHostMax)
    swarm.add('seeder', { has: 'all' }).torrent.start()
    member.torrent.addPeer(addressOf('seeder'))
    await swarm.until(() => member.state === 'seeding', 60_000)
    expect(member.dialled).toEqual(['seeder:6881'])
    await swarm.stop()
  })
})

test('a caller says how many places one host may hold', async () => {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 5 })
  const member = swarm.add('a', { maxIncomingPerHost: 5 })
  swarm.start()
  await swarm.until(() => member.emittedOf('listening').length > 0)
  const peerId = (i: number) => new TextEncoder().encode(`neighbour ${i}`.padEnd(20, '-'))
  for (let i = 0; i < 9; i++) dialRaw(swarm, 'router', 'a', { peerId: peerId(i) })
  await swarm.pass(1_000)
  expect(openPeers(member)).toHaveLength(5)
  await swarm.stop()
})

describe('whoever dials us', () => {
  test('leaves a third of the places to the addresses we are still to dial', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 5 })
    const member = swarm.add('a', { maxPeers: 6, knows: ['x', 'y', 'z'] })
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    await swarm.pass(100)
    const raws = [...Array(9).keys()].map((i) => dialRaw(swarm, `b${i}`, 'a', { greets: [{ name: 'have_none' }] }))
    await swarm.pass(trialMs + 2_000)
    expect(raws.filter(({ end }) => end === undefined)).toHaveLength(4)
    listenRaw(swarm, 'x', { greets: [{ name: 'have_none' }] })
    listenRaw(swarm, 'z', { greets: [{ name: 'have_none' }] })
    await swarm.pass(60_000)
    expect(openPeers(member).filter(({ direction }) => direction === 'out')).toHaveLength(2)
    await swarm.stop()
  })
})

describe('a peer id that was borrowed', () => {
  test('costs us no connection that works', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 5, pieces: 64, bytesPerSecond: 100_000 })
    // Greater than ours: of two connections with one host, the one that it dialled would stay.
    const peerId = new Uint8Array(20).fill(0xff)
    const honest = listenRaw(swarm, 'honest', {
      ...seederThat((request, self) => self.say(answerTo(swarm, request))),
      peerId,
    })
    listenRaw(swarm, 'other borrower', { peerId })
    const member = swarm.add('a', { knows: ['honest'] })
    swarm.start()
    await swarm.pass(1_000)
    const borrower = dialRaw(swarm, 'borrower', 'a', { peerId })
    member.torrent.addPeer(addressOf('other borrower'))
    await swarm.pass(5_000)
    expect(borrower.end).toBeDefined()
    expect(honest[0]?.end).toBeUndefined()
    expect(openPeers(member).map(({ address }) => address.host)).toEqual(['honest'])
    await swarm.stop()
  })

  test('does not keep the honest one from being dialled again', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 5 })
    const peerId = new Uint8Array(20).fill(0x01)
    listenRaw(swarm, 'honest', { ...seederThat((request, self) => self.say(answerTo(swarm, request))), peerId })
    const member = swarm.add('a')
    swarm.start()
    await swarm.until(() => member.emittedOf('listening').length > 0)
    const borrower = dialRaw(swarm, 'borrower', 'a', { peerId, greets: [{ name: 'have_none' }] })
    await swarm.pass(1_000)
    member.torrent.addPeer(addressOf('honest'))
    await swarm.pass(10_000)
    expect(member.dialled.length).toBeGreaterThan(1)
    borrower.connection.destroy()
    await swarm.until(() => member.state === 'seeding', 60_000)
    await swarm.stop()
  })
})

describe('seeders have nothing to trade:', () => {
  test('they part, and do not dial each other again', async () => {
    const swarm = createSwarm()
    const a = swarm.add('a', { has: 'all', knows: ['b'] })
    const b = swarm.add('b', { has: 'all', knows: ['a'] })
    swarm.start()
    await swarm.pass(600_000)
    expect(a.torrent.peers).toEqual([])
    expect(a.dialled.length + b.dialled.length).toBeLessThanOrEqual(4)
    await swarm.stop()
  })

  test('a leecher that became a seeder keeps the leechers, and leaves the seeders when both had time for PEX', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    swarm.add('seeder', { has: 'all' })
    const raw = listenRaw(swarm, 'leecher', { greets: [{ name: 'have_none' }] })
    const member = swarm.add('a', { knows: ['seeder', 'leecher'] })
    const open = () => openPeers(member).map(({ address }) => address.host)
    swarm.start()
    await swarm.until(() => member.state === 'seeding')
    await swarm.pass(partingMs - 5_000)
    expect(open()).toEqual(['seeder', 'leecher'])
    await swarm.pass(10_000)
    expect(open()).toEqual(['leecher'])
    expect(raw[0]?.all('have').length).toBe(8)
    await swarm.stop()
  })
})
