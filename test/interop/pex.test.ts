import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { type Libtorrent, leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { listeningAddress, startPeerchart, succeeded } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

let fixture: Fixture
let work: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'small'), 4 * 1024 * 1024)
  return folder.remove
})

/** In bytes a second, at which no test has the time to move 4 MiB. */
const slow = 16_384

/** libtorrent tells a new peer within seconds, as we do, and then once a minute: there is time for a second message. */
const tellingMs = 90_000

const testMs = 150_000

test('clients are found by what libtorrent tells us, at first and a minute later, and have what nobody else could give', {
  timeout: testMs,
}, async () => {
  const hubOptions = { pex: true, downloadLimit: slow }
  const hub = untilTestEnds(await leechWithLibtorrent(fixture.torrent, join(work, 'telling libtorrent'), hubOptions))
  // Without PEX of their own, or they would hear of us and could dial first. They dial the hub, which so learns where they listen.
  const third = { pex: false, peers: [hub.address] }
  const unknown = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { ...third, uploadLimit: slow }))
  await expect.poll(() => hub.peers(), { timeout: 60_000 }).toMatchObject([{ direction: 'in', seed: true }])

  const args = ['--out', join(work, 'told peerchart'), '--peer', hub.address, '--timeout', String(testMs / 1_000)]
  const finder = untilTestEnds(startPeerchart('download', fixture.torrent, ...args))
  const isFound =
    (peer: Libtorrent) =>
    ({ address, state }: { address: string; state: string }) =>
      address === peer.address && state === 'open'
  expect(await finder.waitFor('peer', isFound(unknown), tellingMs)).toMatchObject({
    direction: 'out',
    client: expect.stringMatching(/libtorrent/i),
  })
  const late = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, third))
  await finder.waitFor('peer', isFound(late), tellingMs)
  await finder.waitFor('done', undefined, 20_000)
  await succeeded(finder)
  expect(hub.process.all('progress').at(-1)?.pieces).toBeLessThan(fixture.pieces)
})

test('a third client is found by what we tell libtorrent, and by nothing else', { timeout: testMs }, async () => {
  const third = { pex: false, uploadLimit: slow }
  const unknown = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, third))
  const args = ['--out', join(work, 'telling peerchart'), '--listen', '0', '--peer', unknown.address]
  const hub = untilTestEnds(startPeerchart('download', fixture.torrent, ...args))
  const finderOptions = { pex: true, peers: [await listeningAddress(hub)] }
  const finder = untilTestEnds(await leechWithLibtorrent(fixture.torrent, join(work, 'told libtorrent'), finderOptions))
  await expect
    .poll(() => finder.peers(), { timeout: tellingMs, interval: 1_000 })
    .toContainEqual(expect.objectContaining({ address: unknown.address, direction: 'out' }))
})
