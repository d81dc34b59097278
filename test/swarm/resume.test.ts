import { expect, test } from 'vitest'
import { blockBytes } from '../../machines/layout.ts'
import { decodeResume, encodeResume } from '../../storage/resume-data.ts'
import type { ResumeStore } from '../../storage/resume-file.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { type KeptResume, memoryResume } from '../memory-resume.ts'
import { addressOf, createSwarm, type Member, type Swarm } from './swarm.ts'

/** What a resume store holds. */
function readable({ kept }: KeptResume, { metainfo }: Swarm) {
  const data = decodeResume(kept ?? new Uint8Array(), metainfo.infoHash)
  if (typeof data === 'string') throw new Error(`the resume data is ${data}`)
  return data
}

const slowSwarm = () => createSwarm({ pieces: 2, blocksPerPiece: 8, bytesPerSecond: blockBytes, latencyMs: 10 })

/** A first run that is stopped with some blocks of a piece, and no piece. */
async function interrupted(swarm: Swarm, resume: ResumeStore): Promise<Member> {
  swarm.add('seeder', { has: 'all' })
  const first = swarm.add('first', { knows: ['seeder'], resume })
  swarm.start()
  await swarm.until(() => first.torrent.progress.downloaded >= 4 * blockBytes)
  expect(first.torrent.progress.pieces).toBe(0)
  await swarm.settled(first.torrent.stop())
  return first
}

test('blocks of a piece that was not whole are not fetched again', async () => {
  const swarm = slowSwarm()
  const resume = memoryResume()
  await interrupted(swarm, resume)
  const kept = readable(resume, swarm).blocks.length
  expect(kept).toBeGreaterThanOrEqual(4)
  const second = swarm.add('second', { knows: ['seeder'], resume })
  second.torrent.start()
  await swarm.until(() => second.state === 'seeding')
  expect(second.torrent.progress.downloaded).toBe(swarm.data.length - kept * blockBytes)
  expect(await second.isWhole()).toBe(true)
  await swarm.stop()
})

test('wrong blocks of an earlier run are dropped with their piece, and nobody of this run pays', async () => {
  const swarm = slowSwarm()
  const resume = memoryResume()
  await interrupted(swarm, resume)
  const data = readable(resume, swarm)
  resume.kept = encodeResume({
    ...data,
    blocks: data.blocks.map((block, i) => (i === 0 ? { ...block, data: new Uint8Array(block.data.length) } : block)),
  })
  const second = swarm.add('second', { knows: ['seeder'], resume })
  second.torrent.start()
  await swarm.until(() => second.state === 'seeding')
  expect(second.emittedOf('corrupt')).toHaveLength(1)
  expect(second.emittedOf('banned')).toEqual([])
  expect(second.torrent.peers[0]?.reputation ?? 100).toBeGreaterThanOrEqual(100)
  expect(await second.isWhole()).toBe(true)
  await swarm.stop()
})

test('counters go on over all runs, and those of this run start at 0', async () => {
  const swarm = slowSwarm()
  const resume = memoryResume()
  const first = await interrupted(swarm, resume)
  const before = first.torrent.progress.downloaded
  const second = swarm.add('second', { resume })
  second.torrent.start()
  await swarm.until(() => second.state === 'downloading')
  expect(second.torrent.progress).toMatchObject({ downloaded: 0, downloadedEver: before, uploadedEver: 0 })
  await swarm.stop()
})

test('where peers moved payload is dialled by the next run, without being told', async () => {
  const swarm = slowSwarm()
  const resume = memoryResume()
  await interrupted(swarm, resume)
  expect(readable(resume, swarm).addresses).toEqual([{ ...addressOf('seeder'), transport: 'memory' }])
  const second = swarm.add('second', { resume })
  second.torrent.start()
  await swarm.until(() => second.state === 'seeding')
  expect(second.dialled).toContain('seeder:6881')
  await swarm.stop()
})

test('a magnet link that once had its metadata starts without a peer', async () => {
  const swarm = createSwarm({ pieces: 4 })
  const resume = memoryResume()
  swarm.add('seeder', { has: 'all' })
  const first = swarm.add('first', { knows: ['seeder'], magnet: true, resume })
  swarm.start()
  await swarm.until(() => first.state === 'seeding')
  await swarm.stop()
  expect(readable(resume, swarm).metadata).toEqual(swarm.metainfo.infoBytes)

  const second = swarm.add('second', { magnet: true, has: [1], resume })
  second.torrent.start()
  await swarm.until(() => second.state === 'downloading')
  expect(second.emittedOf('metadata')).toHaveLength(1)
  expect(second.emittedOf('verified')).toEqual([{ type: 'verified', pieces: 1, total: 4 }])
  await swarm.settled(second.torrent.stop())
})

test('metadata of an earlier run that is not what the info hash says is not used', async () => {
  const swarm = createSwarm({ pieces: 4 })
  const resume = memoryResume(
    encodeResume({
      infoHash: swarm.metainfo.infoHash,
      have: Uint8Array.of(0xf0),
      stamps: [],
      blocks: [],
      downloaded: 0,
      uploaded: 0,
      addresses: [],
      metadata: new Uint8Array(100),
    }),
  )
  swarm.add('seeder', { has: 'all' })
  const member = swarm.add('a', { knows: ['seeder'], magnet: true, resume })
  swarm.start()
  await swarm.until(() => member.state === 'seeding')
  expect(await member.isWhole()).toBe(true)
  await swarm.stop()
})

test('pieces whose writes were under way when the torrent stopped are part of what it saves', async () => {
  const swarm = createSwarm({ pieces: 1 })
  const resume = memoryResume()
  swarm.add('seeder', { has: 'all' })
  const waiting: (() => void)[] = []
  const through = (store: ChunkStore): ChunkStore => ({
    ...store,
    put: (index, data, done) => void waiting.push(() => store.put(index, data, done)),
  })
  const first = swarm.add('first', { knows: ['seeder'], resume, through })
  swarm.start()
  await swarm.until(() => waiting.length === 1)
  const stopped = first.torrent.stop()
  await swarm.pass(10_000)
  expect(resume.kept).toBeUndefined()
  waiting[0]?.()
  await swarm.settled(stopped)
  expect([...readable(resume, swarm).have]).toEqual([0x80])
  await swarm.stop()
})

test('a resume store whose save never settles holds up the stop for 30 s, then that is told', async () => {
  const swarm = createSwarm({ pieces: 1 })
  const member = swarm.add('a', {
    has: 'all',
    resume: { load: async () => undefined, save: () => new Promise(() => {}) },
  })
  const failures: Error[] = []
  member.torrent.on('resume_failed', ({ error }) => failures.push(error))
  member.torrent.start()
  await swarm.until(() => member.state === 'seeding')
  const stopped = member.torrent.stop()
  await swarm.pass(30_000)
  await swarm.settled(stopped)
  expect(failures).toEqual([new Error('the resume data was not saved in time')])
  await swarm.stop()
})
