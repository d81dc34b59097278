import { createTorrent } from '../../dist/index.js'
import { storeOfZeros, zeros } from '../many/zeros.mjs'

/** A program, forked with pieces and their length: seeds zeros on loopback, and tells the address. */
const [pieces, pieceLength] = process.argv.slice(2).map(Number)
const metainfo = zeros({ pieces, pieceLength })
const seed = createTorrent({
  metainfo,
  store: storeOfZeros(metainfo, { isWhole: true }),
  listen: { host: '127.0.0.1', port: 0 },
  encryption: 'none',
})
seed.on('listening', ({ address }) => process.send(address))
process.on('disconnect', () => process.exit())
seed.start()
