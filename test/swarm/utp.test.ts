import { expect, test } from 'vitest'
import type { EncryptionPolicy } from '../../machines/peer/vocabulary/facts.ts'
import { longTest } from '../in-full.ts'
import { createSwarm, type Member } from './swarm.ts'

const isDone = ({ torrent }: Member) => torrent.progress.pieces === torrent.progress.total

test.each<EncryptionPolicy>(['none', 'required'])(
  'a swarm over uTP ends with every disk equal, encryption %s',
  async (encryption) => {
    const swarm = createSwarm({
      encryption,
      utp: { latencyMs: 20, jitterMs: 20, lossRate: 0.02, duplicateRate: 0.02, reorderRate: 0.02 },
    })
    swarm.add('seeder', { has: 'all' })
    const leechers = ['a', 'b'].map((host) => swarm.add(host, { knows: ['seeder', 'a'] }))
    swarm.start()
    await swarm.until(() => leechers.every(isDone))
    for (const leecher of leechers) {
      expect(await leecher.isWhole()).toBe(true)
      expect(leecher.emittedOf('corrupt')).toEqual([])
      expect(leecher.emittedOf('crashed')).toEqual([])
      expect(leecher.torrent.peers.map(({ transport }) => transport)).toEqual(leecher.torrent.peers.map(() => 'utp'))
    }
    await swarm.stop()
    // What lingers, so that no remote misses our last packet.
    await swarm.pass(60_000)
    expect(swarm.clock.pending).toBe(0)
  },
)

longTest('a swarm over uTP runs anew by its seed', async () => {
  const run = async (seed: number) => {
    const swarm = createSwarm({ seed, utp: { latencyMs: 20, jitterMs: 20, lossRate: 0.02, bytesPerSecond: 1e6 } })
    swarm.add('seeder', { has: 'all' })
    const leechers = ['a', 'b'].map((host) => swarm.add(host, { knows: ['seeder', 'a'] }))
    swarm.start()
    await swarm.until(() => leechers.every(isDone))
    const endMs = swarm.clock.now()
    await swarm.stop()
    return { endMs, emitted: leechers.map(({ emitted }) => emitted) }
  }
  const first = await run(7)
  expect(await run(7)).toEqual(first)
  expect((await run(8)).endMs).not.toBe(first.endMs)
})

test('a swarm over uTP whose paths drop what is longer than 576 bytes ends with every disk equal', async () => {
  const swarm = createSwarm({ utp: { latencyMs: 20, mtuBytes: 576 } })
  swarm.add('seeder', { has: 'all' })
  const leecher = swarm.add('leecher', { knows: ['seeder'] })
  swarm.start()
  await swarm.until(() => isDone(leecher), 60_000)
  expect(await leecher.isWhole()).toBe(true)
  expect(leecher.torrent.peers.map(({ state }) => state)).toEqual(['open'])
  await swarm.stop()
})

test('bits that are flipped on the way, which no checksum has caught, are found by the hash of the piece', async () => {
  const swarm = createSwarm({ encryption: 'none', pieces: 24, utp: { latencyMs: 20, corruptRate: 0.005 } })
  const seeders = ['a', 'b', 'c', 'd'].map((host) => swarm.add(host, { has: 'all' }))
  const leecher = swarm.add('leecher', { knows: ['a', 'b', 'c', 'd'] })
  swarm.start()
  await swarm.until(() => isDone(leecher))
  expect(await leecher.isWhole()).toBe(true)
  expect(leecher.emittedOf('corrupt').length).toBeGreaterThan(0)
  expect([leecher, ...seeders].flatMap((member) => member.emittedOf('crashed'))).toEqual([])
  await swarm.stop()
})
