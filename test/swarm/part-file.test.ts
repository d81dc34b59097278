import { readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lookEveryMs } from '../../storage/file-looks.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { heldBy } from '../persisted.ts'
import { multiFileTorrent, piecesIn, temporaryFolder } from '../storage/support.ts'
import { realDisk } from './real-disk.ts'
import { createSwarm, type Member, type MemberOptions } from './swarm.ts'

const pieceLength = 16_384

/** Pieces 0 to 4 have bytes of `a`, 4 to 8 of `b`, 8 to 12 of `c`. */
const album = () =>
  multiFileTorrent(
    ['a', 'b', 'c'].map((name) => ({ path: [name], length: 4 * pieceLength + 4_096 })),
    pieceLength,
  )

/** A member that wants `b` alone, so that its parts of `a` and `c` are in the part file, and a seeder of everything. */
async function aPart(options: MemberOptions = {}, seeds: MemberOptions = {}) {
  const torrent = album()
  const swarm = createSwarm({ latencyMs: 10, torrent })
  const folder = await temporaryFolder()
  const parts = join(folder, `.${Buffer.from(torrent.metainfo.infoHash).toString('hex')}.parts`)
  const disk = realDisk(swarm)
  const members: Member[] = [swarm.add('seeder', { has: 'all', ...seeds })]
  const open = async (host: string, options: MemberOptions = {}) => {
    const store = disk.through(await openFileStore(torrent.metainfo, folder))
    const member = swarm.add(host, {
      through: () => store,
      knows: ['seeder'],
      files: { 0: 'skip', 2: 'skip' },
      ...options,
    })
    member.torrent.start()
    members.push(member)
    return member
  }
  const member = await open('member', options)
  const leech = () => {
    const leecher = swarm.add(`leecher${members.length}`, { knows: ['member'] })
    leecher.torrent.start()
    members.push(leecher)
    return leecher
  }
  members[0]?.torrent.start()
  const stop = async (...some: readonly Member[]) => {
    let isOver = false
    const stopped = Promise.all((some.length > 0 ? some : members).map(({ torrent }) => torrent.stop())).finally(() => {
      isOver = true
    })
    await disk.until(() => isOver)
    await stopped
  }
  return { ...disk, swarm, member, parts, leech, open, stop, seeder: members[0] }
}

const have = ({ torrent }: Member) => heldBy(torrent)
const ofB = [4, 5, 6, 7, 8]
const whole = [5, 6, 7]

describe.each<[string, (path: string) => Promise<unknown>]>([
  ['cut to nothing', (path) => truncate(path, 0)],
  ['cut amid its parts', (path) => truncate(path, 1_024 + 100)],
  ['taken away', (path) => rm(path)],
])('a part file that is %s while it is served', (_, harm) => {
  test('costs its pieces and no others, is warned of, and uploads no wrong byte; recheck fetches them again', async () => {
    const { swarm, member, parts, leech, until, stop } = await aPart()
    await until(() => member.emittedOf('done').length > 0)
    expect(have(member)).toEqual(ofB)
    await harm(parts)
    swarm.clock.advance(lookEveryMs)
    const leecher = leech()
    await until(() => have(member).length === 3 && have(leecher).length === 3)
    expect([have(member), have(leecher)]).toEqual([whole, whole])
    expect(member.emittedOf('warning')[0]?.message).toContain(parts)
    expect([leecher.emittedOf('corrupt'), member.emittedOf('failed')]).toEqual([[], []])
    member.torrent.recheck()
    await until(() => have(member).length === 5 && have(leecher).length === 5)
    expect(leecher.emittedOf('corrupt')).toEqual([])
    await stop()
  })

  test('keeps what comes after a recheck for the next run', async () => {
    const { swarm, member, parts, open, until, stop } = await aPart()
    await until(() => member.emittedOf('done').length > 0)
    await harm(parts)
    swarm.clock.advance(lookEveryMs)
    member.torrent.recheck()
    await until(() => member.emittedOf('rechecked').length > 0)
    await until(() => have(member).length === 5)
    await stop(member)
    const again = await open('again', { knows: [] })
    await until(() => again.emittedOf('verified').length > 0)
    expect(have(again)).toEqual(ofB)
    await stop()
  })
})

