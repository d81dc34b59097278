import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { parseMetainfo, seededRandom } from '../../index.ts'
import { openFileStore } from '../../storage/open-file-store.ts'
import { PieceStorage } from '../../storage/piece-storage.ts'
import { hashPieces } from '../storage/support.ts'
import { temporaryFolder } from './fixtures.ts'
import { startJsonProcess } from './json-process.ts'
import { peerchartMissing } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** What the program that is killed tells: what it starts with, and where its files are. */
type Told =
  | { readonly event: 'verified'; readonly pieces: number; readonly folder: string }
  | { readonly event: 'moved'; readonly folder: string }

const kills = 50
/** The longest a run lives after it has found its files: several moves. */
const lifeMsMax = 150
const pieceLength = 64 * 1024
const program = fileURLToPath(new URL('kill-while-moving.mjs', import.meta.url))

const data = Buffer.from(Array.from({ length: 6_000_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 0xff))
const pieceCount = Math.ceil(data.length / pieceLength)
const files = [
  { path: ['a'], length: 1_000_001 },
  { path: ['b', 'c'], length: 2_500_000 },
  { path: ['b', 'd'], length: 2_499_999 },
]
const torrentBytes = bencode.encode({
  info: { name: 'moved', 'piece length': pieceLength, pieces: Buffer.from(hashPieces(data, pieceLength)), files },
})

/** A folder on another file system, to which files are copied; where there is none, all moves are renamings. */
async function farFolder(near: string): Promise<string> {
  const { dev } = await stat(near)
  for (const other of ['/dev/shm', tmpdir()]) {
    const found = await stat(other).catch(() => undefined)
    if (found && found.dev !== dev) return mkdtemp(join(other, 'peerchart-moving-'))
  }
  return join(near, 'far')
}

test('killed at fifty random moments while its files move, a torrent loses none and has no wrong byte, whichever folder it is opened by', async () => {
  const { path: work, remove: stop } = await temporaryFolder()
  untilTestEnds({ stop })
  const far = await farFolder(work)
  untilTestEnds({ stop: () => rm(far, { recursive: true, force: true }) })
  const metainfo = parseMetainfo(torrentBytes)
  const torrentFile = join(work, 'moved.torrent')
  await writeFile(torrentFile, torrentBytes)
  const folders = [join(work, 'one'), join(work, 'two'), far]
  let offset = 0
  for (const { path, length } of files) {
    const place = join(work, 'one', 'moved', ...path)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, data.subarray(offset, offset + length))
    offset += length
  }
  const resume = join(work, 'moved.resume')
  const random = seededRandom(2)
  /** Where the files were last known to be by whoever has them moved, and where they may be since. */
  let known = join(work, 'one')
  let moves = 0
  let cutShort = 0
  const foundIn = new Map<string, number>()

  for (let kill = 0; kill < kills; kill++) {
    const others = folders.filter((folder) => folder !== known).sort(() => random() - 0.5)
    const run = untilTestEnds(
      startJsonProcess<Told>(
        'the torrent that moves',
        process.execPath,
        [program, torrentFile, resume, known, ...others],
        peerchartMissing,
      ),
    )
    const { folder, pieces } = await run.waitFor('verified')
    expect({ kill, pieces }).toEqual({ kill, pieces: pieceCount })
    foundIn.set(folder, (foundIn.get(folder) ?? 0) + 1)
    if (folder !== known) cutShort++
    await new Promise((resolve) => setTimeout(resolve, random() * lifeMsMax))
    await run.stop('SIGKILL')
    const last = run.all('moved').at(-1)
    moves += run.all('moved').length
    // Whoever was told notes it, but for a few that do not come to that.
    known = last && random() < 0.8 ? last.folder : folder
  }
  const store = await openFileStore(metainfo, known)
  const place = store.folder ?? ''
  const storage = new PieceStorage(store, metainfo)
  expect((await storage.check()).reduce((count, byte) => count + byte.toString(2).replaceAll('0', '').length, 0)).toBe(
    pieceCount,
  )
  await storage.close()
  const bytes = await Promise.all(files.map(({ path }) => readFile(join(place, 'moved', ...path))))
  expect(Buffer.concat(bytes).equals(data)).toBe(true)
  // What kills hit upon: without these they would prove nothing.
  expect({ moves: moves > 0, cutShort: cutShort > 0, places: foundIn.size > 1 }).toEqual({
    moves: true,
    cutShort: true,
    places: true,
  })
})
