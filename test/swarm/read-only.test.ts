import { describe, expect, test } from 'vitest'
import { partingMs } from '../../machines/torrent/connections/close-useless.ts'
import { readOnlyStore } from '../../testing/stores.ts'
import { listenRaw } from '../hostile/raw-peer.ts'
import { speaker } from './speaker.ts'
import { createSwarm } from './swarm.ts'

const kept = [0, 2, 5]

describe('a torrent with some pieces on a read-only store (BEP 21)', () => {
  test.each([
    ['', false],
    [' of a magnet link', true],
  ])('serves them and downloads nothing, whoever is there%s: no request, no failure, no done', async (_, magnet) => {
    const swarm = createSwarm({ latencyMs: 10 })
    swarm.add('seeder', { has: 'all' })
    const partial = swarm.add('partial', { has: kept, knows: ['seeder'], through: readOnlyStore, magnet })
    swarm.start()
    await swarm.until(() => partial.emittedOf('verified').length > 0)
    const leecher = swarm.add('leecher', { knows: ['partial'] })
    leecher.torrent.start()
    await swarm.until(() => leecher.torrent.progress.pieces === kept.length)
    await swarm.pass(300_000)
    expect(partial.state).toBe('partial_seeding')
    expect(partial.torrent.progress).toMatchObject({ pieces: kept.length, downloaded: 0 })
    expect(partial.emittedOf('failed')).toEqual([])
    expect(partial.emittedOf('done')).toEqual([])
    await swarm.stop()
  })

  test('never says that it is interested, and says that it downloads nothing', async () => {
    const swarm = createSwarm({ latencyMs: 10, encryption: 'none' })
    const remote = speaker({ m: {} }, [{ name: 'have_all' }, { name: 'unchoke' }])
    const raw = listenRaw(swarm, 'raw', remote.script)
    swarm.add('partial', { has: kept, knows: ['raw'], through: readOnlyStore })
    swarm.start()
    await swarm.pass(5_000)
    const said = new Set(raw[0]?.heard.map(({ name }) => name))
    expect([said.has('bitfield'), said.has('interested'), said.has('request')]).toEqual([true, false, false])
    expect(remote.greetings.at(-1)).toMatchObject({ uploadOnly: true })
    await swarm.stop()
  })

  test('parts from a seeder as a seeder does, when both had time for PEX, and does not dial it again', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    const seeder = swarm.add('seeder', { has: 'all' })
    const partial = swarm.add('partial', { has: kept, knows: ['seeder'], through: readOnlyStore })
    swarm.start()
    await swarm.pass(partingMs - 5_000)
    expect([seeder.torrent.peers.length, partial.torrent.peers.length]).toEqual([1, 1])
    await swarm.pass(300_000)
    expect([seeder.torrent.peers.length, partial.torrent.peers.length]).toEqual([0, 0])
    expect(partial.dialled).toHaveLength(1)
    await swarm.stop()
  })

  test('explains what is missing by its store, not by its peers', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    swarm.add('seeder', { has: 'all' })
    const { torrent } = swarm.add('partial', { has: kept, knows: ['seeder'], through: readOnlyStore })
    swarm.start()
    await swarm.pass(5_000)
    expect(torrent.explain().download.map(({ code }) => code)).toEqual(['read_only'])
    await swarm.stop()
  })

  test('does not super-seed when told to: that needs everything', async () => {
    const swarm = createSwarm({ latencyMs: 10 })
    const partial = swarm.add('partial', { has: kept, through: readOnlyStore, superSeed: true })
    const leecher = swarm.add('leecher', { knows: ['partial'] })
    swarm.start()
    await swarm.until(() => leecher.torrent.progress.pieces === kept.length)
    expect(partial.state).toBe('partial_seeding')
    expect(partial.emittedOf('super_seeding')).toEqual([])
    await swarm.stop()
  })
})

test('a torrent with everything on a read-only store is a seeder like others', async () => {
  const swarm = createSwarm({ latencyMs: 10 })
  const seeder = swarm.add('seeder', { has: 'all', through: readOnlyStore })
  const leecher = swarm.add('leecher', { knows: ['seeder'] })
  swarm.start()
  await swarm.until(() => leecher.state === 'seeding')
  expect(seeder.state).toBe('seeding')
  expect(seeder.emittedOf('done')).toHaveLength(1)
  await swarm.stop()
})
