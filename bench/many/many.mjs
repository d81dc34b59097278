import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createMemoryNetwork, createTorrent, openMemoryStore, systemClock, tcpTransport } from '../../dist/index.js'
import { heading, spread, table, target } from '../lib/report.mjs'
import { watchBlocks } from './event-loop.mjs'
import { startRemotes } from './remotes.mjs'
import { zeros } from './zeros.mjs'

const pieceLength = 65_536
const blockMsMax = 50
/** Of each memory line: without a limit megabytes would arrive in one turn, as they do on no network. */
const bytesPerSecond = 250_000

const networks = { memory: startOnMemory, 'loopback TCP': startOnTcp }

/**
 * How long a torrent with very many peers keeps its process from everything else: it dials them all, downloads from half of them,
 * tells all of each piece, goes through ticks and choke rounds, and stops. On memory lines, whose remote ends are in this process
 * too, and over loopback TCP, whose are in another. The first run, in which everything is compiled, is not counted.
 */
export async function many({ smoke }) {
  const peers = smoke ? 30 : 1000
  const rounds = smoke ? 1 : 5
  heading(`many: a torrent with ${peers} peers; greatest block of the event loop`)
  const blocks = {}
  for (const [name, start] of Object.entries(networks)) {
    if (!smoke) await run({ start, peers, pieces: 64, idleMs: 100 })
    for (let round = 0; round < rounds; round++) {
      const phases = await run({ start, peers, pieces: smoke ? 8 : 64, idleMs: smoke ? 100 : 11_000 })
      for (const [phase, ms] of Object.entries(phases)) {
        const row = `${name}: ${phase}`
        blocks[row] ??= []
        blocks[row].push(ms)
      }
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

async function run({ start, peers, pieces, idleMs }) {
  const remotes = await start(peers)
  const metainfo = zeros({ pieces, pieceLength })
  const torrent = createTorrent({
    metainfo,
    store: openMemoryStore(metainfo),
    transport: remotes.transport,
    peers: remotes.addresses,
    maxPeers: peers,
    slots: 50,
    encryption: 'none',
  })
  const isDone = new Promise((resolve) => torrent.on('done', resolve))
  const watcher = watchBlocks()
  torrent.start()
  while (torrent.progress.peers < peers) await wait(20)
  const dialled = await watcher.lap()
  await remotes.unchokeAll()
  await isDone
  const exchange = await watcher.lap()
  await wait(idleMs)
  const idle = await watcher.lap()
  await torrent.stop()
  const stop = await watcher.lap()
  watcher.stop()
  await remotes.close()
  return { start: dialled, exchange, idle, stop }
}

async function startOnMemory(peers) {
  const network = createMemoryNetwork({ clock: systemClock, random: Math.random, latencyMs: 5, bytesPerSecond })
  const places = Array.from({ length: peers }, (_, nth) => {
    const host = `10.0.${nth >> 8}.${nth & 255}`
    return { transport: network.transport(host), at: { host, port: 6881 } }
  })
  return { ...(await startRemotes(places)), transport: network.transport('10.1.0.0'), close: async () => {} }
}

async function startOnTcp(peers) {
  const child = fork(fileURLToPath(new URL('tcp-remotes.mjs', import.meta.url)), [String(peers)])
  const [addresses] = await once(child, 'message')
  return {
    addresses,
    transport: tcpTransport(),
    unchokeAll: async () => child.send('unchoke'),
    close: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}
