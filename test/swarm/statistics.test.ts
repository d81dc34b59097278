import { expect, test } from 'vitest'
import { createSession } from '../../actors/session.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { lyingStore } from '../../testing/stores.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { addressOf, createSwarm } from './swarm.ts'

test.each([1, 2])('in a swarm with a liar what was downloaded adds up, to the byte (seed %i)', async (seed) => {
  const swarm = createSwarm({ seed, pieces: 6, latencyMs: 20, bytesPerSecond: 400_000 })
  swarm.add('liar', { has: 'all', through: lyingStore })
  swarm.add('seeder', { has: 'all' })
  const leechers = ['a', 'b'].map((host) => swarm.add(host, { knows: ['liar', 'seeder', 'a', 'b'] }))
  swarm.start()
  for (const { torrent } of leechers) await swarm.settled(torrent.done)
  for (const { torrent, emittedOf } of leechers) {
    const { corrupt, downloaded, wasted } = torrent.progress
    expect(downloaded).toBe(swarm.data.length + corrupt + wasted)
    expect(corrupt > 0).toBe(emittedOf('corrupt').length > 0)
    expect([torrent.left, torrent.pieces?.isAll]).toEqual([0, true])
  }
  expect(leechers.some(({ torrent }) => torrent.progress.corrupt > 0)).toBe(true)
  await swarm.stop()
})

test("the numbers of a session are the sums of its torrents', those that were removed included", async () => {
  const swarm = createSwarm({ latencyMs: 5 })
  const random = seededRandom(5)
  const { clock, metainfo } = swarm
  const session = createSession({
    transport: swarm.network.transport('session'),
    listen: addressOf('session'),
    clock,
    random,
    randomBytes: randomBytesFrom(random),
  })
  expect(session.listening).toEqual([])
  const other = { ...metainfo, infoHash: new Uint8Array(20).fill(1) }
  const torrents = [metainfo, other].map((one) => session.add({ metainfo: one, store: openMemoryStore(one) }))
  session.start()
  swarm.add('seeder', { has: 'all' })
  swarm.add('leecher', { knows: ['session'] })
  swarm.start()
  for (const torrent of torrents) torrent.start()
  torrents[0]?.addPeer(addressOf('seeder'))
  await swarm.until(() => (torrents[0]?.progress.uploaded ?? 0) === swarm.data.length)
  const listening = [{ transport: 'memory', address: addressOf('session') }]
  expect([session.listening, torrents[0]?.listening]).toEqual([listening, listening])
  const sum = {
    downloaded: swarm.data.length,
    downloadedFromWebSeeds: 0,
    uploaded: swarm.data.length,
    wasted: 0,
    corrupt: 0,
  }
  expect(session.statistics).toMatchObject(sum)
  expect(session.statistics.rateDown).toBe(torrents.reduce((rate, { progress }) => rate + progress.rateDown, 0))
  for (const torrent of session.torrents) {
    await swarm.settled(session.remove(torrent))
    expect(session.statistics).toMatchObject(sum)
  }
  expect(session.statistics).toEqual({ ...sum, rateDown: 0, rateUp: 0 })
  await swarm.settled(session.stop())
  expect([session.listening, session.statistics.downloaded]).toEqual([[], swarm.data.length])
  await swarm.stop()
})
