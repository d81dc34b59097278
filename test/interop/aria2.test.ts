import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { leechWithAria2, seedWithAria2 } from './aria2.ts'
import { digest, type Fixture, hundredsOfFiles, manyFiles, singleFile, temporaryFolder } from './fixtures.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { startTracker } from './tracker.ts'
import { untilTestEnds } from './until-test-ends.ts'

// aria2 dials nobody but whom a tracker, PEX or the DHT names; loopback is as good to it as any address.

/** So soon 6 MB have come, both processes started and all pieces hashed: a first block waits for an unchoke, some seconds at most. */
const soonMs = 20_000

let single: Fixture
let many: Fixture
let hundreds: Fixture
let work: string
let outs = 0

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  single = await singleFile(join(work, 'single'), 6 * 1024 * 1024)
  many = await manyFiles(join(work, 'many'))
  hundreds = await hundredsOfFiles(join(work, 'hundreds'))
  return folder.remove
})

const newFolder = (): string => join(work, `out ${++outs}`)
const magnetOf = ({ infoHash }: Fixture, more = ''): string => `magnet:?xt=urn:btih:${infoHash}${more}`
const itsName = expect.stringMatching(/^aria2 1\.\d+\.\d+/)

async function expectWhole(out: string, { dir, name }: Fixture): Promise<void> {
  expect(await digest(join(out, name))).toEqual(await digest(join(dir, name)))
}

/** A peerchart that seeds, and a tracker that names it. */
async function seed({ torrent, dir }: Fixture) {
  const run = untilTestEnds(startPeerchart('seed', torrent, '--data', dir, '--listen', '0'))
  const tracker = untilTestEnds(await startTracker([await listeningAddress(run)]))
  return { run, announceUrl: tracker.announceUrl }
}

describe.each([
  ['a file of 6 MiB', () => single],
  ['many files, empty ones among them,', () => many],
])('%s', (_, pick) => {
  test('is downloaded from aria2 byte for byte', async () => {
    const fixture = pick()
    const seeder = untilTestEnds(await seedWithAria2(fixture.torrent, fixture.dir))
    const out = newFolder()
    const run = untilTestEnds(startPeerchart('download', fixture.torrent, '--out', out, '--peer', seeder.address))
    const done = await run.waitFor('done', undefined, soonMs)
    await succeeded(run)
    await expectWhole(out, fixture)
    expect(done.bytes).toBe(fixture.size)
    const peer = await run.waitFor('peer', ({ state }) => state === 'open')
    expect(peer).toMatchObject({ address: seeder.address, client: itsName })
  })

  test('is downloaded from an aria2 that dials us', async () => {
    const fixture = pick()
    const out = newFolder()
    const run = untilTestEnds(startPeerchart('download', fixture.torrent, '--out', out, '--listen', '0', '--seed'))
    const { announceUrl } = untilTestEnds(await startTracker([await listeningAddress(run)]))
    untilTestEnds(await seedWithAria2(fixture.torrent, fixture.dir, { announceUrl }))
    await run.waitFor('done', undefined, soonMs)
    await expectWhole(out, fixture)
    expect(await run.waitFor('peer', ({ state }) => state === 'open')).toMatchObject({
      direction: 'in',
      client: itsName,
    })
  })

  test('is seeded to an aria2 that dials us, over one connection', async () => {
    const fixture = pick()
    const { run, announceUrl } = await seed(fixture)
    const out = newFolder()
    const leech = untilTestEnds(await leechWithAria2(fixture.torrent, out, { announceUrl }))
    await leech.complete(soonMs)
    await leech.stop()
    await expectWhole(out, fixture)
    const opened = run.all('peer').filter(({ state }) => state === 'open')
    expect(opened).toMatchObject([{ direction: 'in', client: itsName }])
    expect(await run.stop('SIGINT')).toEqual({ code: 130, signal: null })
  })

  test('is seeded to an aria2 that we dial, over one connection', async () => {
    const fixture = pick()
    const out = newFolder()
    const leech = untilTestEnds(await leechWithAria2(fixture.torrent, out))
    const args = ['--data', fixture.dir, '--listen', '0', '--peer', leech.address]
    const run = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
    await leech.complete(soonMs)
    await leech.stop()
    await expectWhole(out, fixture)
    expect(run.all('peer').filter(({ state }) => state === 'open')).toMatchObject([{ client: itsName }])
  })
})

test('a piece that an aria2 has got in mid-connection is downloaded from it while it downloads', async () => {
  const fixture = single
  const { announceUrl } = await seed(fixture)
  const between = untilTestEnds(await leechWithAria2(fixture.torrent, newFolder(), { announceUrl }))
  const out = newFolder()
  const run = untilTestEnds(startPeerchart('download', fixture.torrent, '--out', out, '--peer', between.address))
  await run.waitFor('done', undefined, soonMs)
  await succeeded(run)
  await expectWhole(out, fixture)
  expect(run.all('peer').filter(({ reason = '' }) => reason.startsWith('remote.'))).toEqual([])
})

describe.each([
  ['one file', () => single],
  ['metadata of several pieces', () => hundreds],
])('a magnet link: %s', (_, pick) => {
  test('is downloaded from aria2', async () => {
    const fixture = pick()
    const seeder = untilTestEnds(await seedWithAria2(fixture.torrent, fixture.dir))
    const out = newFolder()
    const run = untilTestEnds(startPeerchart('download', magnetOf(fixture, `&x.pe=${seeder.address}`), '--out', out))
    await run.waitFor('done', undefined, soonMs)
    await succeeded(run)
    await expectWhole(out, fixture)
  })

  test('that aria2 is given is served by peerchart, metadata and data', async () => {
    const fixture = pick()
    const { run, announceUrl } = await seed(fixture)
    const out = newFolder()
    const leech = untilTestEnds(await leechWithAria2(magnetOf(fixture), out, { announceUrl }))
    await leech.complete()
    await leech.stop()
    await expectWhole(out, fixture)
    expect(run.all('peer').filter(({ reason = '' }) => reason.startsWith('remote.'))).toEqual([])
  })
})
