import { describe, expect, test } from 'vitest'
import { createBandwidth } from '../../transport/bandwidth/bandwidth.ts'
import { addressOf, createSwarm, type Member, type Swarm } from './swarm.ts'

const mebibyte = 1024 * 1024
const hosts = ['b', 'c', 'd', 'e'] as const

const isNear = (value: number, wanted: number, share = 0.05): void =>
  expect(Math.abs(value / wanted - 1), `${value}, not ${wanted}`).toBeLessThan(share)

const aSwarm = (pieces = 56): Swarm => createSwarm({ pieces, blocksPerPiece: 16, latencyMs: 20 })
const downloadedBy = ({ torrent }: Member): number => torrent.progress.downloaded
const uploadedBy = ({ torrent }: Member): number => torrent.progress.uploaded
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)

/** What each number grows by in five seconds, in MiB a second. */
async function ratesOf(swarm: Swarm, numbers: () => readonly number[]): Promise<readonly number[]> {
  const before = numbers()
  await swarm.pass(5_000)
  return numbers().map((number, i) => (number - (before[i] ?? 0)) / 5 / mebibyte)
}

describe('a limit down', () => {
  test('is kept to within 5 % from the first block on, in equal shares, and the remotes send no more either', async () => {
    const swarm = aSwarm()
    const seeders = hosts.map((host) => swarm.add(host, { has: 'all' }))
    const leecher = swarm.add('a', { knows: hosts, downloadLimit: 2 * mebibyte })
    swarm.start()
    await swarm.until(() => downloadedBy(leecher) > 0)
    const rates = await ratesOf(swarm, () => [downloadedBy(leecher), ...seeders.map(uploadedBy)])
    isNear(rates[0] ?? 0, 2)
    isNear(sumOf(rates.slice(1)), 2)
    for (const rate of rates.slice(1)) isNear(rate, 0.5, 0.1)
    await swarm.stop()
  })

  test('changes at run time, and is lifted', async () => {
    const swarm = aSwarm(32)
    swarm.add('b', { has: 'all' })
    const leecher = swarm.add('a', { knows: ['b'], downloadLimit: mebibyte / 4 })
    swarm.start()
    await swarm.until(() => downloadedBy(leecher) > 0)
    isNear((await ratesOf(swarm, () => [downloadedBy(leecher)]))[0] ?? 0, 0.25)
    leecher.torrent.setLimits({ down: mebibyte / 2 })
    isNear((await ratesOf(swarm, () => [downloadedBy(leecher)]))[0] ?? 0, 0.5)
    leecher.torrent.setLimits({ down: undefined })
    await swarm.until(() => leecher.state === 'seeding', 3_000)
    await swarm.stop()
  })

  test('that starves the peers makes none of them late or silent', async () => {
    const swarm = aSwarm(2)
    for (const host of hosts) swarm.add(host, { has: 'all' })
    const leecher = swarm.add('a', { knows: hosts, downloadLimit: 1024 })
    swarm.start()
    await swarm.pass(400_000)
    expect(leecher.torrent.peers.map(({ state }) => state)).toEqual(['open', 'open', 'open', 'open'])
    isNear(downloadedBy(leecher), 400 * 1024, 0.2)
    expect(sumOf(leecher.torrent.peers.map(({ downloaded }) => downloaded))).toBe(downloadedBy(leecher))
    await swarm.stop()
  })
})

describe('a limit up', () => {
  test('is kept to within 5 %, in equal shares', async () => {
    const swarm = aSwarm()
    const seeder = swarm.add('a', { has: 'all', uploadLimit: mebibyte })
    const leechers = hosts.map((host) => swarm.add(host, { knows: ['a'] }))
    swarm.start()
    await swarm.until(() => leechers.every((leecher) => downloadedBy(leecher) > 0))
    const rates = await ratesOf(swarm, () => [uploadedBy(seeder), ...leechers.map(downloadedBy)])
    isNear(rates[0] ?? 0, 1)
    isNear(sumOf(rates.slice(1)), 1)
    for (const rate of rates.slice(1)) isNear(rate, 0.25, 0.1)
    await swarm.stop()
  })
})

test('torrents that share a bandwidth share its limits', async () => {
  const swarm = aSwarm()
  for (const host of ['s', 't']) swarm.add(host, { has: 'all' })
  const bandwidth = createBandwidth({ clock: swarm.clock, down: mebibyte })
  const leechers = [
    swarm.add('a', { knows: ['s', 't'], listens: false, bandwidth }),
    swarm.add('b', { knows: ['s', 't'], listens: false, bandwidth }),
  ]
  swarm.start()
  await swarm.until(() => leechers.every((leecher) => downloadedBy(leecher) > 0))
  const rates = await ratesOf(swarm, () => leechers.map(downloadedBy))
  for (const rate of rates) isNear(rate, 0.5, 0.1)
  isNear(sumOf(rates), 1)
  bandwidth.setLimits({ down: 2 * mebibyte })
  isNear(sumOf(await ratesOf(swarm, () => leechers.map(downloadedBy))), 2)
  await swarm.stop()
})

test('one peer can be limited beside the others', async () => {
  const swarm = aSwarm()
  const seeders = ['b', 'c'].map((host) => swarm.add(host, { has: 'all' }))
  const leecher = swarm.add('a', { knows: ['b', 'c'], downloadLimit: mebibyte })
  swarm.start()
  await swarm.until(() => leecher.torrent.progress.peers === 2)
  leecher.torrent.setPeerLimits(addressOf('b'), { down: mebibyte / 8 })
  await swarm.pass(1_000)
  const rates = await ratesOf(swarm, () => seeders.map(uploadedBy))
  isNear(rates[0] ?? 0, 1 / 8, 0.06)
  isNear(rates[1] ?? 0, 7 / 8, 0.06)
  expect(() => leecher.torrent.setPeerLimits(addressOf('b'), { down: 0 })).toThrow(RangeError)
  expect(() => leecher.torrent.setPeerLimits(addressOf('z'), { down: 1 })).toThrow(/z:6881/)
  await swarm.stop()
})

test.each([0, -1, Number.NaN])('a torrent has no limit of %d', async (limit) => {
  const swarm = aSwarm(1)
  expect(() => swarm.add('a', { downloadLimit: limit })).toThrow(/limit down/)
  expect(() => swarm.add('a', { uploadLimit: limit })).toThrow(/limit up/)
  const { torrent } = swarm.add('b')
  expect(() => torrent.setLimits({ up: limit })).toThrow(RangeError)
})
