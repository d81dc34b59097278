import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createTorrent,
  type EncryptionPolicy,
  openFileStore,
  parseAddress,
  readMetainfo,
  type Torrent,
  utpTransport,
} from '../../index.ts'
import { EndOfConnection } from '../../testing/transport/end-of-connection.ts'
import { ownAddress } from './addresses.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { type LibtorrentOptions, leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startPeerchart } from './peerchart.ts'
import { startTracker } from './tracker.ts'
import { startTransmission } from './transmission.ts'
import { untilTestEnds } from './until-test-ends.ts'

let work: string
let fixture: Fixture
let small: Fixture

beforeAll(async () => {
  const folder = await temporaryFolder()
  work = folder.path
  fixture = await singleFile(join(work, 'single'), 32 * 1024 * 1024)
  small = await singleFile(join(work, 'small'), 4 * 1024 * 1024)
  return folder.remove
})

/** A torrent of ours over uTP alone, and where it accepts. */
async function ours(
  { torrent, dir }: Fixture,
  out: string | undefined,
  encryption: EncryptionPolicy,
  host = '127.0.0.1',
) {
  const metainfo = await readMetainfo(await readFile(torrent))
  const store = await openFileStore(metainfo, out ?? dir, out === undefined ? { readOnly: true } : {})
  const running = untilTestEnds(
    createTorrent({
      metainfo,
      store,
      encryption,
      transport: utpTransport(),
      listen: { host, port: 0 },
    }),
  )
  const listening = new Promise<string>((resolve) => {
    running.on('listening', ({ address }) => resolve(`${address.host}:${address.port}`))
  })
  running.start()
  return { torrent: running, address: await listening }
}

/** The connections that a torrent has, or had: whose dial it was, over what, and with which client. */
function connectionsOf(torrent: Torrent): readonly string[] {
  const met: string[] = []
  torrent.on('peer', ({ peer }) => {
    if (peer.state === 'open') met.push(`${peer.direction} over ${peer.transport}: ${peer.client.split(' ')[0]}`)
  })
  return met
}

/** By one dial, or two: Transmission that has all, and whose connection we have closed, may dial once more before it is asked. */
function transmissionAloneDialled(met: readonly string[]): void {
  const dial = 'in over utp: Transmission'
  expect([[dial], [dial, dial]]).toContainEqual(met)
}

const isWhole = async ({ name, dir }: Fixture, out: string): Promise<void> =>
  expect(await digest(join(out, name))).toEqual(await digest(join(dir, name)))

const ways: { how: string; policy: EncryptionPolicy; theirs: LibtorrentOptions; seen: string }[] = [
  { how: 'in plaintext', policy: 'none', theirs: { encryption: 'disabled' }, seen: 'none' },
  { how: 'over RC4', policy: 'required', theirs: { encryption: 'forced', cipher: 'rc4' }, seen: 'rc4' },
]

