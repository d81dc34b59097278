import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { digest, type Fixture, hundredsOfFiles, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { startTransmission } from './transmission.ts'
import { untilTestEnds } from './until-test-ends.ts'

let single: Fixture
let hundreds: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  single = await singleFile(join(work, 'single'), 8 * 1024 * 1024)
  hundreds = await hundredsOfFiles(join(work, 'hundreds'))
  return folder.remove
})

const magnetOf = ({ infoHash }: Fixture, ...peers: readonly string[]): string =>
  `magnet:?xt=urn:btih:${infoHash}${peers.map((peer) => `&x.pe=${peer}`).join('')}`

const content = ({ dir, name }: Pick<Fixture, 'dir' | 'name'>) => digest(join(dir, name))

describe.each([
  ['one file', () => single],
  ['metadata of several pieces', () => hundreds],
])('a magnet link: %s', (shape, pick) => {
  test('is downloaded from libtorrent over one connection, and a second run finds all of it on disk', async () => {
    const fixture = pick()
    const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir))
    const out = join(work, `from libtorrent, ${shape}`)
    const run = untilTestEnds(startPeerchart('download', magnetOf(fixture, seeder.address), '--out', out))
    const { bytes, path } = await run.waitFor('done')
    await succeeded(run)
    const { name, size, pieces } = fixture
    expect(run.all('metadata')).toMatchObject([{ name, pieces, bytes: size }])
    expect([bytes, path]).toEqual([size, join(out, name)])
    expect(await content({ dir: out, name })).toEqual(await content(fixture))
    expect(run.all('peer').filter(({ state }) => state === 'connecting')).toHaveLength(1)

    const again = untilTestEnds(startPeerchart('download', magnetOf(fixture), '--out', out, '--peer', seeder.address))
    expect(await again.waitFor('done')).toMatchObject({ downloaded: 0, bytes: size })
    await succeeded(again)
  })

  test('is downloaded from transmission', async () => {
    const fixture = pick()
    const seeder = untilTestEnds(await startTransmission())
    await seeder.seed(fixture.torrent, fixture.dir)
    const out = join(work, `from transmission, ${shape}`)
    const run = untilTestEnds(startPeerchart('download', magnetOf(fixture, seeder.address), '--out', out))
    await run.waitFor('done')
    await succeeded(run)
    expect(await content({ dir: out, name: fixture.name })).toEqual(await content(fixture))
  })

  test('that libtorrent is given is served by peerchart, metadata and data', async () => {
    const fixture = pick()
    const run = untilTestEnds(startPeerchart('seed', fixture.torrent, '--data', fixture.dir, '--listen', '0'))
    const peers = [await listeningAddress(run)]
    const out = join(work, `to libtorrent, ${shape}`)
    const leech = untilTestEnds(await leechWithLibtorrent(magnetOf(fixture), out, { peers }))
    await leech.process.waitFor('flushed')
    expect(await content({ dir: out, name: fixture.name })).toEqual(await content(fixture))
    expect(await run.stop('SIGINT')).toEqual({ code: 130, signal: null })
  })
})

test('a peerchart that began with a magnet link serves it to a libtorrent that did so too', async () => {
  const fixture = hundreds
  const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir))
  const args = ['--out', join(work, 'between'), '--seed', '--listen', '0']
  const run = untilTestEnds(startPeerchart('download', magnetOf(fixture, seeder.address), ...args))
  await run.waitFor('done')
  await seeder.stop()
  const peers = [await listeningAddress(run)]
  const out = join(work, 'from between')
  const leech = untilTestEnds(await leechWithLibtorrent(magnetOf(fixture), out, { peers }))
  await leech.process.waitFor('flushed')
  expect(await content({ dir: out, name: fixture.name })).toEqual(await content(fixture))
  expect(await run.stop('SIGINT')).toEqual({ code: 130, signal: null })
})

test.each([
  ['as soon as the metadata has come', 0],
  ['with some of the data there', 1 / 3],
])('after a SIGKILL %s a second run ends with the right bytes, and fetches no piece again', async (when, share) => {
  const fixture = single
  // 8 MiB take some four seconds, so that the kill falls in the middle.
  const uploadLimit = 2 * 1024 * 1024
  const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { uploadLimit }))
  const out = join(work, `killed ${when}`)
  const args = [magnetOf(fixture, seeder.address), '--out', out]

  const first = untilTestEnds(startPeerchart('download', ...args))
  await first.waitFor('metadata')
  await first.waitFor('progress', ({ pieces }) => pieces >= fixture.pieces * share)
  expect(await first.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
  const reported = first.all('progress').at(-1)?.pieces ?? 0
  expect(reported).toBeGreaterThanOrEqual(fixture.pieces * share)
  expect(reported).toBeLessThan(fixture.pieces)

  const second = untilTestEnds(startPeerchart('download', ...args))
  await second.waitFor('metadata')
  const { pieces } = await second.waitFor('verified')
  expect(pieces).toBeGreaterThanOrEqual(reported)
  const { bytes, downloaded } = await second.waitFor('done')
  await succeeded(second)
  expect(downloaded).toBeLessThanOrEqual((fixture.pieces - pieces) * fixture.pieceLength)
  expect(bytes).toBe(fixture.size)
  expect(await content({ dir: out, name: fixture.name })).toEqual(await content(fixture))
})
