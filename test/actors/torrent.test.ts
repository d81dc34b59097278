import { expect, test } from 'vitest'
import { createTorrent } from '../../actors/torrent.ts'
import { ConnectionLimit } from '../../machines/torrent/connections/connection-limit.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { sampleTorrent } from '../swarm/sample.ts'
import { addressOf, createSwarm } from '../swarm/swarm.ts'
import { brokenBlacklist, uncaughtIn } from '../uncaught.ts'

test('a store whose chunks are not the pieces is refused when the torrent is made', () => {
  const { metainfo } = sampleTorrent()
  const store = { ...openMemoryStore(metainfo), chunkLength: 16_384 }
  expect(() => createTorrent({ metainfo, store })).toThrow(RangeError)
})

test.each([0, 65_536, 1.5, Number.NaN])('an address to dial with port %s is refused', (port) => {
  const { metainfo } = sampleTorrent()
  const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), clock: new SimulatedClock() })
  expect(() => torrent.addPeer({ host: '10.0.0.1', port })).toThrow(`port ${port} is not between 1 and 65535`)
})

test('the info hash it answers is a copy: who changes it harms nobody', () => {
  const { metainfo } = sampleTorrent()
  const torrent = createTorrent({ metainfo, store: openMemoryStore(metainfo), clock: new SimulatedClock() })
  torrent.infoHash.fill(0)
  expect(metainfo.infoHash).not.toEqual(torrent.infoHash)
})

test('progress and peers are as the chart has them, at any time', async () => {
  const swarm = createSwarm()
  const seeder = swarm.add('seeder', { has: 'all' })
  const { torrent } = swarm.add('a')
  expect(torrent.progress).toMatchObject({ pieces: 0, total: 8, peers: 0 })
  swarm.start()
  await swarm.pass(10)
  torrent.addPeer(addressOf('seeder'))
  await swarm.until(() => torrent.progress.pieces === 8)
  expect(torrent.progress).toMatchObject({ pieces: 8, downloaded: swarm.data.length, uploaded: 0 })
  expect(seeder.torrent.progress.uploaded).toBe(swarm.data.length)
  await swarm.stop()
})

test('a subscription ends when it is told to', async () => {
  const swarm = createSwarm()
  const { torrent } = swarm.add('a')
  let heard = 0
  const { unsubscribe } = torrent.on('progress', () => heard++)
  swarm.start()
  await swarm.pass(5_500)
  unsubscribe()
  const before = heard
  await swarm.pass(5_000)
  expect([before > 4, heard]).toEqual([true, before])
  await swarm.stop()
})

test('rates are right within a tenth after ten seconds of a steady transfer', async () => {
  const bytesPerSecond = 200_000
  const swarm = createSwarm({ pieces: 128, bytesPerSecond, latencyMs: 10 })
  const seeder = swarm.add('seeder', { has: 'all' })
  const { torrent } = swarm.add('a', { knows: ['seeder'] })
  swarm.start()
  await swarm.pass(15_000)
  expect(torrent.progress.pieces).toBeLessThan(128)
  for (const rate of [torrent.progress.rateDown, torrent.peers[0]?.rateDown ?? 0, seeder.torrent.progress.rateUp]) {
    expect(Math.abs(rate / bytesPerSecond - 1)).toBeLessThan(0.1)
  }
  await swarm.stop()
})

test('stop closes the store also when the actor has ended by itself', async () => {
  const { metainfo } = sampleTorrent()
  const store = openMemoryStore(metainfo)
  let closed = 0
  const counted: ChunkStore = {
    ...store,
    close(done) {
      closed++
      store.close(done)
    },
  }
  const torrent = createTorrent({ metainfo, store: counted, clock: new SimulatedClock() })
  torrent.actor.stop()
  await torrent.stop()
  expect(closed).toBe(1)
})

test('a defect ends the torrent as an uncaught exception, and its places are free', async () => {
  const defect = new Error('a defect')
  const connections = new ConnectionLimit(1)
  const { metainfo } = sampleTorrent()
  const torrent = createTorrent({
    magnet: { infoHash: metainfo.infoHash },
    openStore: async () => openMemoryStore(metainfo),
    clock: new SimulatedClock(),
    peers: [addressOf('a')],
    blacklist: brokenBlacklist(defect),
    connections,
  })
  expect(await uncaughtIn(() => torrent.start())).toEqual([defect])
  expect(torrent.actor.getSnapshot().status).toBe('error')
  expect(connections.held).toBe(0)
})