describe.each(ways)('with libtorrent, over uTP $how,', ({ how, policy, theirs, seen }) => {
  test('a torrent is downloaded from it, which we dial', async () => {
    const seeder = untilTestEnds(
      await seedWithLibtorrent(fixture.torrent, fixture.dir, { ...theirs, transport: 'utp' }),
    )
    const out = join(work, `down ${how}`)
    const { torrent, address } = await ours(fixture, out, policy)
    torrent.addPeer(parseAddress(seeder.address))
    await torrent.done
    await isWhole(fixture, out)
    // It knows us by the port where we listen.
    expect(await seeder.peers()).toMatchObject([{ address, transport: 'utp', encryption: seen, direction: 'in' }])
  })

  test('a torrent is downloaded from it, which dials us', async () => {
    const out = join(work, `down in ${how}`)
    const { torrent, address } = await ours(fixture, out, policy)
    const options = { ...theirs, transport: 'utp', peers: [address] } as const
    const seeder = untilTestEnds(await seedWithLibtorrent(fixture.torrent, fixture.dir, options))
    await torrent.done
    await isWhole(fixture, out)
    expect(await seeder.peers()).toMatchObject([{ address, transport: 'utp', encryption: seen, direction: 'out' }])
  })

  test('a torrent is seeded to it, which dials us', async () => {
    const { address } = await ours(fixture, undefined, policy)
    const out = join(work, `up in ${how}`)
    const options = { ...theirs, transport: 'utp', peers: [address] } as const
    const leech = untilTestEnds(await leechWithLibtorrent(fixture.torrent, out, options))
    await leech.process.waitFor('flushed')
    await isWhole(fixture, out)
    expect(leech.process.all('corrupt')).toEqual([])
    expect(await leech.peers()).toMatchObject([{ address, transport: 'utp', encryption: seen, direction: 'out' }])
  })

  test('a torrent is seeded to it, which we dial', async () => {
    const out = join(work, `up ${how}`)
    const leech = untilTestEnds(await leechWithLibtorrent(fixture.torrent, out, { ...theirs, transport: 'utp' }))
    const { torrent } = await ours(fixture, undefined, policy)
    torrent.addPeer(parseAddress(leech.address))
    await leech.process.waitFor('flushed')
    await isWhole(fixture, out)
    expect(await leech.peers()).toMatchObject([{ transport: 'utp', encryption: seen, direction: 'in' }])
  })
})

describe('with transmission, over uTP,', () => {
  test('a torrent is downloaded from it', async () => {
    const seeder = untilTestEnds(await startTransmission({ utp: true }))
    await seeder.seed(fixture.torrent, fixture.dir)
    const out = join(work, 'down transmission')
    const { torrent } = await ours(fixture, out, 'preferred')
    torrent.addPeer(parseAddress(seeder.address))
    await torrent.done
    await isWhole(fixture, out)
  })

  test('a torrent is seeded to it', async () => {
    const leech = untilTestEnds(await startTransmission({ utp: true }))
    const out = join(work, 'up transmission')
    await leech.leech(fixture.torrent, out)
    const { torrent } = await ours(fixture, undefined, 'preferred')
    torrent.addPeer(parseAddress(leech.address))
    await leech.complete()
    await leech.stop()
    await isWhole(fixture, out)
  })

  // Whom a tracker names it dials by uTP first.
  test('a torrent is downloaded from it, which dials us', async () => {
    const out = join(work, 'down in transmission')
    const { torrent, address } = await ours(small, out, 'preferred', ownAddress())
    const met = connectionsOf(torrent)
    const tracker = untilTestEnds(await startTracker([address]))
    const seeder = untilTestEnds(await startTransmission({ utp: true, host: ownAddress() }))
    await seeder.seed(small.torrent, small.dir, tracker.announceUrl)
    await torrent.done
    await isWhole(small, out)
    transmissionAloneDialled(met)
  })

  test('a torrent is seeded to it, which dials us', async () => {
    const { torrent, address } = await ours(small, undefined, 'preferred', ownAddress())
    const met = connectionsOf(torrent)
    const tracker = untilTestEnds(await startTracker([address]))
    const leech = untilTestEnds(await startTransmission({ utp: true, host: ownAddress() }))
    const out = join(work, 'up in transmission')
    await leech.leech(small.torrent, out, tracker.announceUrl)
    await leech.complete()
    transmissionAloneDialled(met)
    await leech.stop()
    await isWhole(small, out)
  })
})

test('who speaks uTP with the command line is told the end by it, though its process is gone at once', async () => {
  const args = ['--data', small.dir, '--host', '127.0.0.1', '--listen', '0', '--transport', 'utp']
  const run = untilTestEnds(startPeerchart('seed', small.torrent, ...args))
  const { host, port } = await run.waitFor('listening', ({ transport }) => transport === 'utp')
  const end = new EndOfConnection(utpTransport().dial({ host, port }))
  end.open()
  await expect.poll(() => end.isOpen, { timeout: 10_000 }).toBe(true)
  expect(await run.stop('SIGINT')).toEqual({ code: 130, signal: null })
  await expect.poll(() => end.ended?.code).toBe('end')
})
