import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processorSeconds } from '../lib/process-figures.mjs'
import { heading, mebibytesPerSecond, microsPerKibibyte, spread, table, target, times } from '../lib/report.mjs'
import { interleave, median, medianRatio } from '../lib/rounds.mjs'
import { createTorrentFile, leechWithLibtorrent, libtorrentVersion, seedWithLibtorrent } from './libtorrent.mjs'
import { leechWithPeerchart, seedWithPeerchart } from './peerchart.mjs'

const mebibyte = 1024 * 1024

/** A whole torrent from a libtorrent seeder to disk: `peerchart download` beside libtorrent itself as the leecher. */
export const download = ({ smoke }) =>
  compare({ name: 'download', transport: 'tcp', mebibytes: smoke ? 16 : 1024, downloads: 0.8, smoke })

/** The same over uTP, at which libtorrent is slower by far; and libtorrent as the leecher of `peerchart seed`. */
export const downloadOverUtp = ({ smoke }) =>
  compare({ name: 'utp', transport: 'utp', mebibytes: smoke ? 16 : 128, downloads: 2, uploads: 1, smoke })

/** `downloads`: what our rate of it should be at least, in units of libtorrent's; `uploads`: likewise, not measured when absent. */
async function compare({ name, transport, mebibytes, downloads, uploads, smoke }) {
  const length = mebibytes * mebibyte
  heading(`${name}: ${mebibytes} MiB in pieces of 1 MiB to disk over ${transport}, from the dial to complete`)
  const version = await libtorrentVersion()
  if (version === undefined) {
    console.log('  left out: libtorrent is missing (the Debian package python3-libtorrent)')
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-bench-'))
  const seeders = []
  try {
    const source = join(folder, 'source')
    const torrent = join(folder, 'data.torrent')
    await mkdir(source)
    await writeNoise(join(source, 'data'), length)
    await createTorrentFile(join(source, 'data'), torrent, mebibyte)
    const seeding = async (seed) => {
      const seeder = await seed(torrent, source, transport)
      seeders.push(seeder)
      return seeder
    }
    const libtorrent = await seeding(seedWithLibtorrent)
    let run = 0
    const timed = (leech, seeder) => async () => {
      const out = join(folder, `out-${run++}`)
      await mkdir(out)
      await touchMemory(join(folder, 'memory'), length)
      try {
        const before = processorSeconds(seeder.pid)
        const { seconds, processorSeconds: spent } = await leech({ torrent, out, peer: seeder.address, transport })
        const seederSpent = processorSeconds(seeder.pid) - before
        return { rate: length / seconds, leecher: spent / length, seeder: seederSpent / length }
      } finally {
        await rm(out, { recursive: true })
      }
    }
    const contenders = {
      'libtorrent to peerchart': timed(leechWithPeerchart, libtorrent),
      'libtorrent to itself': timed(leechWithLibtorrent, libtorrent),
    }
    if (uploads !== undefined) {
      contenders['peerchart to libtorrent'] = timed(leechWithLibtorrent, await seeding(seedWithPeerchart))
    }
    const results = await interleave(contenders, { rounds: smoke ? 1 : 7, warmUps: smoke ? 0 : 1 })
    table([
      [`libtorrent ${version}`, 'least', 'median', 'most', 'processor: seeder', 'leecher'],
      ...Object.entries(results).map(([name, runs]) => [
        name,
        ...spread(rates(runs), mebibytesPerSecond),
        ...['seeder', 'leecher'].map((end) => microsPerKibibyte(median(runs.map((run) => run[end])))),
      ]),
    ])
    const [down, alone, up] = Object.values(results).map(rates)
    beside('our download beside its own', down, alone, downloads)
    if (up) beside('our upload beside its own', up, alone, uploads)
  } finally {
    for (const seeder of seeders) await seeder.stop()
    await rm(folder, { recursive: true })
  }
}

const rates = (runs) => runs.map(({ rate }) => rate)

function beside(what, ours, theirs, least) {
  const ratio = medianRatio(ours, theirs)
  target(`${what}, at least ${times(least)}`, times(ratio), ratio >= least)
}

/**
 * Has the system hand out as much memory for files as a run will fill. A virtual machine gets it from its host at the first touch, at
 * ten times the cost of the copy: what a run would find touched is up to the runs before it.
 */
async function touchMemory(path, length) {
  await writeNoise(path, length)
  await rm(path)
}

/** A file of bytes that no file system compresses or leaves out, the same in every run. */
async function writeNoise(path, length) {
  const file = await open(path, 'w')
  try {
    const words = new Uint32Array(mebibyte / 4)
    let state = 1
    for (let at = 0; at < length; at += mebibyte) {
      for (let i = 0; i < words.length; i++) {
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        words[i] = state
      }
      await file.write(new Uint8Array(words.buffer))
    }
  } finally {
    await file.close()
  }
}
