import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { createTorrent, type Metainfo, openMemoryStore, parseMetainfo, seededRandom } from '../../index.ts'
import { decodeResume } from '../../storage/resume-data.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { around } from '../../testing/around.ts'
import { temporaryFolder } from './fixtures.ts'
import { startJsonProcess } from './json-process.ts'
import { peerchartMissing } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** What the program that is killed tells: the pieces it starts with, those of them it never read, and that it is done. */
type Told =
  | { readonly event: 'verified'; readonly pieces: readonly number[]; readonly believed: readonly number[] }
  | { readonly event: 'resume_failed'; readonly message: string }
  | { readonly event: 'done' }

const kills = 50
/**
 * The longest a run lives after it has checked its data, on a machine where a whole download takes no longer; on a slow one, as long as that:
 * kills would otherwise come before there is anything to lose.
 */
const lifeMsMax = 300
const lifeMsBound = 2_500
/** Fifty runs on a busy machine. */
const timeoutMs = 400_000
/** Many pieces come in that time, several for each file. */
const slowWriteMs = 60
const pieceLength = 64 * 1024
const program = fileURLToPath(new URL('kill-fifty-times.mjs', import.meta.url))
const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')

const data = Buffer.from(Array.from({ length: 6_000_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 0xff))
const pieceOf = (bytes: Uint8Array, index: number) => bytes.subarray(index * pieceLength, (index + 1) * pieceLength)
const pieceCount = Math.ceil(data.length / pieceLength)
const pieceHashes = Array.from({ length: pieceCount }, (_, index) => sha1(pieceOf(data, index)))
const files = [
  { path: ['a'], length: 1_000_001 },
  { path: ['b', 'c'], length: 2_500_000 },
  { path: ['b', 'd'], length: 2_499_999 },
]
const torrentBytes = bencode.encode({
  info: { name: 'killed', 'piece length': pieceLength, pieces: Buffer.from(pieceHashes.join(''), 'hex'), files },
})

/** A disk that takes two milliseconds for each piece, so that a download lasts for many kills. */
const slow = (store: ChunkStore): ChunkStore =>
  around(store, {
    get: (index, range, done) => void setTimeout(() => store.get(index, range, done), 2 * (1 + (index % 3))),
  })

/** Everything below the folder as one array, what is missing as zeros. */
async function onDisk(out: string): Promise<Uint8Array> {
  const parts = files.map(async ({ path, length }) => {
    const file = Buffer.alloc(length)
    file.set((await readFile(join(out, 'killed', ...path)).catch(() => Buffer.alloc(0))).subarray(0, length))
    return file
  })
  return Buffer.concat(await Promise.all(parts))
}

/** The pieces that are right on disk, by a hash of our own. */
async function rightPieces(out: string): Promise<Set<number>> {
  const bytes = await onDisk(out)
  return new Set(pieceHashes.flatMap((hash, index) => (sha1(pieceOf(bytes, index)) === hash ? [index] : [])))
}

/** The pieces that resume data claims; it must be whole, and the blocks in it the torrent's. */
function claimedPieces(bytes: Uint8Array, { infoHash }: Metainfo): number[] {
  const kept = decodeResume(bytes, infoHash)
  if (typeof kept === 'string') throw new Error(`the resume data is ${kept}`)
  for (const { index, begin, data: block } of kept.blocks) {
    const from = index * pieceLength + begin
    expect(Buffer.compare(block, data.subarray(from, from + block.length)), `block ${index}:${begin}`).toBe(0)
  }
  return pieceHashes.flatMap((_, index) => ((kept.have[index >> 3] ?? 0) & (0x80 >> (index & 7)) ? [index] : []))
}

test(
  'killed at fifty random moments a download never has a wrong byte, nor believes a piece that is not on disk',
  async () => {
    const { path: work, remove: stop } = await temporaryFolder()
    untilTestEnds({ stop })
    const metainfo = parseMetainfo(torrentBytes)
    const torrentFile = join(work, 'killed.torrent')
    await writeFile(torrentFile, torrentBytes)

    const store = openMemoryStore(metainfo)
    for (let index = 0; index < pieceCount; index++) store.put(index, pieceOf(data, index), () => {})
    const seeder = untilTestEnds(
      createTorrent({ metainfo, store: slow(store), listen: { host: '127.0.0.1', port: 0 }, encryption: 'none' }),
    )
    const listening = new Promise<number>((resolve) => seeder.on('listening', ({ address }) => resolve(address.port)))
    seeder.start()
    const port = await listening

    const out = join(work, 'out')
    const resume = join(work, 'state', 'killed.resume')
    const start = (writeMs = 0) =>
      untilTestEnds(
        startJsonProcess<Told>(
          'the download',
          process.execPath,
          [program, torrentFile, out, resume, String(port), String(writeMs)],
          peerchartMissing,
        ),
      )
    const undisturbed = start()
    await undisturbed.waitFor('verified')
    const startedAt = performance.now()
    await undisturbed.waitFor('done')
    const lifeMs = Math.min(lifeMsBound, Math.max(lifeMsMax, performance.now() - startedAt))
    await undisturbed.stop('SIGKILL')
    for (const made of [out, resume]) await rm(made, { recursive: true })
    const random = seededRandom(1)
    /** What kills hit upon: without these they would prove nothing. */
    let claims = 0
    let beliefs = 0
    let stale = Buffer.alloc(0)
    /** All is on disk, and saved. */
    let isWhole = false

    for (let kill = 0; kill < kills; kill++) {
      // Every other one on so slow a disk that one write begins before another has ended.
      const run = start(kill % 2 === 1 ? slowWriteMs : 0)
      // Now and then before it has even looked at its data.
      if (kill % 10 !== 9) await run.waitFor('verified')
      await new Promise((resolve) => setTimeout(resolve, random() * lifeMs))
      const isDone = run.all('done').length > 0
      await run.stop('SIGKILL')

      const right = await rightPieces(out)
      const kept = await readFile(resume).catch(() => Buffer.alloc(0))
      const claimed = kept.equals(stale) ? [] : claimedPieces(kept, metainfo)
      const { pieces: found, believed } = run.all('verified')[0] ?? { pieces: [] }
      expect(
        claimed.filter((index) => !right.has(index)),
        `claimed after kill ${kill}`,
      ).toEqual([])
      expect(
        found.filter((index) => !right.has(index)),
        `believed before kill ${kill}`,
      ).toEqual([])
      expect(run.all('resume_failed')).toEqual([])
      claims += claimed.length
      beliefs += believed?.length ?? 0
      if (isWhole && believed) expect(believed).toHaveLength(pieceCount)
      if (isDone) expect(Buffer.compare(await onDisk(out), data)).toBe(0)
      if (isDone && !isWhole) {
        isWhole = true
        continue
      }
      // Before a slow run, and after it: what it saved while its writes overlapped is of files that it made, and that are gone again.
      if (!isDone && kill % 4 > 1) continue
      await rm(out, { recursive: true, force: true })
      isWhole = false
      // Stale from now on: it claims pieces that are gone, and must not be believed.
      stale = await readFile(resume).catch(() => Buffer.alloc(0))
    }
    const last = start()
    await last.waitFor('done')
    expect(Buffer.compare(await onDisk(out), data)).toBe(0)
    const again = start()
    expect((await again.waitFor('verified')).believed).toHaveLength(pieceCount)
    await again.waitFor('done')
    expect([claims > 0, beliefs > 0]).toEqual([true, true])
  },
  timeoutMs,
)
