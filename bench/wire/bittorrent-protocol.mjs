import { connect, createServer } from 'node:net'
import { acceptWire, dialWire } from '../lib/bittorrent-protocol.mjs'

/** The same with `bittorrent-protocol`, its wires piped over `node:net` sockets as webtorrent does. */
export async function transferOverBittorrentProtocol({ blocks, blockBytes, depth, encryption }) {
  const data = Buffer.alloc(blockBytes)
  const server = createServer({ noDelay: true }, (socket) => {
    const wire = acceptWire(socket, encryption)
    wire.on('handshake', () => wire.haveAll())
    wire.on('interested', () => wire.unchoke())
    wire.on('request', (_index, _begin, _length, respond) => respond(null, data))
  })
  const port = await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const wire = dialWire(socket, encryption)
  const seconds = await new Promise((resolve, reject) => {
    let asked = 0
    let received = 0
    let startedAt
    const ask = () => wire.request(asked++, 0, blockBytes, onBlock)
    const onBlock = (error) => {
      if (error) return reject(error)
      received++
      if (received === blocks) resolve((performance.now() - startedAt) / 1000)
      else if (asked < blocks) ask()
    }
    wire.once('have-all', () => wire.interested())
    wire.once('unchoke', () => {
      startedAt = performance.now()
      while (asked < Math.min(depth, blocks)) ask()
    })
  })
  wire.destroy()
  socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  return seconds
}
