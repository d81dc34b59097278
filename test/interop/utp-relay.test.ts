import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createTorrent, openFileStore, parseAddress, readMetainfo, utpTransport } from '../../index.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startUdpRelay, type UdpRelay } from './udp-relay.ts'

let work: string
let fixture: Fixture

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'single'), 2 * 1024 * 1024)
  return folder.remove
})

/** Each way, so a round trip takes 50 to 60 ms. The rate is one that losses leave out of reach. */
const path = {
  latencyMs: 25,
  jitterMs: 5,
  lossRate: 0.02,
  duplicateRate: 0.01,
  reorderRate: 0.01,
  bytesPerSecond: 4e6,
  queueBytes: 400_000,
}

/** Who sends, and who is sent to; each is stopped at the end of a round. */
type Client = 'ours' | 'libtorrent'

let runs = 0

/** Moves the torrent over a line like `path`, by chance of `seed`, compares it, and tells how long its packets were under way, in seconds. */
async function seconds(from: Client, to: Client, seed: number): Promise<number> {
  const out = join(work, `run ${runs++}`)
  const running: { stop(): Promise<unknown> }[] = []
  const keep = <T extends { stop(): Promise<unknown> }>(one: T): T => {
    running.push(one)
    return one
  }
  try {
    const seeder = keep(await seeding(from))
    const relay = keep(await startUdpRelay(parseAddress(seeder.address).port, path, seed))
    await leeched(to, relay, out, keep)
    expect(await digest(join(out, fixture.name))).toEqual(await digest(join(fixture.dir, fixture.name)))
    return relay.busyMs / 1000
  } finally {
    for (const one of running.reverse()) await one.stop()
  }
}

async function seeding(client: Client) {
  if (client === 'libtorrent') return seedWithLibtorrent(fixture.torrent, fixture.dir, { transport: 'utp' })
  const torrent = await ours()
  const listening = new Promise<string>((resolve) => {
    torrent.on('listening', ({ address }) => resolve(`${address.host}:${address.port}`))
  })
  torrent.start()
  return { address: await listening, stop: () => torrent.stop() }
}

async function leeched(
  client: Client,
  relay: UdpRelay,
  out: string,
  keep: <T extends { stop(): Promise<unknown> }>(one: T) => T,
) {
  if (client === 'libtorrent') {
    const leech = keep(await leechWithLibtorrent(fixture.torrent, out, { transport: 'utp', peers: [relay.address] }))
    await leech.process.waitFor('flushed')
    expect(leech.process.all('corrupt')).toEqual([])
    return
  }
  const torrent = keep(await ours(out))
  torrent.addPeer(parseAddress(relay.address))
  torrent.start()
  await torrent.done
}

async function ours(out?: string) {
  const metainfo = await readMetainfo(await readFile(fixture.torrent))
  const store = await openFileStore(metainfo, out ?? fixture.dir, out === undefined ? { readOnly: true } : {})
  return createTorrent({ metainfo, store, transport: utpTransport(), listen: { host: '127.0.0.1', port: 0 } })
}

test('over a line with 2 % loss, 50 ms, reordering, duplication and a rate a torrent is downloaded from libtorrent and seeded to it, as fast as libtorrent does', {
  timeout: 300_000,
}, async () => {
  const took = { theirs: 0, down: 0, up: 0 }
  // In turns, so that what the machine does meanwhile falls on all.
  for (const seed of [1, 2, 3]) {
    took.theirs += await seconds('libtorrent', 'libtorrent', seed)
    took.down += await seconds('libtorrent', 'ours', seed)
    took.up += await seconds('ours', 'libtorrent', seed)
  }
  // It is libtorrent that sends in both: the same but for chance.
  expect(took.down, JSON.stringify(took)).toBeLessThan(1.25 * took.theirs)
  expect(took.up, JSON.stringify(took)).toBeLessThan(took.theirs)
})
