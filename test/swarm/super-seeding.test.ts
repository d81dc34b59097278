import { describe, expect, test } from 'vitest'
import { bencoded, defineExtension } from '../../actors/extensions/extension.ts'
import type { EncryptionPolicy } from '../../machines/peer/vocabulary/facts.ts'
import { stuckMs } from '../../machines/torrent/choking/super-seeding.ts'
import { readOnlyStore } from '../../testing/stores.ts'
import { longDescribe } from '../in-full.ts'
import { peersOf } from '../peers-of.ts'
import { createSwarm, type Member, nobody, type Swarm } from './swarm.ts'

const pieces = 30

/** A swarm on links that show who sends what. */
const slowSwarm = (seed: number, encryption: EncryptionPolicy = 'none'): Swarm =>
  createSwarm({ seed, pieces, blocksPerPiece: 1, latencyMs: 20, bytesPerSecond: 200_000, encryption })

const hostsOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.0.${i + 10}`)

const copiesSent = ({ torrent }: Member, { metainfo }: Swarm): number => torrent.progress.uploaded / metainfo.length

const isDone = ({ emitted }: Member): boolean => emitted.some(({ type }) => type === 'done')

const endOf = (seeder: Member) => seeder.emittedOf('super_seeding').find(({ active }) => !active)

/** What a leecher has been told that a host has. */
const shown = (leecher: Member, host: string): number =>
  leecher.torrent.peers.find(({ address }) => address.host === host)?.pieces ?? 0

/** Whether a leecher has been told that a host uploads alone. */
const uploadsOnly = (leecher: Member, host: string): boolean | undefined =>
  peersOf(leecher.torrent)
    .map((peer) => peer.getSnapshot().context)
    .find(({ link }) => link.address.host === host)?.uploadOnly

longDescribe.each([5, 8])('a super-seeder among %i leechers (BEP 16)', (count) => {
  test('sends little more than one copy until all are complete', async () => {
    const swarm = slowSwarm(1)
    const seeder = swarm.add('10.0.0.1', { has: 'all', superSeed: true })
    const hosts = hostsOf(count)
    const leechers = hosts.map((host, i) => swarm.add(host, { knows: ['10.0.0.1', ...hosts.slice(0, i)] }))
    swarm.start()
    await swarm.until(() => leechers.every(isDone))
    expect(copiesSent(seeder, swarm)).toBeLessThan(1.5)
    for (const leecher of leechers) expect(await leecher.isWhole()).toBe(true)
    await swarm.pass(2_000)
    expect(endOf(seeder)).toMatchObject({ because: 'seeder' })
    await swarm.stop()
  })

  test('sends more as a plain seeder: it is the mode that saves', async () => {
    const swarm = slowSwarm(1)
    const seeder = swarm.add('10.0.0.1', { has: 'all' })
    const hosts = hostsOf(count)
    const leechers = hosts.map((host, i) => swarm.add(host, { knows: ['10.0.0.1', ...hosts.slice(0, i)] }))
    swarm.start()
    await swarm.until(() => leechers.every(isDone))
    expect(copiesSent(seeder, swarm)).toBeGreaterThan(1.5)
    await swarm.stop()
  })
})

describe('a super-seeder', () => {
  test('tells a newcomer of two pieces, none of them in a bitfield, and does not say that it only uploads', async () => {
    const swarm = slowSwarm(1)
    swarm.add('10.0.0.1', { has: 'all', superSeed: true })
    const [a, b] = ['10.0.0.2', '10.0.0.3'].map((host) => swarm.add(host, { knows: ['10.0.0.1'], choker: nobody }))
    swarm.start()
    await swarm.until(() => a !== undefined && b !== undefined && shown(a, '10.0.0.1') > 0 && shown(b, '10.0.0.1') > 0)
    await swarm.pass(1_000)
    for (const leecher of [a, b]) {
      if (!leecher) throw new Error('there is no leecher')
      expect(shown(leecher, '10.0.0.1')).toBe(2)
      expect(uploadsOnly(leecher, '10.0.0.1')).toBe(false)
    }
    await swarm.stop()
  })

  test('that peers pass nothing on of becomes a seeder like others after two minutes, and they complete', async () => {
    const swarm = slowSwarm(1)
    const seeder = swarm.add('10.0.0.1', { has: 'all', superSeed: true, extensions: [] })
    const leechers = ['10.0.0.2', '10.0.0.3'].map((host) =>
      swarm.add(host, { knows: ['10.0.0.1'], listens: false, choker: nobody }),
    )
    swarm.start()
    await swarm.until(() => endOf(seeder) !== undefined, stuckMs + 60_000)
    expect(endOf(seeder)).toMatchObject({ because: 'stuck' })
    await swarm.until(() => leechers.every(isDone))
    expect(seeder.torrent.actor.getSnapshot().value).toMatchObject({
      life: { active: { unchoking: { seeding: 'rotation' } } },
    })
    await swarm.stop()
  })

  test.each(['none', 'required'] as const)(
    'with one leecher alone gives it everything, a piece after the other (encryption %s)',
    async (encryption) => {
      const swarm = slowSwarm(1, encryption)
      const seeder = swarm.add('10.0.0.1', { has: 'all', superSeed: true })
      const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'] })
      swarm.start()
      await swarm.until(() => isDone(leecher))
      expect(copiesSent(seeder, swarm)).toBe(1)
      await swarm.stop()
    },
  )

  test('ends it when asked to, tells everything, and says that it only uploads', async () => {
    const swarm = slowSwarm(1)
    const seeder = swarm.add('10.0.0.1', { has: 'all', superSeed: true })
    const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], choker: nobody })
    const other = swarm.add('10.0.0.3', { knows: ['10.0.0.1'], choker: nobody })
    swarm.start()
    await swarm.until(() => shown(leecher, '10.0.0.1') === 2 && shown(other, '10.0.0.1') === 2)
    seeder.torrent.setSuperSeed(false)
    await swarm.until(() => shown(leecher, '10.0.0.1') === pieces && shown(other, '10.0.0.1') === pieces, 5_000)
    expect(endOf(seeder)).toEqual({ type: 'super_seeding', active: false })
    await swarm.pass(100)
    for (const member of [leecher, other]) expect(uploadsOnly(member, '10.0.0.1')).toBe(true)
    await swarm.stop()
  })

  test('begins on a running torrent: who knows what it has is closed, comes again, and is told less', async () => {
    const swarm = slowSwarm(1)
    const seeder = swarm.add('10.0.0.1', { has: 'all' })
    const leechers = ['10.0.0.2', '10.0.0.3'].map((host) => swarm.add(host, { knows: ['10.0.0.1'] }))
    swarm.start()
    await swarm.until(() => leechers.every((leecher) => shown(leecher, '10.0.0.1') === pieces))
    seeder.torrent.setSuperSeed(true)
    await swarm.pass(500)
    const closed = seeder.emittedOf('peer').filter(({ peer }) => peer.reason === 'local.super_seeding')
    expect(closed).toHaveLength(2)
    await swarm.until(() => leechers.every((leecher) => shown(leecher, '10.0.0.1') > 0), 30_000)
    for (const leecher of leechers) expect(shown(leecher, '10.0.0.1')).toBeLessThan(pieces)
    await swarm.until(() => leechers.every(isDone))
    await swarm.stop()
  })

  test('dials again whom it has closed to begin', async () => {
    const swarm = slowSwarm(1)
    const seeder = swarm.add('10.0.0.1', { has: 'all', knows: ['10.0.0.2', '10.0.0.3'], extensions: [] })
    const leechers = ['10.0.0.2', '10.0.0.3'].map((host) => swarm.add(host, { extensions: [] }))
    swarm.start()
    await swarm.until(() => seeder.torrent.peers.filter(({ state }) => state === 'open').length === 2)
    seeder.torrent.setSuperSeed(true)
    await swarm.until(() => seeder.dialled.length === 4)
    await swarm.until(() => leechers.every(isDone))
    await swarm.stop()
  })

  test('is one again after a pause', async () => {
    const swarm = slowSwarm(1)
    const seeder = swarm.add('10.0.0.1', { has: 'all', superSeed: true })
    const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], choker: nobody })
    swarm.add('10.0.0.3', { knows: ['10.0.0.1'], choker: nobody })
    swarm.start()
    await swarm.until(() => shown(leecher, '10.0.0.1') > 0)
    seeder.torrent.pause()
    await swarm.pass(2_000)
    seeder.torrent.resume()
    await swarm.until(() => shown(leecher, '10.0.0.1') > 0)
    await swarm.pass(500)
    expect(shown(leecher, '10.0.0.1')).toBeLessThanOrEqual(4)
    expect(seeder.torrent.actor.getSnapshot().value).toMatchObject({
      life: { active: { unchoking: { seeding: 'super_seeding' } } },
    })
    await swarm.stop()
  })
})

describe('upload_only (BEP 21)', () => {
  const listening = (said: unknown[]) =>
    defineExtension({
      name: 'pc_listener',
      codec: bencoded,
      start: () => ({ greeted: ({ greeting }) => void said.push(greeting?.uploadOnly) }),
    })

  test('is not said by a super-seeder that dials', async () => {
    const swarm = createSwarm({ pieces: 8, latencyMs: 5, encryption: 'none' })
    const said: unknown[] = []
    const leecher = swarm.add('10.0.0.2', { choker: nobody, extensions: [listening(said)] })
    leecher.torrent.start()
    await swarm.pass(1_000)
    const seeder = swarm.add('10.0.0.1', { has: 'all', superSeed: true, knows: ['10.0.0.2'] })
    seeder.torrent.start()
    await swarm.until(() => said.length > 0)
    await swarm.pass(100)
    expect(said).not.toContain(true)
    await swarm.stop()
  })

  test('is not said by one that has just completed', async () => {
    const swarm = createSwarm({ pieces: 8, latencyMs: 5, encryption: 'none' })
    const said: unknown[] = []
    swarm.add('10.0.0.3', { has: 'all' })
    const becomes = swarm.add('10.0.0.1', { superSeed: true, knows: ['10.0.0.3'] })
    swarm.add('10.0.0.2', { knows: ['10.0.0.1'], choker: nobody, extensions: [listening(said)] })
    swarm.start()
    await swarm.until(() => becomes.emittedOf('done').length > 0)
    await swarm.pass(100)
    expect(said).not.toContain(true)
    await swarm.stop()
  })
})

test('super-seeding that is wished of a torrent that lacks pieces waits until everything is there', async () => {
  const swarm = createSwarm({ pieces: 40, blocksPerPiece: 1, latencyMs: 5, encryption: 'none' })
  const partial = swarm.add('10.0.0.1', { has: [0, 1, 2, 3, 4], through: readOnlyStore })
  const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], choker: nobody })
  swarm.start()
  await swarm.until(() => leecher.torrent.progress.peers === 1)
  partial.torrent.setSuperSeed(true)
  await swarm.pass(30_000)
  expect(partial.emittedOf('super_seeding')).toEqual([])
  expect(leecher.torrent.progress.pieces).toBe(5)
  await swarm.stop()
})
