import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../transport/random.ts'
import { firstOf } from '../in-full.ts'
import { createSwarm, type Member } from './swarm.ts'

const seeds = firstOf(
  2,
  Array.from({ length: 20 }, (_, seed) => seed),
)

const isDone = ({ torrent }: Member) => torrent.progress.pieces === torrent.progress.total

describe('a swarm ends with every disk equal', () => {
  test('one seeder and three leechers', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    swarm.add('seeder', { has: 'all' })
    const leechers = ['a', 'b', 'c'].map((host) => swarm.add(host, { knows: ['seeder'] }))
    swarm.start()
    await swarm.until(() => leechers.every(isDone))
    for (const leecher of leechers) {
      expect(await leecher.isWhole()).toBe(true)
      expect(leecher.emittedOf('done')).toHaveLength(1)
      expect(leecher.emittedOf('done')[0]?.downloaded).toBeGreaterThanOrEqual(swarm.data.length)
    }
    await swarm.stop()
    expect(swarm.clock.pending).toBe(0)
  })

  test('a chain, the end of which knows only the middle', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    swarm.add('seeder', { has: 'all' })
    swarm.add('middle', { knows: ['seeder'] })
    const end = swarm.add('end', { knows: ['middle'] })
    swarm.start()
    await swarm.until(() => isDone(end))
    expect(await end.isWhole()).toBe(true)
    expect(new Set(end.dialled)).toEqual(new Set(['middle:6881']))
    await swarm.stop()
  })

  test('each leecher has a different half', async () => {
    const swarm = createSwarm()
    const even = swarm.add('even', { has: [0, 2, 4, 6] })
    const odd = swarm.add('odd', { has: [1, 3, 5, 7], knows: ['even'] })
    swarm.start()
    await swarm.until(() => isDone(even) && isDone(odd))
    expect(await even.isWhole()).toBe(true)
    expect(await odd.isWhole()).toBe(true)
    await swarm.stop()
  })

  test.each(seeds)('on a bad line, seed %i', async (seed) => {
    const dice = seededRandom(seed)
    const swarm = createSwarm({
      seed,
      pieces: 6,
      latencyMs: 25,
      fragment: true,
      resetAfterBytes: () => 1_000 + dice() * 300_000,
    })
    swarm.add('seeder', { has: 'all' })
    const leechers = ['a', 'b', 'c'].map((host) => swarm.add(host, { knows: ['seeder', 'a', 'b'] }))
    swarm.start()
    await swarm.until(() => leechers.every(isDone))
    for (const leecher of leechers) {
      expect(await leecher.isWhole()).toBe(true)
      expect(leecher.emittedOf('corrupt')).toEqual([])
      expect(leecher.emittedOf('crashed')).toEqual([])
    }
    await swarm.stop()
    expect(swarm.clock.pending).toBe(0)
  })

  test('the same seed gives the same run', async () => {
    const run = async () => {
      const swarm = createSwarm({ seed: 7, latencyMs: 10, fragment: true })
      swarm.add('seeder', { has: 'all' })
      const leechers = ['a', 'b'].map((host) => swarm.add(host, { knows: ['seeder', 'a'] }))
      swarm.start()
      await swarm.until(() => leechers.every(isDone))
      const endMs = swarm.clock.now()
      await swarm.stop()
      return { endMs, emitted: leechers.map(({ emitted }) => emitted) }
    }
    expect(await run()).toEqual(await run())
  })
})
