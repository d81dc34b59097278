import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTorrent, openMemoryStore } from '../../dist/index.js'

/** A program, run with --expose-gc and a number of connections: prints what each adds to the process of their torrent, in bytes. */
const count = Number(process.argv[2])

/** Connections made and closed first, so that code that is loaded and compiled is nobody's cost. */
const warmUps = 100

const torrent = startTorrent()
const { address } = await new Promise((resolve) => torrent.on('listening', resolve))

await (await connect(warmUps)).close()
const before = await measure()
const remotes = await connect(count)
const after = await measure()
console.log(
  JSON.stringify({
    event: 'measured',
    heap: (after.heapUsed - before.heapUsed) / count,
    rss: (after.rss - before.rss) / count,
  }),
)
await remotes.close()
await torrent.stop()

function startTorrent() {
  const pieceLength = 16_384
  const pieceCount = 1000
  const metainfo = {
    infoHash: new Uint8Array(20).fill(7),
    infoBytes: new Uint8Array(1),
    name: 'data',
    pieceLength,
    length: pieceCount * pieceLength,
    pieceHashes: new Uint8Array(pieceCount * 20),
    files: [],
    announce: [],
    webSeeds: [],
  }
  const store = openMemoryStore(metainfo)
  const listen = { host: '127.0.0.1', port: 0 }
  const maxPeers = Math.max(count, warmUps)
  const started = createTorrent({ metainfo, store, listen, maxPeers, encryption: 'none' })
  started.start()
  return started
}

/** Remote ends in a process of their own, and here as many open peers. */
async function connect(connections) {
  const child = fork(fileURLToPath(new URL('remotes.mjs', import.meta.url)), [
    String(address.port),
    String(connections),
  ])
  while (torrent.progress.peers < connections) await wait(20)
  return {
    close: async () => {
      child.kill()
      await once(child, 'exit')
      while (torrent.peers.length > 0) await wait(20)
    },
  }
}

async function measure() {
  // Finalizers of one collection free what the next one finds. After the last nothing is waited for: a tick may come.
  for (let i = 0; i < 4; i++) {
    await wait(20)
    globalThis.gc()
  }
  return process.memoryUsage()
}
