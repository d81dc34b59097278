import { createTorrent } from '../../dist/index.js'
import { zeroStore, zeros } from './torrent.mjs'

/**
 * A program, forked with a role and the shape of the torrent as JSON: `seed`, which has everything; `leecher`, which has nothing; or `magnet`, which
 * does not even have the metadata. It listens on loopback and tells its parent where, dials the `peers` it was told, and says when it is
 * complete. It is the one that is attacked, or an honest seeder.
 */
const { role, shape, peers = [] } = JSON.parse(process.argv[2])

const metainfo = zeros(shape)
const source =
  role === 'magnet'
    ? {
        magnet: { infoHash: metainfo.infoHash, peers: [], trackers: [] },
        openStore: async (known) => zeroStore(known, { isFull: false }),
      }
    : { metainfo, store: zeroStore(metainfo, { isFull: role === 'seed' }) }
const torrent = createTorrent({ ...source, listen: { host: '127.0.0.1', port: 0 } })
torrent.on('listening', ({ address }) => process.send({ listening: address }))
torrent.on('failed', ({ error }) => process.send({ failed: error.message }))
torrent.on('done', () => process.send({ done: true }))
torrent.on('piece', () => {
  const { pieces } = torrent.progress
  if (pieces === shape.enough) process.send({ done: true })
})
if (process.env.PEERCHART_ATTACKS_TRACE) {
  torrent.on('peer', ({ state, reason }) => state === 'closed' && console.error(role, state, reason))
}
process.on('message', ({ dial }) => {
  for (const address of dial) torrent.addPeer(address)
})
process.on('disconnect', () => process.exit())
for (const address of peers) torrent.addPeer(address)
torrent.start()
