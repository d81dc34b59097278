import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ownAddress } from './addresses.ts'
import { corruptCopy, digest, type Fixture, manyFiles, singleFile, temporaryFolder } from './fixtures.ts'
import { leechWithLibtorrent, seedWithLibtorrent } from './libtorrent.ts'
import { startTracker } from './tracker.ts'
import { startTransmission } from './transmission.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** The other clients among themselves. Where one of these fails, the machine or the harness is at fault, not peerchart. */
describe('the harness', () => {
  let single: Fixture
  let many: Fixture
  let work: string

  beforeAll(async () => {
    const folder = await temporaryFolder()
    work = folder.path
    single = await singleFile(join(work, 'single'))
    many = await manyFiles(join(work, 'many'))
    return folder.remove
  })

  test('libtorrent downloads from transmission and names it', async () => {
    const seeder = untilTestEnds(await startTransmission())
    await seeder.seed(many.torrent, many.dir)
    const out = join(work, 'from-transmission')
    const leech = untilTestEnds(await leechWithLibtorrent(many.torrent, out, { peers: [seeder.address] }))
    await leech.process.waitFor('flushed')
    expect(await digest(join(out, many.name))).toEqual(await digest(join(many.dir, many.name)))
    expect(await leech.peers()).toMatchObject([{ client: expect.stringContaining('Transmission'), direction: 'out' }])
  })

  test('transmission dials what a tracker names and downloads from libtorrent', async () => {
    const host = ownAddress()
    const seeder = untilTestEnds(await seedWithLibtorrent(single.torrent, single.dir, { host }))
    const tracker = untilTestEnds(await startTracker([seeder.address]))
    const leech = untilTestEnds(await startTransmission({ host }))
    const out = join(work, 'by-transmission')
    await leech.leech(single.torrent, out, tracker.announceUrl)
    await leech.complete()
    await leech.stop()
    expect(await digest(join(out, single.name))).toEqual(await digest(join(single.dir, single.name)))
    expect(await seeder.peers()).toMatchObject([{ client: expect.stringContaining('Transmission'), direction: 'in' }])
  })

  test('libtorrent downloads from libtorrent over IPv6 in RC4', async () => {
    const options = { host: '::1', encryption: 'forced', cipher: 'rc4' } as const
    const seeder = untilTestEnds(await seedWithLibtorrent(single.torrent, single.dir, options))
    const out = join(work, 'ipv6')
    const leech = untilTestEnds(await leechWithLibtorrent(single.torrent, out, { ...options, peers: [seeder.address] }))
    await leech.process.waitFor('flushed')
    expect(await digest(join(out, single.name))).toEqual(await digest(join(single.dir, single.name)))
    expect(await leech.peers()).toMatchObject([{ address: seeder.address, encryption: 'rc4', transport: 'tcp' }])
  })

  test('a corrupt seeder serves wrong bytes, and libtorrent notices', async () => {
    const wrong = await corruptCopy(many, join(work, 'corrupt'))
    const seeder = untilTestEnds(await seedWithLibtorrent(many.torrent, wrong, { host: '127.0.0.2', unchecked: true }))
    const leech = untilTestEnds(
      await leechWithLibtorrent(many.torrent, join(work, 'from-corrupt'), { peers: [seeder.address] }),
    )
    await leech.process.waitFor('corrupt')
    expect(leech.process.all('progress').every(({ pieces }) => pieces === 0)).toBe(true)
  })
})
