import { describe, expect, test } from 'vitest'
import { reputationBounds } from '../../machines/peer/vocabulary/reputation-rules.ts'
import { lyingStore } from '../../testing/stores.ts'
import { firstOf } from '../in-full.ts'
import { createSwarm } from '../swarm/swarm.ts'
import { answerTo, dialRaw, listenRaw, seederThat } from './raw-peer.ts'

/** Slow enough that everybody gets a share. */
const slowLink = { latencyMs: 20, bytesPerSecond: 100_000, pieces: 16 } as const
const liar = { has: 'all', through: lyingStore } as const

describe('a peer that sends corrupt blocks', () => {
  test.each(firstOf(2, [1, 2, 3, 4, 5]))(
    'is banned beside a good seeder, which keeps its name (seed %i)',
    async (seed) => {
      const swarm = createSwarm({ encryption: 'none', ...slowLink, seed })
      swarm.add('good', { has: 'all' })
      swarm.add('liar', liar)
      const leecher = swarm.add('leecher', { knows: ['liar', 'good'] })
      swarm.start()
      await swarm.until(() => leecher.state === 'seeding', 600_000)
      expect(await leecher.isWhole()).toBe(true)
      expect(leecher.emittedOf('crashed')).toEqual([])
      const banned = leecher.emittedOf('banned')
      expect(banned.map(({ address }) => address.host)).toEqual(['liar'])
      expect(banned[0]?.reputation).toBeLessThanOrEqual(reputationBounds.banned)
      const good = leecher.emittedOf('peer').filter(({ peer }) => peer.address.host === 'good')
      expect(Math.min(...good.map(({ peer }) => peer.reputation))).toBeGreaterThanOrEqual(reputationBounds.initial)
      await swarm.stop()
      expect(swarm.clock.pending).toBe(0)
    },
  )

  test('are both banned when there are two, and the good seeder is not', async () => {
    const swarm = createSwarm({ encryption: 'none', ...slowLink, pieces: 24 })
    swarm.add('good', { has: 'all' })
    swarm.add('liar', liar)
    swarm.add('other liar', liar)
    const leecher = swarm.add('leecher', { knows: ['liar', 'other liar', 'good'] })
    swarm.start()
    await swarm.until(() => leecher.state === 'seeding', 600_000)
    expect(await leecher.isWhole()).toBe(true)
    expect(leecher.emittedOf('banned').map(({ address }) => address.host)).toEqual(
      expect.arrayContaining(['liar', 'other liar']),
    )
    expect(leecher.emittedOf('banned')).toHaveLength(2)
    await swarm.stop()
  })

  test('does not escape by leaving before the verdict, nor start anew by coming back', async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 20, pieces: 16 })
    const connections = listenRaw(
      swarm,
      'liar',
      seederThat(({ index, begin, length }, self) => {
        self.say({ name: 'piece', blocks: [{ index, begin, data: new Uint8Array(length) }] })
        // Gone with the last block of the piece, before it is hashed.
        if (self.requests.length % 2 === 0) swarm.clock.setTimeout(() => self.connection.destroy(), 20)
      }),
    )
    const leecher = swarm.add('leecher', { knows: ['liar'] })
    swarm.start()
    await swarm.until(() => leecher.emittedOf('banned').length > 0, 600_000)
    expect(leecher.emittedOf('banned')[0]).toMatchObject({ address: { host: 'liar' } })
    expect(leecher.emittedOf('corrupt').length).toBeLessThanOrEqual(8)
    const dials = leecher.dialled.length
    await swarm.pass(600_000)
    expect(leecher.dialled.length).toBe(dials)
    expect(connections.length).toBe(dials)
    await swarm.stop()
  })
})

test('a poisoner that dials us anew after each corrupt piece, each time from another port, is banned', async () => {
  const swarm = createSwarm({ encryption: 'none', latencyMs: 20, pieces: 16 })
  const leecher = swarm.add('leecher')
  let connections = 0
  const come = () => {
    connections++
    const script = seederThat(({ index, begin, length }, self) => {
      self.say({ name: 'piece', blocks: [{ index, begin, data: new Uint8Array(length) }] })
      if (self.requests.length !== 2) return
      swarm.clock.setTimeout(() => self.connection.destroy(), 100)
      swarm.clock.setTimeout(come, 1_000)
    })
    dialRaw(swarm, 'liar', 'leecher', script)
  }
  swarm.start()
  await swarm.until(() => leecher.emittedOf('listening').length > 0)
  come()
  await swarm.pass(600_000)
  expect(leecher.emittedOf('banned')).toMatchObject([{ address: { host: 'liar' } }])
  expect(connections).toBeLessThanOrEqual(5)
  expect(leecher.emittedOf('corrupt').length).toBeLessThanOrEqual(6)
  await swarm.stop()
})

describe('who is banned', () => {
  const ban = async () => {
    const swarm = createSwarm({ encryption: 'none', latencyMs: 1 })
    const peerId = new TextEncoder().encode('-XX0001-the same man')
    listenRaw(swarm, 'liar', {
      ...seederThat(({ index, begin, length }, self) =>
        self.say({ name: 'piece', blocks: [{ index, begin, data: new Uint8Array(length) }] }),
      ),
      peerId,
    })
    const leecher = swarm.add('leecher', { knows: ['liar'] })
    swarm.start()
    await swarm.until(() => leecher.emittedOf('banned').length > 0)
    await swarm.pass(10_000)
    return { swarm, leecher, peerId }
  }

  test('is not dialled again, also when the address is added again', async () => {
    const { swarm, leecher } = await ban()
    const dials = leecher.dialled.length
    leecher.torrent.addPeer({ host: 'liar', port: 6881 })
    await swarm.pass(600_000)
    expect(leecher.dialled.length).toBe(dials)
    await swarm.stop()
  })

  test('is not accepted from its address, whatever its peer id', async () => {
    const { swarm, leecher } = await ban()
    const back = dialRaw(swarm, 'liar', 'leecher', { greets: [{ name: 'have_all' }] })
    await swarm.pass(1_000)
    expect(back.end).toBeDefined()
    expect(leecher.torrent.peers).toEqual([])
    await swarm.stop()
  })

  test('takes nobody with it whose peer id it had borrowed', async () => {
    const { swarm, leecher, peerId } = await ban()
    const honest = dialRaw(swarm, 'elsewhere', 'leecher', {
      ...seederThat((request, self) => self.say(answerTo(swarm, request))),
      peerId,
    })
    await swarm.until(() => leecher.state === 'seeding', 60_000)
    expect(honest.requests.length).toBeGreaterThan(0)
    await swarm.stop()
  })
})
