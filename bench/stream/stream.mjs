import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startJsonLines } from '../lib/json-lines.mjs'
import { heading, spread, table, target } from '../lib/report.mjs'

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url))

const mebibyte = 1024 * 1024
/** Bytes a second that each seeder gives: 10 MB/s in all. */
const limits = [4_000_000, 3_000_000, 2_000_000, 1_000_000]
/** Bytes of the film in a second. */
const rate = 8_000_000

const firstMsMax = 500
const seekMsMax = 1000

/**
 * A film of 1 GiB is played from several seeders on loopback, which give little more than the player shows: how long until there is something
 * to show, from the start of the torrent and after each seek, and how long it stands still.
 */
export async function stream({ smoke }) {
  const pieceLength = smoke ? mebibyte / 4 : mebibyte
  const pieces = smoke ? 64 : 1024
  const rounds = smoke ? 1 : 5
  const seconds = smoke ? 0.1 : 8
  heading(
    `stream: a film of ${rate / 1e6} MB/s while it is downloaded from ${limits.length} seeders that give 10 MB/s in all`,
  )
  const seeders = startJsonLines(process.execPath, [
    fileOf('seeders.mjs'),
    ...[pieces, pieceLength, ...limits].map(String),
  ])
  const runs = []
  try {
    const { ports } = await seeders.next('listening')
    for (let round = 0; round < rounds; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'peerchart-bench-'))
      try {
        const film = [pieces, pieceLength, folder, rate, seconds]
        const player = startJsonLines(process.execPath, [fileOf('player.mjs'), ...[...film, ...ports].map(String)])
        runs.push(await player.next('played'))
        await player.ended
      } finally {
        await rm(folder, { recursive: true })
      }
    }
  } finally {
    await seeders.end()
  }
  const first = runs.map(({ parts: [start] }) => start.firstMs)
  const seeks = runs.flatMap(({ parts: [, ...after] }) => after.map(({ firstMs }) => firstMs))
  const waits = runs.map(({ parts }) => parts.reduce((sum, { waitedMs }) => sum + waitedMs, 0))
  const milliseconds = (ms) => `${ms.toFixed(0)} ms`
  table([
    ['', 'least', 'median', 'most'],
    ['first byte, from the start of the torrent', ...spread(first, milliseconds)],
    ['first byte after a seek', ...spread(seeks, milliseconds)],
    ['stood still in a run', ...spread(waits, milliseconds)],
    [
      'greatest resident set',
      ...spread(
        runs.map(({ rss }) => rss),
        (bytes) => `${(bytes / mebibyte).toFixed(0)} MiB`,
      ),
    ],
  ])
  const most = (values) => Math.max(...values)
  target(`first byte, at most ${firstMsMax} ms`, milliseconds(most(first)), most(first) <= firstMsMax)
  target(`first byte after a seek, at most ${seekMsMax} ms`, milliseconds(most(seeks)), most(seeks) <= seekMsMax)
  target('stood still, not at all', milliseconds(most(waits)), most(waits) === 0)
}
