import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { digest, type Fixture, manyFiles, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, readWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { startTransmission } from './transmission.ts'
import { untilTestEnds } from './until-test-ends.ts'

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await manyFiles(join(work, 'many'))
  return folder.remove
})

const magnet = (...peers: string[]): string =>
  [`magnet:?xt=urn:btih:${fixture.infoHash}`, ...peers.map((peer) => `x.pe=${peer}`)].join('&')

test('a magnet that names a libtorrent peer is downloaded, metadata and data (BEP 9)', async () => {
  const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir))
  const out = join(work, 'from-libtorrent')
  const run = untilTestEnds(startPeerchart('download', magnet(seeder.address), '--out', out))
  await run.waitFor('done')
  await succeeded(run)
  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
})

test('a magnet that names a transmission peer is downloaded, metadata and data (BEP 9)', async () => {
  const seeder = untilTestEnds(await startTransmission())
  await seeder.seed(fixture.torrent, fixture.dir)
  const out = join(work, 'from-transmission')
  const run = untilTestEnds(startPeerchart('download', magnet(seeder.address), '--out', out))
  await run.waitFor('done')
  await succeeded(run)
  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
})

test('libtorrent gets the metadata from a seeding peerchart (BEP 9)', async () => {
  const run = untilTestEnds(startPeerchart('seed', fixture.torrent, '--data', fixture.dir, '--listen', '0'))
  const peers = [await listeningAddress(run)]
  const out = join(work, 'to-libtorrent')
  const leech = untilTestEnds(await leechWithLibtorrent(magnet(), out, { peers }))
  await leech.process.waitFor('done')
  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
})

test('a torrent made by peerchart create is one that libtorrent reads and seeds', async () => {
  await mkdir(join(work, 'created'))
  const torrent = join(work, 'created', 'made.torrent')
  const args = [join(fixture.dir, fixture.name), '--out', torrent, '--piece-length', String(fixture.pieceLength)]
  await succeeded(untilTestEnds(startPeerchart('create', ...args)))
  const { pieces, pieceLength, size, files } = fixture
  expect(await readWithLibtorrent(torrent)).toMatchObject({ pieces, pieceLength, size, files })
  untilTestEnds(await seedWithLibtorrent(torrent, fixture.dir))
})
