import { afterEach, describe, expect, test } from 'vitest'
import type { FileChoice } from '../../actors/file-choice.ts'
import { memoryResume } from '../memory-resume.ts'
import { multiFileTorrent } from '../storage/support.ts'
import { createSwarm, type Member, type MemberOptions, type Swarm } from './swarm.ts'

const pieceLength = 32_768

/** Ten pieces: `a` has 0 to 2, `b` 2 to 6, `c` 6 to 9; they share 2 and 6. */
const album = () =>
  multiFileTorrent(
    [
      { path: ['a'], length: 2.5 * pieceLength },
      { path: ['b'], length: 4 * pieceLength },
      { path: ['c'], length: 3.5 * pieceLength - 100 },
    ],
    pieceLength,
  )

let swarm: Swarm
afterEach(() => swarm.stop())

/** A seeder, and a leecher that chooses files; both are started. */
function download(files?: FileChoice, options: Parameters<Swarm['add']>[1] = {}) {
  swarm = createSwarm({ torrent: album() })
  const seeder = swarm.add('10.0.0.1', { has: 'all' })
  const leecher = swarm.add('10.0.0.2', { knows: ['10.0.0.1'], ...(files && { files }), ...options })
  swarm.start()
  return { seeder, leecher }
}

const piecesOf = ({ torrent }: Member): number[] => [
  ...torrent.actor.getSnapshot().context.core.getSnapshot().context.have.indexes(),
]
const isDone = (member: Member) => member.emittedOf('done').length > 0
const contentOf = ({ torrent }: Member) => torrent.actor.getSnapshot().value.content

describe('a torrent of which files are skipped', () => {
  test('fetches the pieces of the others alone, and is done with them', async () => {
    const { leecher } = download({ 0: 'skip', 2: 'skip' })
    await swarm.until(() => isDone(leecher))
    expect(piecesOf(leecher)).toEqual([2, 3, 4, 5, 6])
    expect(contentOf(leecher)).toBe('chosen')
    expect(leecher.torrent.progress).toMatchObject({ pieces: 5, total: 5 })
    expect(leecher.torrent.files.map(({ path, length, priority }) => ({ path, length, priority }))).toEqual([
      { path: 'album/a', length: 2.5 * pieceLength, priority: 'skip' },
      { path: 'album/b', length: 4 * pieceLength, priority: 'normal' },
      { path: 'album/c', length: 3.5 * pieceLength - 100, priority: 'skip' },
    ])
    expect(leecher.torrent.files.map(({ progress }) => progress)).toEqual([
      0.5 / 2.5,
      1,
      (0.5 * pieceLength) / (3.5 * pieceLength - 100),
    ])
  })

  test('says that it downloads nothing any more (BEP 21), and is interested in nobody', async () => {
    const { leecher, seeder } = download(({ path }) => (path.endsWith('b') ? undefined : 'skip'))
    await swarm.until(() => isDone(leecher))
    await swarm.pass(100)
    const [there] = seeder.torrent.actor.getSnapshot().context.core.getSnapshot().context.swarm.peers.values()
    expect(there?.ref?.getSnapshot().context.remoteGreeting?.uploadOnly).toBe(true)
    expect(leecher.torrent.peers.map(({ amInterested }) => amInterested)).toEqual([false])
    expect(leecher.torrent.explain().download.map(({ code }) => code)).toContain('selection_complete')
    await swarm.until(() => leecher.torrent.peers.length === 0)
  })

  test('serves what it has to others', async () => {
    const { leecher } = download({ 0: 'skip', 2: 'skip' })
    await swarm.until(() => isDone(leecher))
    const other = swarm.add('10.0.0.3', { knows: ['10.0.0.2'], files: { 0: 'skip', 2: 'skip' } })
    other.torrent.start()
    await swarm.until(() => isDone(other))
    expect(piecesOf(other)).toEqual([2, 3, 4, 5, 6])
  })

  test('keeps the choice in its resume data, until another is given', async () => {
    const resume = memoryResume()
    const { leecher } = download({ 0: 'skip', 2: 'high' }, { resume })
    await swarm.until(() => isDone(leecher))
    await swarm.settled(leecher.torrent.stop())
    const priorities = async (host: string, files?: FileChoice) => {
      const again = swarm.add(host, { knows: ['10.0.0.1'], resume, ...(files && { files }) })
      again.torrent.start()
      await swarm.until(() => isDone(again))
      return again.torrent.files.map(({ priority }) => priority)
    }
    expect(await priorities('10.0.0.3')).toEqual(['skip', 'normal', 'high'])
    expect(await priorities('10.0.0.4', { 1: 'skip' })).toEqual(['normal', 'skip', 'normal'])
  })

  test.each([
    ['as is selected before the disk was looked at', { 0: 'normal' }, ['normal', 'normal', 'skip']],
    ['and the others as was saved', { 1: 'high' }, ['skip', 'high', 'skip']],
  ] as const)('has them in its next run %s', async (_, wish, wanted) => {
    const resume = memoryResume()
    const { leecher } = download({ 0: 'skip', 2: 'skip' }, { resume })
    await swarm.until(() => isDone(leecher))
    await swarm.settled(leecher.torrent.stop())
    const hosts = ['10.0.0.3', '10.0.0.4']
    for (const [nth, host] of hosts.entries()) {
      const again = swarm.add(host, { knows: ['10.0.0.1'], resume })
      if (nth === 0) again.torrent.select(wish)
      again.torrent.start()
      if (nth === 0) again.torrent.select(wish)
      await swarm.until(() => isDone(again))
      expect(again.torrent.files.map(({ priority }) => priority)).toEqual(wanted)
      await swarm.settled(again.torrent.stop())
    }
  })

  test('of which none is wanted is done at once', async () => {
    const { leecher } = download(() => 'skip')
    await swarm.until(() => isDone(leecher))
    expect(piecesOf(leecher)).toEqual([])
  })

  test('of a magnet link fetches the files that the link names (BEP 53)', async () => {
    const { leecher } = download(undefined, { magnet: true, selectOnly: '1' })
    await swarm.until(() => isDone(leecher))
    expect(piecesOf(leecher)).toEqual([2, 3, 4, 5, 6])
  })

  test('goes by `files`, else by what was saved, else by what its magnet link names (BEP 53), else fetches all', async () => {
    const resume = memoryResume()
    const link = { knows: ['10.0.0.1'], magnet: true, resume }
    const { leecher } = download(undefined, { ...link, selectOnly: '1' })
    await swarm.until(() => isDone(leecher))
    leecher.torrent.select({ 0: 'normal', 1: 'high' })
    await swarm.settled(leecher.torrent.done)
    await swarm.settled(leecher.torrent.stop())
    const priorities = async (host: string, options: MemberOptions, wish: FileChoice = {}) => {
      const again = swarm.add(host, { ...link, ...options })
      again.torrent.start()
      await swarm.until(() => isDone(again))
      again.torrent.select(wish)
      await swarm.settled(again.torrent.done)
      await swarm.settled(again.torrent.stop())
      return again.torrent.files.map(({ priority }) => priority)
    }
    const all = { 0: 'normal', 1: 'normal', 2: 'normal' } as const
    expect(await priorities('10.0.0.3', { selectOnly: '1' }, all)).toEqual(Object.values(all))
    expect(await priorities('10.0.0.4', { selectOnly: '1' })).toEqual(Object.values(all))
    expect(await priorities('10.0.0.5', { selectOnly: '1', files: { 0: 'high' } })).toEqual(['high', 'normal', 'skip'])
    expect(await priorities('10.0.0.6', { selectOnly: '2', files: () => undefined })).toEqual([
      'skip',
      'skip',
      'normal',
    ])
    expect(await priorities('10.0.0.7', { resume: memoryResume() })).toEqual(Object.values(all))
  })
})

