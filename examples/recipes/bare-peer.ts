import { Layout, peerMachine, SimulatedClock, type TransportCommand, type TransportInput } from 'peerchart'
import { createActor, fromCallback } from 'xstate'

// The smallest transport there can be: it takes what the peer says, and says what the test wants.
const said: TransportCommand[] = []
const machine = peerMachine.provide({
  actors: {
    transport: fromCallback<TransportCommand, TransportInput>(({ receive, sendBack }) => {
      receive((command) => void said.push(command))
      sendBack({ type: 'transport.opened' })
    }),
  },
})

const peer = createActor(machine, {
  clock: new SimulatedClock(),
  input: {
    peer: 0,
    link: { address: { host: '192.0.2.1', port: 6881 }, direction: 'out', kind: 'tcp' },
    at: 0,
    infoHash: 'aa'.repeat(20),
    layout: new Layout({ pieceLength: 32_768, length: 65_536 }),
    peerId: '11'.repeat(20),
    encryption: 'none',
  },
}).start()
const features = { extended: true, fast: true, dht: false }
peer.send({ type: 'wire.info_hash', infoHash: 'aa'.repeat(20), features })
peer.send({ type: 'wire.peer_id', peerId: '22'.repeat(20) })
peer.send({ type: 'wire.have_all' })
peer.send({ type: 'torrent.interested' })
peer.stop()
for (const { type } of said) console.log(type)
console.log('the peer is', peer.getSnapshot().value.am_interested)
