import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import bencode from 'bencode'
import { expect, test } from 'vitest'
import { createTorrent, openMemoryStore, parseMetainfo, seededRandom } from '../../index.ts'
import { decodeResume } from '../../storage/resume-data.ts'
import { temporaryFolder } from './fixtures.ts'
import { startJsonProcess } from './json-process.ts'
import { peerchartMissing } from './peerchart.ts'
import { untilTestEnds } from './until-test-ends.ts'

/** What the program that is killed tells: the pieces it starts with, those that it has got, what went wrong. */
type Told =
  | { readonly event: 'verified'; readonly pieces: readonly number[] }
  | { readonly event: 'piece'; readonly index: number }
  | { readonly event: 'trouble'; readonly type: string; readonly message: string }
  | { readonly event: 'chosen' }
  | { readonly event: 'done' }

const kills = 50
/**
 * The longest a run lives after it has checked its data, on a machine where a whole download takes no longer; on a slow one, as long as that:
 * kills would otherwise come before there is anything to lose.
 */
const lifeMsMax = 900
const lifeMsBound = 2_500
/** Fifty runs on a busy machine. */
const timeoutMs = 400_000
const slowWriteMs = 8
const pieceLength = 16 * 1024
const program = fileURLToPath(new URL('kill-files-fifty-times.mjs', import.meta.url))
const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')

/** Small files among large ones: pieces of two, three and five files. */
const lengths = [100_001, 7_000, 400_000, 3_000, 2_000, 5_000, 250_000, 60_000, 16_384, 300_003, 90_000]
const total = lengths.reduce((sum, length) => sum + length, 0)
const data = Buffer.from(Array.from({ length: total }, (_, i) => 1 + ((Math.imul(i, 2654435761) >>> 13) % 255)))
const pieceCount = Math.ceil(total / pieceLength)
const pieceOf = (bytes: Uint8Array, index: number) => bytes.subarray(index * pieceLength, (index + 1) * pieceLength)
const pieceHashes = Array.from({ length: pieceCount }, (_, index) => sha1(pieceOf(data, index)))
const files = lengths.map((length, i) => ({ path: i % 2 === 0 ? [`f${i}`] : ['sub', `f${i}`], length }))
const torrentBytes = bencode.encode({
  info: { name: 'killed', 'piece length': pieceLength, pieces: Buffer.from(pieceHashes.join(''), 'hex'), files },
})

/** What there is of the torrent: each file from its place or, without it, from the part file, whose format is libtorrent's. */
async function onDisk(out: string, partFile: string): Promise<Uint8Array> {
  const parts = await readFile(join(out, partFile)).catch(() => Buffer.alloc(0))
  const headerLength = Math.ceil((8 + 4 * pieceCount) / 1024) * 1024
  const content = Buffer.alloc(total)
  let offset = 0
  for (const { path, length } of files) {
    const file = await readFile(join(out, 'killed', ...path)).catch(() => undefined)
    if (file) file.copy(content, offset, 0, length)
    else if (parts.length >= headerLength) {
      for (let index = Math.floor(offset / pieceLength); index * pieceLength < offset + length; index++) {
        const slot = parts.readUInt32BE(8 + 4 * index)
        if (slot === 0xffffffff) continue
        const from = Math.max(offset, index * pieceLength)
        const to = Math.min(offset + length, (index + 1) * pieceLength)
        const at = headerLength + slot * pieceLength - index * pieceLength
        // A slot is noted before anything is written to it: the file may end before it.
        content.set(parts.subarray(at + from, at + to), from)
      }
    }
    offset += length
  }
  return content
}

