import { describe, expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { heldStore } from '../../testing/stores.ts'
import { listenRaw, seederThat } from '../hostile/raw-peer.ts'
import { peersOf } from '../peers-of.ts'
import { createSwarm } from './swarm.ts'

describe('while a peer is closing', () => {
  test('what it was asked for may time out', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    listenRaw(
      swarm,
      'deaf',
      seederThat((_, self) => self.connection.pause()),
    )
    const member = swarm.add('a', { knows: ['deaf'] })
    swarm.start()
    await swarm.pass(delays.requestMs - 2_000)
    for (const peer of peersOf(member.torrent)) peer.send({ type: 'torrent.adjust_reputation', delta: -50 })
    await swarm.pass(delays.closingMs + 1_000)
    expect(member.torrent.peers).toEqual([])
    expect(member.state).toBe('downloading')
    await swarm.stop()
  })

  test('a piece may verify', async () => {
    let disk: ReturnType<typeof heldStore> | undefined
    const swarm = createSwarm({ encryption: 'none', pieces: 2 })
    swarm.add('seeder', { has: 'all' })
    const raws = listenRaw(swarm, 'raw', { greets: [{ name: 'have_all' }] })
    const { torrent } = swarm.add('a', {
      knows: ['seeder', 'raw'],
      through: (store) => {
        disk = heldStore(store)
        return disk.store
      },
    })
    swarm.start()
    await swarm.until(() => torrent.progress.downloaded === swarm.data.length)
    raws[0]?.say({ name: 'have_none' })
    await swarm.until(() => torrent.peers.some(({ state }) => state === 'closed'))
    disk?.release()
    await swarm.settled(Promise.resolve())
    expect(torrent.progress.pieces).toBe(1)
    disk?.release()
    await swarm.stop()
  })
})
