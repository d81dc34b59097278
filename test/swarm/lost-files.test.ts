import { execFileSync } from 'node:child_process'
import {
  appendFile,
  copyFile,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lookEveryMs } from '../../storage/file-looks.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { resumeFile } from '../../storage/resume-file.ts'
import { firstOf, longTest } from '../in-full.ts'
import { heldBy } from '../persisted.ts'
import { multiFileTorrent, temporaryFolder } from '../storage/support.ts'
import { realDisk } from './real-disk.ts'
import { createSwarm, type Member, type MemberOptions } from './swarm.ts'

/** Pieces 0 to 3 lie in `a`, 4 in `a` and `b`, 5 to 7 in `b`, 8 in `b` and `c`, 9 to 13 in `c`. */
const album = () =>
  multiFileTorrent(
    ['a', 'b', 'c'].map((name) => ({ path: [name], length: 4 * 16_384 + 6_000 })),
    16_384,
  )

/** A seed of three files on a real disk, and who downloads from it. */
async function aSeed(
  options: MemberOptions = {},
  { readOnly = true, before }: { readonly readOnly?: boolean; readonly before?: string } = {},
) {
  const torrent = album()
  const { metainfo, data } = torrent
  const folder = before ?? (await temporaryFolder())
  const path = (name: string) => join(folder, 'album', name)
  const write = async (name: string, change: (bytes: Uint8Array) => void = () => {}) => {
    const { offset, length } = metainfo.files.find((file) => file.path.at(-1) === name) ?? { offset: 0, length: 0 }
    const bytes = data.slice(offset, offset + length)
    change(bytes)
    await writeFile(path(name), bytes)
  }
  if (!before) {
    await mkdir(join(folder, 'album'))
    for (const name of ['a', 'b', 'c']) await write(name)
  }
  const swarm = createSwarm({ latencyMs: 10, torrent })
  const disk = realDisk(swarm)
  const { until } = disk
  const store = disk.through(await openFileStore(metainfo, folder, { readOnly }))
  const seed = swarm.add('seed', { through: () => store, ...options })
  seed.torrent.start()
  await until(() => seed.emittedOf('verified').length > 0)
  const members = [seed]
  const leech = (options: MemberOptions = {}) => {
    const leecher = swarm.add(`leecher${members.length}`, { knows: ['seed'], ...options })
    leecher.torrent.start()
    members.push(leecher)
    return leecher
  }
  const stop = async () => {
    let isOver = false
    const stopped = Promise.all(members.map(({ torrent }) => torrent.stop())).finally(() => {
      isOver = true
    })
    await until(() => isOver)
    await stopped
  }
  return { swarm, seed, path, write, until, leech, stop, folder }
}

const pieces = ({ torrent }: Member) => torrent.progress.pieces
const have = ({ torrent }: Member) => heldBy(torrent)
const all = Array.from({ length: 14 }, (_, index) => index)
const allBut = (...lost: number[]) => all.filter((index) => !lost.includes(index))
const ofB = [4, 5, 6, 7, 8]

describe.each(
  firstOf<[string, (path: string) => Promise<unknown>, readonly number[]]>(2, [
    ['deleted', (path) => rm(path), ofB],
    ['replaced by a folder', (path) => rm(path).then(() => mkdir(path)), ofB],
    ['replaced by a link to nothing', (path) => rm(path).then(() => symlink('/nowhere', path)), ofB],
    ['replaced by a pipe', (path) => rm(path).then(() => execFileSync('mkfifo', [path])), ofB],
    ['cut short', (path) => truncate(path, 30_000), [6, 7, 8]],
    ['overwritten in place', (path) => poke(path, 40_000), [6]],
    ['replaced by another of the same length', (path) => replace(path), ofB],
  ]),
)('a seeded file that is %s', (_, harm, lost) => {
  test('costs what is wrong of it, is warned of by name, and is taken up again by recheck when it is back', async () => {
    const { swarm, seed, path, write, until, leech, stop } = await aSeed()
    const first = leech()
    await until(() => first.state === 'seeding')
    await harm(path('b'))
    swarm.clock.advance(lookEveryMs)
    leech()
    await until(() => seed.state === 'partial_seeding')
    const leecher = leech()
    await until(() => pieces(leecher) === 14 - lost.length)
    expect([have(seed), have(leecher)]).toEqual([allBut(...lost), allBut(...lost)])
    expect(seed.emittedOf('warning')[0]).toMatchObject({ path: path('b'), message: expect.stringContaining(path('b')) })
    expect([seed.emittedOf('failed'), leecher.emittedOf('corrupt')]).toEqual([[], []])
    await rm(path('b'), { recursive: true, force: true })
    await write('b')
    seed.torrent.recheck()
    await until(() => leecher.state === 'seeding')
    expect([seed.state, await leecher.isWhole()]).toEqual(['seeding', true])
    await stop()
  })
})

