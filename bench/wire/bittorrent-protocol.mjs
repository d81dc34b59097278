import { connect, createServer } from 'node:net'
import Protocol from 'bittorrent-protocol'

const infoHash = Buffer.alloc(20, 7)

/** The same with `bittorrent-protocol`, its wires piped over `node:net` sockets as webtorrent does. */
export async function transferOverBittorrentProtocol({ blocks, blockBytes, depth }) {
  const data = Buffer.alloc(blockBytes)
  const server = createServer({ noDelay: true }, (socket) => {
    const wire = attach(socket)
    wire.on('handshake', () => {
      wire.handshake(infoHash, Buffer.alloc(20, 2), { fast: true })
      wire.haveAll()
    })
    wire.on('interested', () => wire.unchoke())
    wire.on('request', (_index, _begin, _length, respond) => respond(null, data))
  })
  const port = await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const wire = attach(socket)
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
    socket.once('connect', () => wire.handshake(infoHash, Buffer.alloc(20, 1), { fast: true }))
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

function attach(socket) {
  const wire = new Protocol()
  socket.on('error', () => {})
  socket.on('close', () => wire.destroy())
  wire.on('error', () => {})
  socket.pipe(wire).pipe(socket)
  return wire
}
