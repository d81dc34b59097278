import bencode from 'bencode'
import { describe, expect, test } from 'vitest'
import { parseMetainfo } from '../../storage/metainfo.ts'
import { extendedMessage } from '../../testing/remote/extended-messages.ts'
import { createBandwidth } from '../../transport/bandwidth/bandwidth.ts'
import { decodeMetadataMessage, encodeMetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import { dialRaw } from '../hostile/raw-peer.ts'
import { longTest } from '../in-full.ts'
import { hashPieces, patternedBytes } from '../storage/support.ts'
import { speaker } from './speaker.ts'
import { addressOf, createSwarm, type Member, type Swarm } from './swarm.ts'

/** Bytes a second in which limits and rates are counted: of twice as many the same holds, at twice the cost. */
const unit = 512 * 1024
const hosts = ['b', 'c', 'd', 'e'] as const

const isNear = (value: number, wanted: number, share = 0.05): void =>
  expect(Math.abs(value / wanted - 1), `${value}, not ${wanted}`).toBeLessThan(share)

const aSwarm = (pieces = 48): Swarm => createSwarm({ pieces, blocksPerPiece: 16, latencyMs: 20 })
const downloadedBy = ({ torrent }: Member): number => torrent.progress.downloaded
const uploadedBy = ({ torrent }: Member): number => torrent.progress.uploaded
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)

/** What each number grows by in ten seconds, in units. */
async function ratesOf(swarm: Swarm, numbers: () => readonly number[]): Promise<readonly number[]> {
  const before = numbers()
  await swarm.pass(10_000)
  return numbers().map((number, i) => (number - (before[i] ?? 0)) / 10 / unit)
}

/** A torrent whose info dictionary is a bit longer than so many bytes. */
function withLongMetadata(bytes: number, pieces: number) {
  const data = patternedBytes(pieces * 16_384)
  const info = { length: data.length, name: 'song', 'piece length': 16_384, 'x-long': 'x'.repeat(bytes) }
  const metainfo = parseMetainfo(bencode.encode({ info: { ...info, pieces: hashPieces(data, 16_384) } }))
  return { metainfo, data }
}

/** A remote that asks `a` for so many pieces of the metadata as soon as it can, and those that came. */
function askForMetadata(swarm: Swarm, host: string, count: number) {
  const requests = [...Array(count).keys()].map((piece) => encodeMetadataMessage({ type: 'request', piece }))
  const remote = speaker({ m: { ut_metadata: 3 } })
  const raw = dialRaw(swarm, host, 'a', {
    ...remote.script,
    hears(heard, self) {
      remote.script.hears?.(heard, self)
      if (heard.name !== 'extended' || heard.id !== 0) return
      const id = remote.greetings.at(-1)?.m?.ut_metadata ?? 0
      self.say(...requests.map((request) => extendedMessage(id, request)))
    },
  })
  const pieces = () =>
    remote.heard(3).flatMap((payload) => {
      const answer = decodeMetadataMessage(payload)
      return answer?.type === 'data' ? [answer.piece] : []
    })
  return { raw, pieces }
}

