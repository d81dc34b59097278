// Seeds a film on loopback from several torrents, each limited: `node seeders.mjs <pieces> <piece length> <bytes a second>...`.
// Prints the port of each when all have checked the film.
import { createTorrent } from '../../dist/index.js'
import { film, storeOfFilm } from './film.mjs'

const [pieces, pieceLength, ...limits] = process.argv.slice(2).map(Number)
const metainfo = film({ pieces, pieceLength })
const ports = []
for (const uploadLimit of limits) {
  const torrent = createTorrent({
    metainfo,
    store: storeOfFilm(metainfo),
    listen: { host: '127.0.0.1', port: 0 },
    uploadLimit,
  })
  ports.push(
    await new Promise((resolve) => {
      torrent.on('listening', ({ transport, address }) => transport === 'tcp' && resolve(address.port))
      torrent.start()
    }),
  )
}
console.log(JSON.stringify({ event: 'listening', ports }))
