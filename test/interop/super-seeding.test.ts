import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Address, createTorrent, formatAddress, openFileStore, parseAddress, parseMetainfo } from '../../index.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { type Libtorrent, leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, type Peerchart, startPeerchart } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** Super-seeding (BEP 16) between us and libtorrent, on loopback, in real time. */

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'file'), 16 * 1024 * 1024)
  return folder.remove
})

/** In bytes a second: some seconds for the file, so that a leecher trades while it still has something to get. */
const downloadLimit = 4 * 1024 * 1024

/** What a super-seeder may send of the torrent until others are complete, in copies of it. */
const copiesMax = 1.5

const copies = (bytes: number): number => bytes / fixture.size

const uploadedBy = (seeder: Peerchart): number => Math.max(0, ...seeder.all('progress').map(({ uploaded }) => uploaded))

/** Payload that a leecher says it had of an address. */
async function receivedFrom(leecher: Libtorrent, seeder: string): Promise<number> {
  const peers = await leecher.peers()
  return peers.filter(({ address }) => address === seeder).reduce((sum, { downloaded }) => sum + downloaded, 0)
}

async function expectWhole(out: string): Promise<void> {
  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
}

describe('peerchart seed --super-seed', () => {
  test('completes three libtorrent leechers that trade with at most 1.5 copies, and ends the mode then', {
    timeout: 60_000,
  }, async () => {
    const args = ['--data', fixture.dir, '--host', '127.0.0.1', '--listen', '0', '--super-seed']
    const seeder = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
    const address = await listeningAddress(seeder)
    expect(await seeder.waitFor('super_seeding')).toMatchObject({ active: true })

    const outs = [0, 1, 2].map((i) => join(work, `trader ${i}`))
    const leechers: Libtorrent[] = []
    for (const out of outs) {
      const peers = [address, ...leechers.map((other) => other.address)]
      leechers.push(untilTestEnds(await leechWithLibtorrent(fixture.torrent, out, { peers, downloadLimit })))
    }
    await Promise.all(leechers.map(({ process }) => process.waitFor('flushed')))
    for (const out of outs) await expectWhole(out)

    const received = await Promise.all(leechers.map((leecher) => receivedFrom(leecher, address)))
    const total = received.reduce((sum, bytes) => sum + bytes)
    await seeder.waitFor('progress', ({ uploaded }) => uploaded >= total)
    const end = await seeder.waitFor('super_seeding', ({ active }) => !active)
    expect(end.because).toBe('seeder')
    console.log(
      `sent ${copies(uploadedBy(seeder)).toFixed(3)} copies;`,
      `by leecher ${received.map((bytes) => copies(bytes).toFixed(3)).join(', ')}`,
    )
    expect(copies(uploadedBy(seeder))).toBeLessThanOrEqual(copiesMax)
    expect(copies(total)).toBeLessThanOrEqual(copiesMax)
    // Nobody else had anything at first, so each had a part of the one copy, and the rest of the others.
    expect(copies(uploadedBy(seeder))).toBeGreaterThanOrEqual(1)
    for (const bytes of received) expect(copies(bytes)).toBeLessThan(0.9)
  })
})

/** One of ours that downloads into `out`, and what the seeder at `seeder` had shown it with each piece that it got. */
async function leech(out: string, seeder: string, others: readonly Address[] = []) {
  const metainfo = parseMetainfo(await readFile(fixture.torrent))
  const torrent = untilTestEnds(
    createTorrent({
      metainfo,
      store: await openFileStore(metainfo, out),
      listen: { host: '127.0.0.1', port: 0 },
      peers: [parseAddress(seeder), ...others],
      downloadLimit,
    }),
  )
  const shown: number[] = []
  torrent.on('piece', () => {
    shown.push(torrent.peers.find(({ address }) => formatAddress(address) === seeder)?.pieces ?? 0)
  })
  const listening = new Promise<Address>((resolve) => torrent.on('listening', ({ address }) => resolve(address)))
  const done = new Promise<void>((resolve) => torrent.on('done', () => resolve()))
  torrent.start()
  return { torrent, shown, done, address: await listening }
}

describe('a libtorrent super-seeder', () => {
  const seedWhole = async (): Promise<string> => {
    const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { superSeed: true }))
    return seeder.address
  }

  test('completes one of ours alone, that has all it was shown before it is shown more', {
    timeout: 60_000,
  }, async () => {
    const out = join(work, 'alone')
    const { done, shown } = await leech(out, await seedWhole())
    await done
    await expectWhole(out)
    expect(shown).toEqual(shown.map((_, i) => i + 1))
  })

  test('completes two of ours that trade', { timeout: 60_000 }, async () => {
    const outs = [join(work, 'first'), join(work, 'second')] as const
    const seeder = await seedWhole()
    const first = await leech(outs[0], seeder)
    const second = await leech(outs[1], seeder, [first.address])
    await Promise.all([first.done, second.done])
    for (const out of outs) await expectWhole(out)
    for (const { shown, torrent } of [first, second]) {
      expect(shown[0]).toBeLessThan(fixture.pieces / 4)
      expect(torrent.progress.uploaded).toBeGreaterThan(0)
    }
  })
})