describe('a limit down', () => {
  longTest(
    'is kept to within 5 % from the first block on, in equal shares, and the remotes send no more either',
    async () => {
      const swarm = aSwarm()
      const seeders = hosts.map((host) => swarm.add(host, { has: 'all' }))
      const leecher = swarm.add('a', { knows: hosts, downloadLimit: 2 * unit })
      swarm.start()
      await swarm.until(() => downloadedBy(leecher) > 0)
      const rates = await ratesOf(swarm, () => [downloadedBy(leecher), ...seeders.map(uploadedBy)])
      isNear(rates[0] ?? 0, 2)
      isNear(sumOf(rates.slice(1)), 2)
      for (const rate of rates.slice(1)) isNear(rate, 0.5, 0.1)
      await swarm.stop()
    },
  )

  test('changes at run time, and is lifted', async () => {
    const swarm = aSwarm(32)
    swarm.add('b', { has: 'all' })
    const leecher = swarm.add('a', { knows: ['b'], downloadLimit: unit / 4 })
    swarm.start()
    await swarm.until(() => downloadedBy(leecher) > 0)
    isNear((await ratesOf(swarm, () => [downloadedBy(leecher)]))[0] ?? 0, 0.25)
    leecher.torrent.setLimits({ down: unit / 2 })
    isNear((await ratesOf(swarm, () => [downloadedBy(leecher)]))[0] ?? 0, 0.5)
    leecher.torrent.setLimits({ down: undefined })
    await swarm.until(() => leecher.state === 'seeding', 3_000)
    await swarm.stop()
  })

  longTest('that was lifted for a while holds when it is set again', async () => {
    const swarm = createSwarm({ pieces: 128, blocksPerPiece: 16, latencyMs: 20, bytesPerSecond: 2 * unit })
    swarm.add('b', { has: 'all' })
    const leecher = swarm.add('a', { knows: ['b'], downloadLimit: unit / 4 })
    swarm.start()
    await swarm.until(() => downloadedBy(leecher) > 0)
    await swarm.pass(5_000)
    leecher.torrent.setLimits({ down: undefined })
    await swarm.pass(3_000)
    leecher.torrent.setLimits({ down: unit / 4 })
    await swarm.pass(5_000)
    isNear((await ratesOf(swarm, () => [downloadedBy(leecher)]))[0] ?? 0, 0.25)
    await swarm.stop()
  })

  longTest('that starves the peers makes none of them late or silent', async () => {
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
    const seeder = swarm.add('a', { has: 'all', uploadLimit: unit })
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

longTest('metadata, too, goes no faster than a limit up, and leaves half of it to blocks', async () => {
  const swarm = createSwarm({ encryption: 'none', torrent: withLongMetadata(64 * 16_384, 640), latencyMs: 20 })
  const seeder = swarm.add('a', { has: 'all', uploadLimit: 50_000 })
  const leecher = swarm.add('b', { knows: ['a'], listens: false })
  swarm.start()
  await swarm.until(() => downloadedBy(leecher) > 0)
  const before = downloadedBy(leecher)
  const remotes = Array.from({ length: 20 }, (_, i) => askForMetadata(swarm, `c${i}`, 64))
  await swarm.pass(60_000)
  const metadata = sumOf(remotes.map(({ pieces }) => pieces().length)) * 16_384
  isNear(metadata, 30 * 50_000, 0.1)
  isNear(downloadedBy(leecher) - before, 30 * 50_000, 0.1)
  expect(seeder.emittedOf('reputation')).toEqual([])
  await swarm.stop()
})

longTest('a slow peer that asks for all of long metadata at once gets it, in order, and is at no fault', async () => {
  const torrent = withLongMetadata(384 * 16_384, 1)
  const swarm = createSwarm({ encryption: 'none', torrent, latencyMs: 20, bytesPerSecond: 100_000 })
  const seeder = swarm.add('a', { has: 'all' })
  swarm.start()
  const remote = askForMetadata(swarm, 'b', 384)
  await swarm.pass(120_000)
  expect(remote.pieces()).toEqual([...Array(384).keys()])
  expect([remote.raw.end, seeder.emittedOf('reputation')]).toEqual([undefined, []])
  await swarm.stop()
})

longTest('torrents that share a bandwidth share its limits', async () => {
  const swarm = aSwarm()
  for (const host of ['s', 't']) swarm.add(host, { has: 'all' })
  const bandwidth = createBandwidth({ clock: swarm.clock, down: unit })
  const leechers = [
    swarm.add('a', { knows: ['s', 't'], listens: false, bandwidth }),
    swarm.add('b', { knows: ['s', 't'], listens: false, bandwidth }),
  ]
  swarm.start()
  await swarm.until(() => leechers.every((leecher) => downloadedBy(leecher) > 0))
  const rates = await ratesOf(swarm, () => leechers.map(downloadedBy))
  for (const rate of rates) isNear(rate, 0.5, 0.1)
  isNear(sumOf(rates), 1)
  bandwidth.setLimits({ down: 2 * unit })
  isNear(sumOf(await ratesOf(swarm, () => leechers.map(downloadedBy))), 2)
  await swarm.stop()
})

test('one peer can be limited beside the others', async () => {
  const swarm = aSwarm()
  const seeders = ['b', 'c'].map((host) => swarm.add(host, { has: 'all' }))
  const leecher = swarm.add('a', { knows: ['b', 'c'], downloadLimit: unit })
  swarm.start()
  await swarm.until(() => leecher.torrent.progress.peers === 2)
  leecher.torrent.setPeerLimits(addressOf('b'), { down: unit / 8 })
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
