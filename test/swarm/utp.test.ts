import { expect, test } from 'vitest'
import type { EncryptionPolicy } from '../../machines/peer/facts.ts'
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

test('a swarm over uTP runs anew by its seed', async () => {
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
