import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createTorrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { readMetainfo } from '../../storage/metainfo.ts'
import { parseAddress } from '../../transport/address.ts'
import { createDht } from '../../transport/dht/dht.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'small'), 4 * 1024 * 1024)
  return folder.remove
})

const testMs = 120_000

/** A node on loopback by which the others enter the DHT: it has no torrent. */
async function anEntry() {
  const dht = createDht({ host: '127.0.0.1' })
  untilTestEnds({ stop: () => dht.destroy() })
  const { host, port } = await dht.opened
  return { dht, address: `${host}:${port}` }
}

const magnetOf = ({ infoHash }: Fixture) => `magnet:?xt=urn:btih:${infoHash}`

const content = ({ dir, name }: Pick<Fixture, 'dir' | 'name'>) => digest(join(dir, name))

test("libtorrent's seeder is found by the DHT alone", {
  timeout: testMs,
}, async () => {
  const entry = await anEntry()
  const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { dht: entry.address }))
  await expect.poll(() => entry.dht.nodes.length, { timeout: 30_000 }).toBe(1)
  const out = join(work, 'found by peerchart')
  const args = ['--out', out, '--dht-bootstrap', entry.address, '--timeout', '100']
  const finder = untilTestEnds(startPeerchart('download', magnetOf(fixture), ...args))
  await finder.waitFor('peer', ({ address, state }) => state === 'open' && address === seeder.address, 100_000)
  await finder.waitFor('done', undefined, 20_000)
  await succeeded(finder)
  expect(await content({ dir: out, name: fixture.name })).toEqual(await content(fixture))
})

test('a magnet link that libtorrent is given leads to our seeder by the DHT alone', { timeout: testMs }, async () => {
  const entry = await anEntry()
  const seeding = ['--data', fixture.dir, '--listen', '0', '--dht-bootstrap', entry.address]
  untilTestEnds(startPeerchart('seed', fixture.torrent, ...seeding))
  await expect.poll(() => entry.dht.nodes.length, { timeout: 30_000 }).toBe(1)
  const out = join(work, 'found by libtorrent')
  const finder = untilTestEnds(await leechWithLibtorrent(magnetOf(fixture), out, { dht: entry.address }))
  await finder.process.waitFor('done', undefined, 100_000)
  expect(await content({ dir: out, name: fixture.name })).toEqual(await content(fixture))
})

test('a connection to libtorrent leads our node to its node, without any to enter by', {
  timeout: testMs,
}, async () => {
  const entry = await anEntry()
  const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { dht: entry.address }))
  const { dht } = await anEntry()
  const metainfo = await readMetainfo(await readFile(fixture.torrent))
  const peers = [parseAddress(seeder.address)]
  const torrent = untilTestEnds(createTorrent({ metainfo, store: openMemoryStore(metainfo), dht, peers }))
  torrent.start()
  await torrent.done
  await expect.poll(() => dht.nodes, { timeout: 30_000 }).toContainEqual(parseAddress(seeder.address))
})
