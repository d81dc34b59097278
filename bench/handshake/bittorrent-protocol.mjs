import { connect, createServer } from 'node:net'
import { acceptWire, dialWire } from '../lib/bittorrent-protocol.mjs'

/** The same with `bittorrent-protocol`: an end is open when it has said its handshake and heard the other's. */
export async function connectOverBittorrentProtocol({ batches, atOnce, encryption }) {
  const accepted = []
  const server = createServer({ noDelay: true }, (socket) => {
    const wire = acceptWire(socket, encryption)
    accepted.push({ wire, socket })
    wire.once('handshake', () => countOpen())
  })
  let countOpen
  const port = await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
  let seconds = 0
  for (let batch = 0; batch < batches; batch++) {
    const startedAt = performance.now()
    const dialled = await new Promise((resolve) => {
      const ends = []
      let open = 0
      countOpen = () => {
        if (++open === 2 * atOnce) resolve(ends)
      }
      for (let i = 0; i < atOnce; i++) {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true })
        const wire = dialWire(socket, encryption)
        wire.once('handshake', () => countOpen())
        ends.push({ wire, socket })
      }
    })
    seconds += (performance.now() - startedAt) / 1000
    const ends = [...dialled, ...accepted.splice(0)]
    const closed = ends.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)))
    for (const { wire, socket } of ends) {
      wire.destroy()
      socket.destroy()
    }
    await Promise.all(closed)
  }
  await new Promise((resolve) => server.close(resolve))
  return seconds
}
