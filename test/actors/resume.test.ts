import { appendFile, open, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTorrent } from '../../actors/torrent.ts'
import type { TorrentEmitted } from '../../machines/torrent/vocabulary/emitted.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { encodeResume } from '../../storage/resume-data.ts'
import type { ResumeStore } from '../../storage/resume-file.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { memoryResume } from '../memory-resume.ts'
import { heldBy } from '../persisted.ts'
import { multiFileTorrent, pieceOf, temporaryFolder } from '../storage/support.ts'

// Pieces of 16 KiB: `one` lies in 0 to 2, `two` in 2 to 4.
const { metainfo, data } = multiFileTorrent(
  [
    { path: ['one'], length: 40_000 },
    { path: ['two'], length: 41_920 },
  ],
  16_384,
)
const all = [0, 1, 2, 3, 4]

/** One run: starts, waits for the check, stops. Answers the pieces that were read from the store, and those found right. */
async function run(open: () => ChunkStore | Promise<ChunkStore>, resume?: ResumeStore) {
  const store = await open()
  const read = new Set<number>()
  const get = store.get.bind(store)
  store.get = (index, range, done) => {
    read.add(index)
    get(index, range, done)
  }
  const torrent = createTorrent({ metainfo, store, resume })
  onTestFinished(() => torrent.stop())
  const failures: Error[] = []
  torrent.on('resume_failed', ({ error }) => failures.push(error))
  const verified = new Promise<Extract<TorrentEmitted, { type: 'verified' }>>((resolve) =>
    torrent.on('verified', resolve),
  )
  torrent.start()
  await verified
  const have = heldBy(torrent)
  await torrent.stop()
  return { hashed: [...read].sort(), have, failures }
}

/** A folder with the data on disk, and a torrent that has seen it and saved what it knows. */
async function aFolder(pieces: readonly number[] = all) {
  const folder = await temporaryFolder()
  const storage = new PieceStorage(await openFileStore(metainfo, folder), metainfo)
  for (const index of pieces) await storage.write(index, pieceOf(metainfo, data, index))
  await storage.close()
  const resume = memoryResume()
  const open = () => openFileStore(metainfo, folder)
  expect(await run(open, resume)).toMatchObject({ have: pieces, failures: [] })
  return { open, resume, one: join(folder, 'album', 'one'), two: join(folder, 'album', 'two') }
}

/** Repeats a change until the clock of the file system has moved on: within one of its ticks two changes look like one. */
async function until(path: string, change: () => Promise<void>): Promise<void> {
  const before = await stat(path, { bigint: true })
  do await change()
  while ((await stat(path, { bigint: true })).ctimeNs === before.ctimeNs)
}

const flip = async (path: string, at: number) => {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  await file.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, at)
  await file.close()
}

describe('a torrent that starts again', () => {
  test('reads nothing when nothing has changed', async () => {
    const { open, resume } = await aFolder()
    expect(await run(open, resume)).toEqual({ hashed: [], have: all, failures: [] })
    expect(await run(open, resume)).toEqual({ hashed: [], have: all, failures: [] })
  })

  test('reads nothing to seed, from files it may not write', async () => {
    const { open, resume, one } = await aFolder()
    expect(await run(open, resume)).toMatchObject({ hashed: [] })
    const store = () => openFileStore(metainfo, join(one, '..', '..'), { readOnly: true })
    expect(await run(store, resume)).toEqual({ hashed: [], have: all, failures: [] })
  })

  test('knows what it lacks, without a look at it', async () => {
    const { open, resume } = await aFolder([0, 3])
    expect(await run(open, resume)).toEqual({ hashed: [], have: [0, 3], failures: [] })
  })

  test('hashes only the pieces of a file that was touched', async () => {
    const { open, resume, two } = await aFolder()
    await until(two, () => utimes(two, 1, 1))
    expect(await run(open, resume)).toEqual({ hashed: [2, 3, 4], have: all, failures: [] })
    expect(await run(open, resume)).toMatchObject({ hashed: [] })
  })
})

