import { createPeer, tcpTransport } from '../../dist/index.js'

const infoHash = new Uint8Array(20).fill(7)

/**
 * Moves `blocks` blocks between two peer actors, each with its transport actor, and answers the seconds from the first request
 * to the last block. The owners are as small as they can be: one asks for a new block for each that came, one answers every
 * request from the same memory.
 */
export async function transferOverPeerchart({ blocks, blockBytes, depth, encryption }) {
  const tcp = tcpTransport()
  const torrent = { infoHash, pieceLength: blockBytes, length: blocks * blockBytes, encryption }
  const data = new Uint8Array(blockBytes)
  let seeder
  const listener = await tcp.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    seeder = createPeer({ ...torrent, to: connection, have: everyPiece(blocks) })
    seeder.on('peer.interested', () => seeder.unchoke())
    seeder.on('peer.requests', ({ requests }) => {
      const answers = requests.map(({ index, begin }) => ({ index, begin, data }))
      seeder.actor.send({ type: 'torrent.piece', blocks: answers })
    })
  })
  const leecher = createPeer({ ...torrent, to: listener.address })
  const seconds = await new Promise((resolve, reject) => {
    let asked = 0
    let received = 0
    let startedAt
    const ask = (count) => {
      const requests = []
      for (let end = Math.min(blocks, asked + count); asked < end; asked++) {
        requests.push({ index: asked, begin: 0, length: blockBytes })
      }
      if (requests.length > 0) leecher.actor.send({ type: 'torrent.request', requests, at: performance.now() })
    }
    leecher.on('peer.pieces', () => leecher.interested())
    leecher.on('peer.unchoked', () => {
      startedAt = performance.now()
      ask(depth)
    })
    leecher.on('peer.blocks', ({ blocks: { length } }) => {
      received += length
      if (received === blocks) resolve((performance.now() - startedAt) / 1000)
      else ask(length)
    })
    leecher.on('peer.closed', ({ reason }) => reject(new Error(`closed: ${JSON.stringify(reason)}`)))
  })
  const closed = new Promise((resolve) => seeder.on('peer.closed', resolve))
  leecher.stop()
  await Promise.all([closed, listener.close()])
  return seconds
}

function everyPiece(count) {
  const bits = new Uint8Array(Math.ceil(count / 8)).fill(0xff)
  bits[bits.length - 1] &= 0xff << (bits.length * 8 - count)
  return bits
}
