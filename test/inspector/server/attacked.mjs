import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { createTorrent, openMemoryStore, startInspector, tcpTransport } from '../../../dist/index.js'

/**
 * A program with an inspector that says where its page is; when told to start, one torrent downloads from another over loopback TCP, and it
 * says when all is there. Asked how it stands, it tells of memory, descriptors and pages.
 */
const pieceLength = 65_536
const pieces = 128
const data = new Uint8Array(pieceLength)
const hash = createHash('sha1').update(data).digest()
const metainfo = {
  infoHash: new Uint8Array(20).fill(7),
  infoBytes: new Uint8Array(1),
  name: 'zeros',
  pieceLength,
  length: pieces * pieceLength,
  pieceHashes: Buffer.concat(Array.from({ length: pieces }, () => hash)),
  files: [],
  announce: [],
  webSeeds: [],
}
const listen = { host: '127.0.0.1', port: 0 }
const inspector = await startInspector()
const { inspect } = inspector
const transport = tcpTransport()
const full = openMemoryStore(metainfo)
for (let index = 0; index < pieces; index++) await new Promise((resolve) => full.put(index, data, resolve))
const seed = createTorrent({ metainfo, store: full, listen, transport, inspect })
const leecher = createTorrent({ metainfo, store: openMemoryStore(metainfo), transport, inspect })

const answers = {
  start() {
    seed.on('listening', ({ address }) => leecher.addPeer(address))
    leecher.done.then(({ downloaded }) => process.send({ done: downloaded }))
    seed.start()
    leecher.start()
  },
  stand() {
    const { rss } = process.memoryUsage()
    process.send({ rss, descriptors: readdirSync('/proc/self/fd').length, pages: inspector.pages })
  },
}
process.on('message', (what) => answers[what]())
process.on('disconnect', () => process.exit())
process.send({ url: inspector.url })
