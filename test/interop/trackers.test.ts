import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { startBittorrentTracker } from './bittorrent-tracker.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startOpentracker } from './opentracker.ts'
import { type Peerchart, startPeerchart, succeeded } from './peerchart.ts'
import type { MeetingPoint } from './tracker.ts'
import { startTransmission } from './transmission.ts'
import { untilTestEnds } from './until-test-ends.ts'

let work: string
let fixture: Fixture

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'single'), 2 * 1024 * 1024)
  return folder.remove
})

const servers = {
  opentracker: (host: string) => startOpentracker(host, [fixture.infoHash]),
  'bittorrent-tracker': startBittorrentTracker,
}

const ways = Object.entries(servers).flatMap(([server, start]) =>
  (['http', 'udp'] as const).map((scheme) => ({ way: `${server} over ${scheme}`, scheme, start })),
)

describe.each(ways)('by a tracker: $way,', ({ way, scheme, start }) => {
  const folder = (name: string) => join(work, `${name} ${way}`)
  /** A tracker there, and the URL at which all announce. */
  const trackerAt = async (host: string) => untilTestEnds(await start(host))[scheme]

  test('a torrent is downloaded from a libtorrent that nobody named', async () => {
    const host = '127.0.0.1'
    const url = await trackerAt(host)
    const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, { host, trackers: [url] }))
    await downloads(url, host, folder('from libtorrent'))
    expect(await seeder.peers()).toMatchObject([{ client: expect.stringMatching(/peerchart/i) }])
  })

  test('a libtorrent that knows nobody downloads from us', async () => {
    const host = '127.0.0.1'
    const url = await trackerAt(host)
    await seeds(url, host)
    const out = folder('to libtorrent')
    const leech = untilTestEnds(await leechWithLibtorrent(fixture.torrent, out, { host, trackers: [url] }))
    await leech.process.waitFor('flushed')
    await isWhole(out)
  })

  // Transmission has an address to itself, and a loopback one: it dials none of those that a tracker names, so that we dial. Where it
  // found its own in the answer it would take everybody there for itself.
  test('a torrent is downloaded from a transmission that nobody named', async () => {
    const tracker = untilTestEnds(await start('127.0.0.1'))
    const seeder = untilTestEnds(await startTransmission({ host: '127.0.0.2' }))
    await seeder.seed(fixture.torrent, fixture.dir, tracker[scheme])
    await known(tracker, 'complete')
    await downloads(tracker[scheme], '127.0.0.1', folder('from transmission'))
  })

  test('a transmission that nobody named downloads from us', async () => {
    const tracker = untilTestEnds(await start('127.0.0.1'))
    const out = folder('to transmission')
    const leech = untilTestEnds(await startTransmission({ host: '127.0.0.2' }))
    await leech.leech(fixture.torrent, out, tracker[scheme])
    await known(tracker, 'incomplete')
    await seeds(tracker[scheme], '127.0.0.1')
    await leech.complete()
    await isWhole(out)
  })
})

/** Waits until the tracker says by a scrape (BEP 48) that it knows of one who has all, or lacks data. */
const known = ({ http }: MeetingPoint, whom: 'complete' | 'incomplete'): Promise<void> =>
  vi.waitFor(
    async () => {
      const url = `${http.replace('announce', 'scrape')}?info_hash=${fixture.infoHash.replace(/../g, '%$&')}`
      expect(await (await fetch(url)).text()).toContain(`${whom}i1e`)
    },
    { timeout: 20_000, interval: 200 },
  )

/** The command line downloads all of it, and has asked that tracker. */
async function downloads(url: string, host: string, out: string): Promise<void> {
  const args = ['--out', out, '--host', host, '--tracker', url]
  const run = untilTestEnds(startPeerchart('download', fixture.torrent, ...args))
  await succeeded(run)
  await isWhole(out)
  expect(await run.waitFor('tracker', ({ state }) => state === 'ok')).toMatchObject({ url })
}

/** The command line seeds, and that tracker knows it. */
async function seeds(url: string, host: string): Promise<Peerchart> {
  const args = ['--data', fixture.dir, '--listen', '0', '--host', host, '--tracker', url]
  const run = untilTestEnds(startPeerchart('seed', fixture.torrent, ...args))
  await run.waitFor('tracker', ({ state }) => state === 'ok')
  return run
}

const isWhole = async (out: string): Promise<void> =>
  expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
