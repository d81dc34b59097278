import { createTorrent, startInspector } from '../../dist/index.js'
import { storeOfZeros, zeros } from '../many/zeros.mjs'

/**
 * A program, forked with --expose-gc, pieces, their length and bytes a second: a torrent with an inspector that says its page's address; told
 * addresses, it downloads from there as slowly as it is told; asked otherwise, it tells of its memory.
 */
const [pieces, pieceLength, downloadLimit] = process.argv.slice(2).map(Number)
const metainfo = zeros({ pieces, pieceLength })
const inspector = await startInspector()
process.on('disconnect', () => process.exit())
let torrent
process.on('message', ({ peers }) => {
  if (peers) {
    torrent = createTorrent({
      metainfo,
      store: storeOfZeros(metainfo, { isWhole: false }),
      peers,
      maxPeers: peers.length,
      slots: 50,
      encryption: 'none',
      downloadLimit,
      inspect: inspector.inspect,
    })
    torrent.start()
    return
  }
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, rss } = process.memoryUsage()
  process.send({ heap: heapUsed, rss, peers: torrent?.progress.peers ?? 0, pages: inspector.pages })
})
process.send({ url: inspector.url })
