import { createTorrent, openFileStore, startInspector } from '../../dist/index.js'
import { zeros } from '../many/zeros.mjs'

/**
 * A program, forked with how it is inspected, a port, pieces, their length and a folder: says its page's address, if it has one; told to go, it
 * downloads to the folder, and says how many seconds that took.
 */
const [how, ...rest] = process.argv.slice(2)
const [port, pieces, pieceLength] = rest.slice(0, 3).map(Number)
const metainfo = zeros({ pieces, pieceLength })
const inspector = how === 'none' || how === 'undefined' ? undefined : await startInspector()
const torrent = createTorrent({
  metainfo,
  store: await openFileStore(metainfo, rest[3]),
  encryption: 'none',
  ...(how !== 'none' && { inspect: inspector?.inspect }),
})
process.on('disconnect', () => process.exit())
process.on('message', async () => {
  torrent.start()
  const begin = performance.now()
  torrent.addPeer({ host: '127.0.0.1', port })
  await torrent.done
  process.send((performance.now() - begin) / 1000)
})
process.send({ url: inspector?.url })
