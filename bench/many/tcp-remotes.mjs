import { tcpTransport } from '../../dist/index.js'
import { startRemotes } from './remotes.mjs'

/** A program, forked with how many: remotes on loopback TCP, which tells their addresses, and unchokes when it is told anything. */
const peers = Number(process.argv[2])

const places = Array.from({ length: peers }, () => ({ transport: tcpTransport(), at: { host: '127.0.0.1', port: 0 } }))
const { addresses, unchokeAll } = await startRemotes(places)
process.on('message', unchokeAll)
process.on('disconnect', () => process.exit())
process.send(addresses)
