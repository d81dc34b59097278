import { describe, expect, test } from 'vitest'
import { delays } from '../../machines/peer/vocabulary/delays.ts'
import { heldStore } from '../../testing/stores.ts'
import { dialRaw, listenRaw } from '../hostile/raw-peer.ts'
import { peersOf } from '../peers-of.ts'
import { createSwarm } from './swarm.ts'

/** Some 5 s for the whole torrent. */
const slowLink = { latencyMs: 20, bytesPerSecond: 50_000 } as const

describe('a torrent is', () => {
  test('stopped until it is started: nobody is dialled or accepted, no timer is set', async () => {
    const swarm = createSwarm()
    const torrent = swarm.add('a', { knows: ['b'] })
    const stranger = dialRaw(swarm, 'stranger', 'a', {})
    await swarm.pass(60_000)
    expect(torrent.state).toBe('stopped')
    expect(torrent.dialled).toEqual([])
    expect(torrent.emitted).toEqual([])
    expect(stranger.end?.code).toBe('refused')
    expect(swarm.clock.pending).toBe(0)
  })

  test('checking while the disk is read; what verifies is told, then it listens and dials', async () => {
    const swarm = createSwarm()
    const torrent = swarm.add('a', { has: [1, 7], knows: ['b'] })
    swarm.start()
    expect(torrent.state).toBe('checking')
    expect(torrent.dialled).toEqual([])
    await swarm.until(() => torrent.state === 'downloading')
    await swarm.until(() => torrent.emittedOf('listening').length > 0)
    expect(torrent.emittedOf('verified')).toEqual([{ type: 'verified', pieces: 2, total: 8 }])
    expect(torrent.emittedOf('listening')).toEqual([
      { type: 'listening', transport: 'memory', address: { host: 'a', port: 6881 } },
    ])
    expect(torrent.dialled).toEqual(['b:6881'])
    await swarm.stop()
  })

  test('downloading only what it lacks, then seeding, and done once', async () => {
    const swarm = createSwarm()
    swarm.add('seeder', { has: 'all' })
    const torrent = swarm.add('a', { has: [0, 3, 7], knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => torrent.state === 'seeding')
    const fetched = torrent.emittedOf('piece').map(({ index }) => index)
    expect(fetched.sort()).toEqual([1, 2, 4, 5, 6])
    expect(torrent.emittedOf('done')).toEqual([{ type: 'done', downloaded: 5 * swarm.metainfo.pieceLength }])
    expect(await torrent.isWhole()).toBe(true)
    await swarm.stop()
  })

  test('seeding at once when its disk is whole: done, with nothing downloaded', async () => {
    const swarm = createSwarm()
    const torrent = swarm.add('a', { has: 'all' })
    swarm.start()
    await swarm.until(() => torrent.state === 'seeding')
    expect(torrent.emittedOf('done')).toEqual([{ type: 'done', downloaded: 0 }])
    await swarm.stop()
  })

  test('paused without a connection or a listener, and with what it has; resumed it fetches the rest', async () => {
    const swarm = createSwarm(slowLink)
    const seeder = swarm.add('seeder', { has: 'all' })
    const torrent = swarm.add('a', { knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => torrent.torrent.progress.pieces === 3)
    torrent.torrent.pause()
    expect(torrent.state).toBe('paused')
    await swarm.until(() => torrent.torrent.peers.length === 0, delays.closingMs)
    const { pieces, downloaded } = torrent.torrent.progress
    expect(pieces).toBeGreaterThanOrEqual(3)
    const stranger = dialRaw(swarm, 'stranger', 'a', {})
    await swarm.pass(60_000)
    expect(stranger.end?.code).toBe('refused')
    expect(torrent.torrent.progress.pieces).toBe(pieces)
    expect(seeder.torrent.peers).toEqual([])
    torrent.torrent.resume()
    await swarm.until(() => torrent.state === 'seeding')
    expect(await torrent.isWhole()).toBe(true)
    expect(torrent.torrent.progress.downloaded - downloaded).toBeLessThanOrEqual(
      (8 - pieces) * swarm.metainfo.pieceLength,
    )
    await swarm.stop()
  })

  test('failed when somebody else listens on its port: peers closed, the error told, and startable again', async () => {
    const swarm = createSwarm()
    const taken = await swarm.network.transport('a').listen({ host: 'a', port: 6881 }, (c) => c.destroy())
    const torrent = swarm.add('a', { has: [2], knows: ['seeder'] })
    swarm.add('seeder', { has: 'all' })
    swarm.start()
    await swarm.until(() => torrent.state === 'failed')
    expect(torrent.emittedOf('failed')[0]?.error.message).toMatch('EADDRINUSE')
    await swarm.pass(delays.closingMs + delays.connectMs)
    expect(torrent.torrent.peers).toEqual([])
    await taken.close()
    torrent.torrent.start()
    await swarm.until(() => torrent.state === 'seeding')
    expect(await torrent.isWhole()).toBe(true)
    await swarm.stop()
    expect(swarm.clock.pending).toBe(0)
  })

  test('stopping until the last words are out, then stopped with nothing left', async () => {
    const swarm = createSwarm(slowLink)
    const seeder = swarm.add('seeder', { has: 'all' })
    const torrent = swarm.add('a', { knows: ['seeder'] })
    swarm.start()
    await swarm.until(() => torrent.torrent.progress.pieces === 2)
    const stopped = torrent.torrent.stop()
    expect(torrent.state).toBe('stopping')
    await swarm.settled(stopped)
    expect(torrent.state).toBe('stopped')
    expect(torrent.torrent.actor.getSnapshot().status).toBe('stopped')
    expect(torrent.torrent.peers).toEqual([])
    await swarm.until(() => seeder.torrent.peers.length === 0, 1_000)
    await swarm.stop()
    expect(swarm.clock.pending).toBe(0)
  })
})

describe('stop', () => {
  test('resolves for a torrent that never started, and a second time', async () => {
    const swarm = createSwarm()
    const { torrent } = swarm.add('a')
    await swarm.settled(torrent.stop())
    await swarm.settled(torrent.stop())
    expect(swarm.clock.pending).toBe(0)
  })

  test('resolves while the disk is checked', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a', { has: 'all' })
    swarm.start()
    expect(member.state).toBe('checking')
    await swarm.settled(member.torrent.stop())
    expect(member.emittedOf('verified')).toEqual([])
    expect(swarm.clock.pending).toBe(0)
  })

  test('resolves from paused and from failed', async () => {
    const swarm = createSwarm()
    const paused = swarm.add('a')
    const failed = swarm.add('b')
    await swarm.network.transport('b').listen({ host: 'b', port: 6881 }, (c) => c.destroy())
    swarm.start()
    await swarm.until(() => paused.state === 'downloading' && failed.state === 'failed')
    paused.torrent.pause()
    await swarm.stop()
    expect([paused.state, failed.state]).toEqual(['stopped', 'stopped'])
    expect(swarm.clock.pending).toBe(0)
  })

  test('waits for a write under way, which is not lost', async () => {
    let disk: ReturnType<typeof heldStore> | undefined
    const swarm = createSwarm({ pieces: 1 })
    swarm.add('seeder', { has: 'all' })
    const member = swarm.add('a', {
      knows: ['seeder'],
      through: (store) => {
        disk = heldStore(store)
        return disk.store
      },
    })
    swarm.start()
    await swarm.until(() => member.torrent.progress.downloaded >= swarm.data.length)
    let resolved = false
    const stopped = member.torrent.stop().then(() => {
      resolved = true
    })
    await swarm.pass(10_000)
    expect(resolved).toBe(false)
    disk?.release()
    await swarm.settled(stopped)
    await swarm.stop()
  })

  test('takes no longer than the closing timer when a peer does not read', async () => {
    const swarm = createSwarm({ encryption: 'none' })
    listenRaw(swarm, 'deaf', { greets: [{ name: 'have_all' }], hears: (_, self) => self.connection.pause() })
    const member = swarm.add('a', { knows: ['deaf'] })
    swarm.start()
    await swarm.until(() => member.torrent.peers.some(({ state }) => state === 'open'))
    const before = swarm.clock.now()
    await swarm.stop()
    expect(swarm.clock.now() - before).toBeLessThanOrEqual(delays.closingMs)
  })
})

describe('a listener may act on what it hears:', () => {
  test('pause on progress, in the tick that dials, leaves no peer behind', async () => {
    const swarm = createSwarm({ latencyMs: 20 })
    const { torrent } = swarm.add('a', { knows: ['seeder'] })
    swarm.start()
    await swarm.pass(500)
    // Nobody answered the first dial; by the tick that redials somebody does.
    swarm.add('seeder', { has: 'all' }).torrent.start()
    torrent.on('progress', () => {
      if (swarm.clock.now() >= 1_000) torrent.pause()
    })
    await swarm.pass(1_000)
    expect(torrent.actor.getSnapshot().value.life).toBe('paused')
    expect(torrent.peers).toEqual([])
    await swarm.stop()
  })

  test('stop on done', async () => {
    const swarm = createSwarm({ latencyMs: 20 })
    swarm.add('seeder', { has: 'all' })
    const { torrent } = swarm.add('a', { knows: ['seeder'] })
    const stopped = new Promise<void>((resolve, reject) => {
      torrent.on('done', () => void torrent.stop().then(resolve, reject))
    })
    swarm.start()
    await swarm.settled(stopped)
    await swarm.stop()
    expect(swarm.clock.pending).toBe(0)
  })

  test('pause and resume in one breath, while the port is still being bound', async () => {
    const swarm = createSwarm()
    const member = swarm.add('a')
    member.torrent.on('verified', () => {
      member.torrent.pause()
      member.torrent.resume()
    })
    swarm.start()
    await swarm.pass(2_000)
    expect(member.state).toBe('downloading')
    await swarm.stop()
  })
})

describe('time that passed before the first tick', () => {
  test('does not count as waiting for a block: a peer met after a long pause is not snubbed', async () => {
    const swarm = createSwarm({ ...slowLink, pieces: 32 })
    swarm.add('seeder', { has: 'all', knows: ['a'] })
    const member = swarm.add('a')
    await swarm.pass(120_000)
    swarm.start()
    let snubbed = 0
    await swarm.until(() => {
      for (const peer of peersOf(member.torrent)) {
        if (peer.getSnapshot().value.requests === 'snubbed') snubbed++
      }
      return member.torrent.progress.pieces === 2
    })
    expect(snubbed).toBe(0)
    await swarm.stop()
  })
})
