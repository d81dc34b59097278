import { describe, expect, test } from 'vitest'
import { storeClosingMs } from '../../actors/torrent.ts'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { around } from '../../testing/around.ts'
import { diskFull, failingStore } from '../../testing/stores.ts'
import { dialRaw } from '../hostile/raw-peer.ts'
import { longTest } from '../in-full.ts'
import { createSwarm } from './swarm.ts'

describe('a disk that fails', () => {
  test('to write ends in failed with the error; peers are closed, verified pieces stay, and a new start goes on', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    const seeder = swarm.add('seeder', { has: 'all' })
    let isFull = true
    let puts = 0
    const member = swarm.add('a', {
      knows: ['seeder'],
      through: (store) =>
        failingStore(store, (operation) => (isFull && operation === 'put' && ++puts > 3 ? diskFull() : null)),
    })
    swarm.start()
    await swarm.until(() => member.state === 'failed')
    await swarm.pass(delays.closingMs)
    expect(member.emittedOf('failed')).toHaveLength(1)
    expect(member.emittedOf('failed')[0]?.error).toMatchObject({ code: 'ENOSPC' })
    expect(member.torrent.peers).toEqual([])
    expect(seeder.torrent.peers).toEqual([])
    expect(member.torrent.progress.pieces).toBe(3)
    isFull = false
    member.torrent.start()
    await swarm.until(() => member.state === 'seeding')
    expect(member.emittedOf('verified').map(({ pieces }) => pieces)).toEqual([0, 3])
    expect(await member.isWhole()).toBe(true)
    await swarm.stop()
    expect(swarm.clock.pending).toBe(0)
  })

  test('to write several pieces at once ends in failed once: what fails late is no failure of the new start', async () => {
    const swarm = createSwarm({ latencyMs: 10, pieces: 20 })
    swarm.add('seeder', { has: 'all' })
    let isFull = true
    let underWay = 0
    const slow = (store: ChunkStore): ChunkStore => ({
      ...store,
      put: (index, data, done) => {
        underWay++
        swarm.clock.setTimeout(
          () => {
            underWay--
            if (isFull) done(diskFull())
            else store.put(index, data, done)
          },
          300 + 100 * index,
        )
      },
    })
    const member = swarm.add('a', { knows: ['seeder'], through: slow })
    let underWayAtStart = 0
    member.torrent.on('failed', () => {
      underWayAtStart = underWay
      member.torrent.start()
    })
    swarm.start()
    await swarm.until(() => underWayAtStart > 0)
    await swarm.until(() => underWay === 0)
    isFull = false
    await swarm.until(() => member.state === 'seeding')
    expect(underWayAtStart).toBeGreaterThan(1)
    expect(member.emittedOf('failed')).toHaveLength(1)
    expect(await member.isWhole()).toBe(true)
    await swarm.stop()
  })

  longTest('again and again leaves no debt: the download goes on when there is room', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    swarm.add('seeder', { has: 'all' })
    let isFull = true
    const member = swarm.add('a', {
      knows: ['seeder'],
      through: (store) => failingStore(store, (operation) => (isFull && operation === 'put' ? diskFull() : null)),
    })
    swarm.start()
    for (let failures = 1; failures <= 10; failures++) {
      await swarm.until(() => member.emittedOf('failed').length === failures)
      await swarm.pass(delays.closingMs)
      if (failures < 10) member.torrent.start()
    }
    isFull = false
    member.torrent.start()
    await swarm.until(() => member.state === 'seeding')
    expect(member.torrent.explain().download.map(({ code }) => code)).not.toContain('disk_backlog')
    await swarm.stop()
  })

  test('to read a piece in the check costs that piece, which is not fetched again, and a warning', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a', {
      has: 'all',
      through: (store) =>
        failingStore(store, (_, index) =>
          index === 5 ? Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }) : null,
        ),
    })
    const seeder = swarm.add('seeder', { has: 'all', knows: ['a'] })
    swarm.start()
    await swarm.until(() => member.emittedOf('verified').length > 0)
    await swarm.pass(5_000)
    expect(member.emittedOf('failed')).toEqual([])
    expect(member.torrent.progress).toMatchObject({ pieces: 7, total: 8, downloaded: 0 })
    const message = 'cannot read piece 5: EIO: i/o error: 1 piece is not fetched until the torrent is checked again'
    expect(member.emittedOf('warning')).toEqual([{ type: 'warning', message }])
    expect([member.state, seeder.state]).toEqual(['partial_seeding', 'seeding'])
    expect(member.torrent.explain().download.map(({ code }) => code)).toContain('data_lost')
    const pending = Symbol('pending')
    expect(await Promise.race([member.torrent.done, Promise.resolve(pending)])).toBe(pending)
    const rejected = expect(member.torrent.done).rejects.toThrow('the torrent was stopped before it was complete')
    await swarm.stop()
    await rejected
  })

  test('to read for a peer costs what was to be read, and nobody his connection', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    let isBroken = false
    const member = swarm.add('a', {
      has: 'all',
      through: (store) => failingStore(store, (operation) => (isBroken && operation === 'get' ? diskFull() : null)),
    })
    swarm.add('b', { knows: ['a'] })
    swarm.start()
    await swarm.until(() => member.state === 'seeding')
    isBroken = true
    await swarm.until(() => member.state === 'partial_seeding')
    await swarm.pass(5_000)
    expect(member.emittedOf('failed')).toEqual([])
    expect(member.torrent.peers).toMatchObject([{ state: 'open', reputation: 100 }])
    await swarm.stop()
  })

  test.each(['put', 'get', 'close'] as const)(
    'by never answering a %s holds up stop for a bounded time',
    async (operation) => {
      const swarm = createSwarm({ latencyMs: 10 })
      let hangs = false
      const never = (store: ChunkStore): ChunkStore =>
        around(store, {
          put: (...given) => (hangs && operation === 'put' ? undefined : store.put(...given)),
          get: (...given) => (hangs && operation === 'get' ? undefined : store.get(...given)),
          close: (done) => (operation === 'close' ? undefined : store.close(done)),
        })
      const seeder = swarm.add('seeder', { has: 'all', ...(operation === 'get' && { through: never }) })
      const leecher = swarm.add('a', { knows: ['seeder'], ...(operation !== 'get' && { through: never }) })
      swarm.start()
      await swarm.until(() => leecher.torrent.progress.pieces > 0)
      hangs = true
      await swarm.pass(1_000)
      const [hung, other] = operation === 'get' ? [seeder, leecher] : [leecher, seeder]
      const at = swarm.clock.now()
      const message = `the store did not close within ${storeClosingMs / 1_000} s`
      await expect(swarm.settled(hung.torrent.stop())).rejects.toThrow(message)
      expect(swarm.clock.now() - at).toBeLessThanOrEqual(delays.closingMs + storeClosingMs)
      await swarm.settled(other.torrent.stop())
    },
  )

  test('refuses whoever comes while it is failed', async () => {
    const swarm = createSwarm()
    swarm.add('seeder', { has: 'all' })
    const through = (store: ChunkStore) => failingStore(store, (operation) => (operation === 'put' ? diskFull() : null))
    const member = swarm.add('a', { knows: ['seeder'], through })
    swarm.start()
    await swarm.until(() => member.state === 'failed')
    const raw = dialRaw(swarm, 'raw', 'a', {})
    await swarm.pass(1_000)
    expect(raw.end?.code).toBe('refused')
    await swarm.stop()
  })
})