describe.each(
  firstOf<[string, (path: string) => Promise<unknown>]>(1, [
    ['its times are changed', (path) => utimes(path, 1, 1)],
    ['it has grown', (path) => appendFile(path, 'more')],
    [
      'it is replaced by a copy',
      async (path) => {
        await copyFile(path, `${path}.copy`)
        await rename(`${path}.copy`, path)
      },
    ],
  ]),
)('a seeded file of which all is right although %s', (_, change) => {
  test('is withdrawn, hashed, and there again by itself', async () => {
    const { swarm, seed, path, until, leech, stop } = await aSeed()
    const first = leech()
    await until(() => first.state === 'seeding')
    await change(path('b'))
    swarm.clock.advance(lookEveryMs)
    const leecher = leech()
    await until(() => leecher.state === 'seeding' && seed.emittedOf('rechecked').length > 0 && seed.state === 'seeding')
    expect(seed.emittedOf('warning')).toHaveLength(1)
    expect(seed.emittedOf('rechecked')).toEqual([{ type: 'rechecked', pieces: 14, total: 14 }])
    await stop()
  })
})

longTest('a torrent whose disk is taken out stays up with nothing, and goes on when it is back', async () => {
  const { swarm, folder, seed, until, leech, stop } = await aSeed()
  await rename(join(folder, 'album'), join(folder, 'away'))
  swarm.clock.advance(lookEveryMs)
  leech()
  await until(() => pieces(seed) === 0)
  expect(seed.torrent.explain().upload.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['data_lost', 'nothing_to_offer']),
  )
  await rename(join(folder, 'away'), join(folder, 'album'))
  seed.torrent.recheck()
  await until(() => seed.state === 'seeding')
  await stop()
})

test("a file that vanishes is not made anew behind its owner's back, until recheck", async () => {
  const { swarm, seed: member, path, until, leech, stop } = await aSeed({}, { readOnly: false })
  await rm(path('b'))
  swarm.clock.advance(lookEveryMs)
  leech()
  await until(() => member.state === 'partial_seeding')
  leech({ has: 'all' })
  await until(() => member.torrent.peers.some(({ pieces }) => pieces === 14))
  for (let turns = 0; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve))
  swarm.clock.advance(20_000)
  expect([member.torrent.progress.downloaded, await readdir(join(path('b'), '..'))]).toEqual([0, ['a', 'c']])
  member.torrent.recheck()
  await until(() => member.state === 'seeding')
  expect(await readdir(join(path('b'), '..'))).toEqual(['a', 'b', 'c'])
  await stop()
})

longTest('what we write ourselves is no change by others, however often the files are looked at', async () => {
  const { swarm, until, leech, stop } = await aSeed()
  const { metainfo } = swarm
  const folder = await temporaryFolder()
  const store = await openFileStore(metainfo, folder)
  const member = leech({ through: () => store, downloadLimit: 60_000 })
  await until(() => member.state === 'seeding')
  const leecher = leech({ knows: [member.host] })
  await until(() => leecher.state === 'seeding')
  expect([member.emittedOf('warning'), member.emittedOf('rechecked')]).toEqual([[], []])
  await stop()
})

test('resume data vouches for nothing of a file that was lost: the next run hashes it', async () => {
  const resume = resumeFile(join(await temporaryFolder(), 'a.resume'))
  const { swarm, seed, path, until, leech, stop, folder } = await aSeed({ resume })
  await rename(path('b'), path('away'))
  swarm.clock.advance(lookEveryMs)
  leech()
  await until(() => seed.state === 'partial_seeding')
  await rename(path('away'), path('b'))
  await stop()
  const next = await aSeed({ resume }, { before: folder })
  expect(next.seed.emittedOf('verified')).toEqual([{ type: 'verified', pieces: 14, total: 14 }])
  await next.stop()
})

/** Writes other bytes at a place of a file. */
async function poke(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(Buffer.from([0x55, 0xaa, 0x55]), 0, 3, at - 6_000)
  await file.close()
}

async function replace(path: string): Promise<void> {
  await writeFile(`${path}.new`, new Uint8Array(4 * 16_384 + 6_000))
  await rename(`${path}.new`, path)
}
