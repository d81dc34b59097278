import { createPeer, memoryPair, SimulatedClock, seededRandom, selectors } from 'peerchart'

// Two peers on a linked pair, in virtual time. With an address as `to`, and the system's clock, it is TCP.
const clock = new SimulatedClock()
const torrent = { infoHash: new Uint8Array(20).fill(1), pieceLength: 16_384, length: 65_536, clock }
const [dialled, accepted] = memoryPair({ clock, random: seededRandom(1), latencyMs: 5 })
const seeder = createPeer({ ...torrent, to: accepted, have: Uint8Array.of(0b1111_0000) })
const leecher = createPeer({ ...torrent, to: dialled })

for (const flag of ['amChoking', 'amInterested', 'peerChoking', 'peerInterested'] as const) {
  leecher.actor.select(selectors[flag]).subscribe((is) => console.log(`leecher: ${flag} is ${is}`))
}

seeder.on('peer.interested', () => seeder.unchoke())
seeder.on('peer.requests', ({ requests }) => {
  const blocks = requests.map(({ index, begin, length }) => ({
    index,
    begin,
    data: new Uint8Array(length).fill(index),
  }))
  seeder.actor.send({ type: 'torrent.piece', blocks })
})

leecher.on('peer.pieces', () => leecher.interested())
leecher.on('peer.unchoked', () => leecher.request(3, 0, 16_384))
leecher.on('peer.blocks', ({ blocks }) => {
  console.log(`leecher: piece ${blocks[0]?.index}, ${blocks[0]?.data.length} bytes`)
  leecher.stop()
})

clock.advance(1_000)
console.log(`leecher: closed by ${leecher.actor.getSnapshot().context.closeReason?.source} choice`)