test('a part file that is cut while others come is never read where it was cut, and keeps what comes', async () => {
  const { member, parts, leech, open, until, stop } = await aPart({ downloadLimit: 30_000 }, {})
  await until(() => have(member).some((index) => index === 4 || index === 8))
  const [first] = have(member).filter((index) => index === 4 || index === 8)
  await truncate(parts, 0)
  await until(
    () =>
      member.emittedOf('failed').length > 0 ||
      have(member)
        .filter((index) => index === 4 || index === 8)
        .some((index) => index !== first),
  )
  const leecher = leech()
  await until(() => have(leecher).length >= 4)
  expect([leecher.emittedOf('corrupt'), member.emittedOf('failed')]).toEqual([[], []])
  expect(have(leecher)).not.toContain(first)
  expect((await readFile(parts)).readUInt32BE(0)).toBe(13)
  await stop(member)
  const again = await open('again', { knows: [] })
  await until(() => again.emittedOf('verified').length > 0)
  expect(have(again)).toEqual(ofB.filter((index) => index !== first))
  await stop()
})

describe('a skipped file whose pieces have all come with others', () => {
  /** Forty files of one piece, every second one skipped; all of it has come. */
  async function skippedFiles() {
    const torrent = multiFileTorrent(
      Array.from({ length: 40 }, (_, nth) => ({ path: [`${nth}`], length: 100 })),
      pieceLength,
    )
    const swarm = createSwarm({ latencyMs: 10, torrent })
    const folder = await temporaryFolder()
    const disk = realDisk(swarm)
    const seeder = swarm.add('seeder', { has: 'all' })
    const store = disk.through(await openFileStore(torrent.metainfo, folder))
    const files = ({ index }: { readonly index: number }) => (index % 2 === 0 ? 'normal' : 'skip')
    const member = swarm.add('member', { through: () => store, knows: ['seeder'], files })
    swarm.start()
    await disk.until(() => member.emittedOf('done').length > 0)
    const settled = async (promise: Promise<unknown>) => {
      let isOver = false
      const settling = promise.finally(() => {
        isOver = true
      })
      await disk.until(() => isOver)
      await settling
    }
    const inPlace = async () => (await readdir(join(folder, 'album'))).filter((name) => /^\d+$/.test(name)).length
    return {
      folder,
      member,
      torrent,
      until: disk.until,
      settled,
      inPlace,
      stopSeeder: () => settled(seeder.torrent.stop()),
    }
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve))

  test('is in its place when `done` is told of it', async () => {
    const { member, settled, inPlace, stopSeeder } = await skippedFiles()
    expect(await inPlace()).toBe(20)
    member.torrent.select(() => 'normal')
    await settled(member.torrent.done)
    expect([await inPlace(), member.emittedOf('done').length]).toEqual([40, 2])
    await settled(member.torrent.stop())
    await stopSeeder()
  })

  test('is left by a stop before that as the next run takes it up, and touched by nobody after it', async () => {
    const { folder, torrent, member, until, inPlace, stopSeeder } = await skippedFiles()
    member.torrent.pause()
    await until(() => member.torrent.peers.length === 0)
    member.torrent.select(() => 'normal')
    while ((await inPlace()) === 20) await turn()
    await member.torrent.stop()
    const stopped = await inPlace()
    expect(stopped).toBeLessThan(40)
    for (let i = 0; i < 100; i++) await turn()
    expect([await inPlace(), (await readdir(join(folder, 'album'))).length]).toEqual([stopped, stopped])
    const store = await openFileStore(torrent.metainfo, folder)
    await store.selectFiles?.(() => true)
    expect(await inPlace()).toBe(40)
    expect(piecesIn(await new PieceStorage(store, torrent.metainfo).check())).toEqual([0])
    await new Promise<void>((resolve) => store.close(() => resolve()))
    await stopSeeder()
  })
})
