import { createHash } from 'node:crypto'
import { createActor, fromCallback } from 'xstate'
import { Layout, PieceSet, peerMachine, SimulatedClock, torrentMachine } from '../../dist/index.js'
import { peerGroupMachine } from '../../dist/machines/torrent/peers/peer-group.js'

const infoHash = '07'.repeat(20)

/**
 * A torrent with `peers` open peers and stubs for everything outside: a transport that takes what it is sent and says what it is
 * told to, a storage that answers with the same bytes at once and verifies nothing. `say[peer](event)`: a peer's transport
 * reports. `asked[peer]`: the requests it sent, for the caller to take.
 */
export function startSwarm({ peers, pieces, pieceLength, has }) {
  const layout = new Layout({ pieceLength, length: pieces * pieceLength })
  const say = []
  const asked = []
  const transport = fromCallback(({ receive, sendBack }) => {
    const own = []
    say.push(sendBack)
    asked.push(own)
    receive(({ type, requests }) => {
      if (type === 'send.request') own.push(...requests)
    })
  })
  const block = new Uint8Array(16_384)
  const storage = fromCallback(({ input: { owner }, receive }) => {
    receive((command) => {
      if (command.type === 'storage.check') {
        owner.send({ type: 'storage.checked', have: has === 'all' ? PieceSet.all(pieces) : PieceSet.none(pieces) })
      } else if (command.type === 'storage.read') {
        const blocks = command.requests.map(({ index, begin }) => ({ index, begin, data: block }))
        owner.send({ type: 'storage.blocks', peer: command.peer, blocks })
      }
    })
  })
  const idle = fromCallback(() => {})
  const ticker = fromCallback(({ input: { owner } }) => owner.send({ type: 'timer.tick', at: 0 }))
  const group = peerGroupMachine.provide({ actors: { peer: peerMachine.provide({ actors: { transport } }) } })
  const clock = new SimulatedClock()
  const torrent = createActor(torrentMachine.provide({ actors: { storage, listener: idle, ticker, group } }), {
    clock,
    input: {
      infoHash,
      layout,
      peerId: '01'.repeat(20),
      greeting: {},
      transports: ['memory'],
      peers: Array.from({ length: peers }, (_, n) => ({ host: `10.0.${n >> 8}.${n & 255}`, port: 6881 })),
      encryption: 'none',
      maxPeers: peers,
      slots: peers,
      random: () => 0.5,
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
      at: 0,
    },
  })
  torrent.start()
  torrent.send({ type: 'torrent.start' })
  // Dials come in batches.
  while (say.length < peers) if (!clock.advanceToNext()) throw new Error('a torrent does not dial')
  for (const [peer, tell] of say.entries()) {
    tell({ type: 'transport.opened' })
    tell({ type: 'wire.info_hash', infoHash, features: { extended: false, fast: true, dht: false } })
    tell({ type: 'wire.peer_id', peerId: String(peer).padStart(40, '0') })
  }
  return { torrent, layout, say, asked, block }
}