describe('never believed is', () => {
  test('a file changed in place, with its size and times set back', async () => {
    const { open, resume, one } = await aFolder()
    // Times that `utimes` can set back to the nanosecond.
    await until(one, () => utimes(one, 1, 1))
    await run(open, resume)
    let flips = 0
    await until(one, async () => {
      await flip(one, 100 + flips++)
      await utimes(one, 1, 1)
    })
    expect(await run(open, resume)).toEqual({ hashed: [0, 1, 2], have: [1, 2, 3, 4], failures: [] })
  })

  test('a file replaced by another', async () => {
    const { open, resume, two } = await aFolder()
    await writeFile(`${two}.new`, Buffer.alloc(41_920))
    await rename(`${two}.new`, two)
    expect(await run(open, resume)).toMatchObject({ hashed: [2, 3, 4], have: [0, 1] })
  })

  test('a file that was cut off', async () => {
    const { open, resume, one } = await aFolder()
    await truncate(one, 20_000)
    expect(await run(open, resume)).toMatchObject({ have: [0, 3, 4] })
  })

  test('a file that grew and shrank again', async () => {
    const { open, resume, one } = await aFolder()
    await flip(one, 0)
    await appendFile(one, 'x')
    await truncate(one, 40_000)
    expect(await run(open, resume)).toMatchObject({ have: [1, 2, 3, 4] })
  })

  test('a file that is gone', async () => {
    const { open, resume, one } = await aFolder()
    await rm(one)
    expect(await run(open, resume)).toMatchObject({ have: [3, 4] })
  })

  test('a file that somebody changed while a torrent ran that had believed it', async () => {
    const { open, resume, one } = await aFolder()
    let flips = 0
    const changing: ResumeStore = {
      load: () => resume.load(),
      save: async (data) => {
        await until(one, () => flip(one, flips++))
        await resume.save(data)
      },
    }
    expect(await run(open, changing)).toMatchObject({ hashed: [], have: all })
    expect(await run(open, resume)).toMatchObject({ hashed: [0, 1, 2], have: [1, 2, 3, 4] })
  })

  test.each<[string, (kept: Uint8Array) => Uint8Array]>([
    ['torn', (kept) => kept.subarray(0, -1)],
    ['torn', (kept) => kept.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
    ['torn', () => new Uint8Array()],
    [
      'foreign',
      () =>
        encodeResume({
          infoHash: new Uint8Array(20),
          have: Uint8Array.of(0xf8),
          stamps: [],
          blocks: [],
          downloaded: 0,
          uploaded: 0,
          addresses: [],
        }),
    ],
  ])('resume data that is %s: that is told, and all is hashed', async (refusal, spoil) => {
    const { open, resume } = await aFolder()
    resume.kept = spoil(resume.kept ?? new Uint8Array())
    expect(await run(open, resume)).toEqual({
      hashed: all,
      have: all,
      failures: [expect.objectContaining({ refusal })],
    })
    expect(await run(open, resume)).toEqual({ hashed: [], have: all, failures: [] })
  })

  test('anything of a store without files', async () => {
    const store = openMemoryStore(metainfo)
    for (const index of all) store.put(index, pieceOf(metainfo, data, index), () => {})
    const open = () => ({ ...store, close: (done: () => void) => done() })
    const resume = memoryResume()
    expect(await run(open, resume)).toEqual({ hashed: all, have: all, failures: [] })
    expect(await run(open, resume)).toEqual({ hashed: all, have: all, failures: [] })
  })
})

describe('a store for resume data that fails', () => {
  test('to load is told, and all is hashed', async () => {
    const { open, resume } = await aFolder()
    const error = new Error('permission denied')
    const failing = { ...resume, load: () => Promise.reject(error) }
    expect(await run(open, failing)).toEqual({ hashed: all, have: all, failures: [error] })
  })

  test('to save is told, and the torrent stops all the same', async () => {
    const { open } = await aFolder()
    const error = new Error('the disk is full')
    const failing = { load: async () => undefined, save: () => Promise.reject(error) }
    expect(await run(open, failing)).toEqual({ hashed: all, have: all, failures: [error] })
  })
})

test('a check that is cut short leaves what was saved', async () => {
  const { open, resume } = await aFolder()
  const { kept } = resume
  const torrent = createTorrent({ metainfo, store: await open(), resume })
  torrent.start()
  await torrent.stop()
  expect(resume.kept).toBe(kept)
})