describe('files that are chosen while it runs', () => {
  test('are fetched, and `done` is another promise', async () => {
    const { leecher } = download({ 0: 'skip', 2: 'skip' })
    await swarm.settled(leecher.torrent.done)
    leecher.torrent.select({ 0: 'normal' })
    expect(leecher.emittedOf('selected')).toEqual([{ type: 'selected', pieces: 5, total: 7 }])
    expect(contentOf(leecher)).toHaveProperty('fetching')
    await swarm.settled(leecher.torrent.done)
    expect(piecesOf(leecher)).toEqual([0, 1, 2, 3, 4, 5, 6])
    leecher.torrent.select({ 2: 'high' })
    await swarm.settled(leecher.torrent.done)
    expect(contentOf(leecher)).toBe('complete')
    expect(await leecher.isWhole()).toBe(true)
  })

  test('and no more wanted are given up, with what was asked for of them', async () => {
    const { leecher } = download(undefined, { downloadLimit: 20_000 })
    await swarm.until(() => leecher.torrent.progress.downloaded > 0)
    leecher.torrent.select({ 0: 'skip', 1: 'skip', 2: 'skip' })
    await swarm.until(() => isDone(leecher))
    const asked = leecher.torrent.peers.map(({ blocksInflight }) => blocksInflight)
    expect(asked).toEqual([0])
    expect(leecher.torrent.progress.total).toBe(0)
  })
})

test('files of high priority come before others, once there is a choice', async () => {
  const { leecher } = download({ 2: 'high' }, { downloadLimit: 200_000 })
  await swarm.until(() => isDone(leecher))
  const order = leecher.emittedOf('piece').map(({ index }) => index)
  // The seeder allows one piece alone at first (BEP 6).
  expect(order.slice(1, 5).filter((index) => index >= 6).length).toBeGreaterThanOrEqual(3)
  expect(order.slice(5).every((index) => index < 6)).toBe(true)
})

test('a choice of what there is not is refused at the call', () => {
  const { leecher } = download()
  expect(() => leecher.torrent.select({ 3: 'skip' })).toThrow(new RangeError('there is no file 3: the torrent has 3'))
  expect(() => swarm.add('10.0.0.5', { files: { 9: 'skip' } })).toThrow(RangeError)
  const linked = swarm.add('10.0.0.6', { magnet: true })
  expect(linked.torrent.files).toEqual([])
  expect(() => linked.torrent.select({ 0: 'skip' })).toThrow('before the metadata has come')
})
