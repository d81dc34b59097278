import { createPeer, tcpTransport } from '../../dist/index.js'

const torrent = { infoHash: new Uint8Array(20).fill(7), pieceLength: 16_384, length: 16_384 }

/**
 * Opens `atOnce` connections at once, so many `batches` one after another, each between two peer actors with their transport
 * actors, and answers the seconds from the dials to the last `peer.opened`. What closes them is not counted.
 */
export async function connectOverPeerchart({ batches, atOnce, encryption }) {
  const transport = tcpTransport()
  const accepted = []
  let countOpen
  const open = (to) => {
    const peer = createPeer({ ...torrent, to, encryption, transport })
    peer.on('peer.opened', () => countOpen())
    return peer
  }
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    accepted.push(open(connection))
  })
  let seconds = 0
  for (let batch = 0; batch < batches; batch++) {
    const startedAt = performance.now()
    const dialled = await new Promise((resolve, reject) => {
      const peers = []
      let opened = 0
      countOpen = () => {
        if (++opened === 2 * atOnce) resolve(peers)
      }
      for (let i = 0; i < atOnce; i++) {
        const peer = open(listener.address)
        peer.on('peer.closed', ({ reason }) => reject(new Error(`closed: ${JSON.stringify(reason)}`)))
        peers.push(peer)
      }
    })
    seconds += (performance.now() - startedAt) / 1000
    const peers = [...dialled, ...accepted.splice(0)]
    const closed = peers.map((peer) => new Promise((resolve) => peer.on('peer.closed', resolve)))
    for (const peer of dialled) peer.stop()
    await Promise.all(closed)
  }
  await listener.close()
  return seconds
}
