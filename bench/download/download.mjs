import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { heading, mebibytesPerSecond, spread, table, target, times } from '../lib/report.mjs'
import { interleave, medianRatio } from '../lib/rounds.mjs'
import { createTorrentFile, leechWithLibtorrent, libtorrentVersion, seedWithLibtorrent } from './libtorrent.mjs'
import { leechWithPeerchart } from './peerchart.mjs'

const mebibyte = 1024 * 1024

/** A whole torrent from a libtorrent seeder to disk: `peerchart download` beside libtorrent itself as the leecher. */
export const download = ({ smoke }) =>
  compare({ name: 'download', transport: 'tcp', mebibytes: smoke ? 16 : 1024, least: 0.8, smoke })

/** The same over uTP, at which libtorrent is slower by far: ours is the library in a process of its own. */
export const downloadOverUtp = ({ smoke }) =>
  compare({ name: 'utp', transport: 'utp', mebibytes: smoke ? 16 : 256, least: 2, smoke })

async function compare({ name, transport, mebibytes, least, smoke }) {
  const length = mebibytes * mebibyte
  const pieceLength = mebibyte
  const rounds = smoke ? 1 : 7
  heading(
    `${name}: ${mebibytes} MiB in pieces of 1 MiB from a libtorrent seeder to disk over ${transport}, from the dial to complete`,
  )
  const version = await libtorrentVersion()
  if (version === undefined) {
    console.log('  left out: libtorrent is missing (the Debian package python3-libtorrent)')
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-bench-'))
  try {
    const source = join(folder, 'source')
    const torrent = join(folder, 'data.torrent')
    await mkdir(source)
    await writeNoise(join(source, 'data'), length)
    await createTorrentFile(join(source, 'data'), torrent, pieceLength)
    const seeder = await seedWithLibtorrent(torrent, source, transport)
    let run = 0
    const timed = (leech) => async () => {
      const out = join(folder, `out-${run++}`)
      await mkdir(out)
      await touchMemory(join(folder, 'memory'), length)
      try {
        return length / (await leech({ torrent, out, peer: seeder.address, transport }))
      } finally {
        await rm(out, { recursive: true })
      }
    }
    try {
      const results = await interleave(
        { peerchart: timed(leechWithPeerchart), [`libtorrent ${version}`]: timed(leechWithLibtorrent) },
        { rounds, warmUps: smoke ? 0 : 1 },
      )
      table([
        ['', 'least', 'median', 'most'],
        ...Object.entries(results).map(([name, rates]) => [name, ...spread(rates, mebibytesPerSecond)]),
      ])
      const [ours, theirs] = Object.values(results)
      const ratio = medianRatio(ours, theirs)
      target(`of libtorrent, at least ${times(least)}`, times(ratio), ratio >= least)
    } finally {
      await seeder.stop()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
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