test(
  'killed at fifty random moments while other files are chosen, a download loses no piece that it had, and has no wrong byte',
  async () => {
    const { path: work, remove: stop } = await temporaryFolder()
    untilTestEnds({ stop })
    const metainfo = parseMetainfo(torrentBytes)
    const torrentFile = join(work, 'killed.torrent')
    await writeFile(torrentFile, torrentBytes)
    const store = openMemoryStore(metainfo)
    for (let index = 0; index < pieceCount; index++) store.put(index, pieceOf(data, index), () => {})
    const seeder = untilTestEnds(
      createTorrent({
        metainfo,
        store,
        listen: { host: '127.0.0.1', port: 0 },
        encryption: 'none',
      }),
    )
    const listening = new Promise<number>((resolve) => seeder.on('listening', ({ address }) => resolve(address.port)))
    seeder.start()
    const port = await listening

    const out = join(work, 'out')
    const resume = join(work, 'state', 'killed.resume')
    const hash = Buffer.from(metainfo.infoHash).toString('hex')
    const start = (seed: number, writeMs: number) =>
      untilTestEnds(
        startJsonProcess<Told>(
          'the download',
          process.execPath,
          [program, torrentFile, out, resume, `${port}`, `${writeMs}`, `${seed}`],
          peerchartMissing,
        ),
      )
    const undisturbed = start(0, 0)
    await undisturbed.waitFor('verified')
    const startedAt = performance.now()
    await undisturbed.waitFor('chosen')
    const lifeMs = Math.min(lifeMsBound, Math.max(lifeMsMax, performance.now() - startedAt))
    await undisturbed.stop('SIGKILL')
    for (const made of [out, resume]) await rm(made, { recursive: true, force: true })
    const random = seededRandom(5)
    /** What kills hit upon: without these they would prove nothing. */
    const hit = { parts: 0, moving: 0, claims: 0, chosen: 0, anew: 0 }
    let before: readonly number[] = []

    for (let kill = 1; kill <= kills; kill++) {
      const run = start(kill, kill % 2 === 1 ? slowWriteMs : 0)
      // Now and then before it has even looked at its data.
      if (kill % 10 !== 0) await run.waitFor('verified')
      await new Promise((resolve) => setTimeout(resolve, random() * lifeMs))
      await run.stop('SIGKILL')

      const bytes = await onDisk(out, `.${hash}.parts`)
      const right = pieceHashes.flatMap((of, index) => (sha1(pieceOf(bytes, index)) === of ? [index] : []))
      const lacks = (some: readonly number[]) => some.filter((index) => !right.includes(index))
      const [verified] = run.all('verified')
      if (verified)
        expect(
          before.filter((index) => !verified.pieces.includes(index)),
          `not found at ${kill}`,
        ).toEqual([])
      expect(lacks(before), `lost by kill ${kill}`).toEqual([])
      expect(lacks(verified?.pieces ?? []), `wrongly believed at ${kill}`).toEqual([])
      expect(lacks(run.all('piece').map(({ index }) => index)), `told, and not there after kill ${kill}`).toEqual([])
      expect(run.all('trouble'), `trouble at ${kill}`).toEqual([])
      const kept = decodeResume(await readFile(resume).catch(() => Buffer.alloc(0)), metainfo.infoHash)
      const claimed =
        typeof kept === 'string'
          ? []
          : pieceHashes.flatMap((_, index) => ((kept.have[index >> 3] ?? 0) & (0x80 >> (index & 7)) ? [index] : []))
      expect(lacks(claimed), `claimed after kill ${kill}`).toEqual([])

      const names = (await readdir(out, { recursive: true }).catch(() => [])).map(String)
      if (names.some((name) => name.endsWith('.parts'))) hit.parts++
      if (names.some((name) => name.endsWith('.moving'))) hit.moving++
      hit.claims += claimed.length
      hit.chosen += run.all('chosen').length
      before = right
      // Now and then from nothing: of a torrent that is whole there are no parts.
      if (right.length < pieceCount && kill % 6 > 0) continue
      hit.anew++
      for (const made of [out, resume]) await rm(made, { recursive: true, force: true })
      before = []
    }
    const last = start(0, 0)
    await last.waitFor('done')
    expect(Buffer.compare(await onDisk(out, `.${hash}.parts`), data)).toBe(0)
    expect((await readdir(out, { recursive: true })).map(String).filter((name) => name.includes(hash))).toEqual([])
    expect(hit.parts, JSON.stringify(hit)).toBeGreaterThan(2)
    expect(hit.claims).toBeGreaterThan(0)
  },
  timeoutMs,
)
