import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { createMemoryNetwork, createTorrent, openMemoryStore, systemClock } from '../../dist/index.js'
import { heading, spread, table, target } from '../lib/report.mjs'
import { startRemotes } from './remotes.mjs'

const port = 6881
const blockBytes = 16_384
const pieceLength = 4 * blockBytes
const blockMsMax = 50
/** Of each line: without a limit megabytes would arrive in one turn, as they do on no network. */
const bytesPerSecond = 250_000

/**
 * How long a torrent with very many peers keeps its process from everything else: it dials them all, downloads from half of them,
 * tells all of each piece, goes through ticks and choke rounds, and stops.
 */
export async function many({ smoke }) {
  const peers = smoke ? 30 : 1000
  const rounds = smoke ? 1 : 5
  heading(
    `many: a torrent with ${peers} peers on the memory network, in this process; greatest block of the event loop`,
  )
  const blocks = {}
  for (let round = 0; round < rounds; round++) {
    for (const [phase, ms] of Object.entries(
      await run({ peers, pieces: smoke ? 8 : 64, idleMs: smoke ? 100 : 11_000 }),
    )) {
      blocks[phase] ??= []
      blocks[phase].push(ms)
    }
  }
  const ms = (value) => `${value.toFixed(0)} ms`
  table([
    ['', 'least', 'median', 'most'],
    ...Object.entries(blocks).map(([phase, values]) => [phase, ...spread(values, ms)]),
  ])
  const greatest = Math.max(...Object.values(blocks).flat())
  target(`greatest block, at most ${blockMsMax} ms`, ms(greatest), greatest <= blockMsMax)
}

async function run({ peers, pieces, idleMs }) {
  const network = createMemoryNetwork({ clock: systemClock, random: Math.random, latencyMs: 5, bytesPerSecond })
  const hosts = Array.from({ length: peers }, (_, n) => `10.0.${n >> 8}.${n & 255}`)
  const metainfo = zeros(pieces)
  const unchokeAll = await startRemotes({
    network,
    hosts,
    port,
    infoHash: metainfo.infoHash,
    block: new Uint8Array(blockBytes),
  })
  const torrent = createTorrent({
    metainfo,
    store: openMemoryStore(metainfo),
    transport: network.transport('10.1.0.0'),
    peers: hosts.map((host) => ({ host, port })),
    maxPeers: peers,
    slots: 50,
    encryption: 'none',
  })
  const isDone = new Promise((resolve) => torrent.on('done', resolve))
  const watcher = watchBlocks()
  torrent.start()
  while (torrent.progress.peers < peers) await wait(20)
  const start = watcher.lap()
  await unchokeAll()
  await isDone
  const exchange = watcher.lap()
  await wait(idleMs)
  const idle = watcher.lap()
  await torrent.stop()
  const stop = watcher.lap()
  watcher.stop()
  return { start, exchange, idle, stop }
}

/** The greatest time between two turns of the event loop since the last lap, in milliseconds. */
function watchBlocks() {
  let greatest = 0
  let last = performance.now()
  let isWatching = true
  const turn = () => {
    const now = performance.now()
    greatest = Math.max(greatest, now - last)
    last = now
    if (isWatching) setImmediate(turn)
  }
  setImmediate(turn)
  return {
    lap() {
      const lap = greatest
      greatest = 0
      return lap
    },
    stop() {
      isWatching = false
    },
  }
}

/** A torrent of zeros. */
function zeros(pieces) {
  const hash = createHash('sha1').update(new Uint8Array(pieceLength)).digest()
  return {
    infoHash: new Uint8Array(20).fill(7),
    infoBytes: new Uint8Array(1),
    name: 'zeros',
    pieceLength,
    length: pieces * pieceLength,
    pieceHashes: Buffer.concat(Array.from({ length: pieces }, () => hash)),
    files: [],
  }
}
