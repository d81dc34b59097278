import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createTorrent,
  type EncryptionPolicy,
  openFileStore,
  parseAddress,
  readMetainfo,
  utpTransport,
} from '../../index.ts'
import { digest, type Fixture, singleFile, temporaryFolder } from './fixtures.ts'
import { type LibtorrentOptions, leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startTransmission } from './transmission.ts'
import { startUdpRelay } from './udp-relay.ts'
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

/** A torrent of ours over uTP on 127.0.0.1, and where it accepts. */
async function ours({ torrent, dir }: Fixture, out: string | undefined, encryption: EncryptionPolicy) {
  const metainfo = await readMetainfo(await readFile(torrent))
  const store = await openFileStore(metainfo, out ?? dir, out === undefined ? { readOnly: true } : {})
  const running = untilTestEnds(
    createTorrent({
      metainfo,
      store,
      encryption,
      transport: utpTransport(),
      listen: { host: '127.0.0.1', port: 0 },
    }),
  )
  const listening = new Promise<string>((resolve) => {
    running.on('listening', ({ address }) => resolve(`${address.host}:${address.port}`))
  })
  running.start()
  return { torrent: running, address: await listening }
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
})

describe('over a line with 2 % loss, 50 ms, reordering, duplication and a rate,', () => {
  const path = {
    latencyMs: 25,
    jitterMs: 5,
    lossRate: 0.02,
    duplicateRate: 0.01,
    reorderRate: 0.01,
    bytesPerSecond: 4e6,
    queueBytes: 400_000,
  }

  test('a torrent is downloaded from libtorrent', async () => {
    const seeder = untilTestEnds(await seedWithLibtorrent(small.torrent, small.dir, { transport: 'utp' }))
    const relay = untilTestEnds(await startUdpRelay(parseAddress(seeder.address).port, path, 1))
    const out = join(work, 'down relay')
    const { torrent } = await ours(small, out, 'preferred')
    torrent.addPeer(parseAddress(relay.address))
    await torrent.done
    await isWhole(small, out)
    expect(relay.counts.brought).toBeGreaterThan(3000)
  })

  test('a torrent is seeded to libtorrent', async () => {
    const { address } = await ours(small, undefined, 'preferred')
    const relay = untilTestEnds(await startUdpRelay(parseAddress(address).port, path, 2))
    const out = join(work, 'up relay')
    const options = { transport: 'utp', peers: [relay.address] } as const
    const leech = untilTestEnds(await leechWithLibtorrent(small.torrent, out, options))
    await leech.process.waitFor('flushed')
    await isWhole(small, out)
  })
})
