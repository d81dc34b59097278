import { readFile } from 'node:fs/promises'
import { createTorrent, openFileStore, parseAddress, readMetainfo, utpTransport } from '../../dist/index.js'

// Downloads a torrent from one peer over uTP, and says on a line of JSON how long it took, from the dial to the last piece.

const [torrentPath, out, peer] = process.argv.slice(2)
const metainfo = await readMetainfo(await readFile(torrentPath))
const store = await openFileStore(metainfo, out)
const torrent = createTorrent({
  metainfo,
  store,
  encryption: 'none',
  transport: utpTransport(),
  peers: [parseAddress(peer)],
})
const startedAt = performance.now()
torrent.start()
await torrent.done
const { user, system } = process.cpuUsage()
console.log(
  JSON.stringify({
    event: 'done',
    seconds: (performance.now() - startedAt) / 1000,
    processorSeconds: (user + system) / 1e6,
  }),
)
await torrent.stop()
process.exit()
