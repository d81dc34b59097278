import { expect, test } from 'vitest'
import { decodeExtendedHandshake, encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { metadataPieceLength } from '../../transport/wire/extended/metadata-pieces.ts'
import { decodeMetadataMessage, encodeMetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import { listenRaw, type RawPeer, type Script } from '../hostile/raw-peer.ts'
import { singleFileTorrent } from '../storage/support.ts'
import { createSwarm, type Swarm } from './swarm.ts'

/** The id under which the liars take `ut_metadata`. */
const theirId = 9

type Answer = (piece: number, size: number, self: RawPeer) => void

/** What we take `ut_metadata` by. */
const ourId = ({ received }: RawPeer): number =>
  received
    .flatMap((one) => (one.name === 'extended' && one.id === 0 ? [decodeExtendedHandshake(one.payload)] : []))
    .at(-1)?.m?.ut_metadata ?? 0

const silent: Answer = () => {}
const leaves: Answer = (_, __, self) => self.leave()
const garbage: Answer = (piece, size, self) => {
  const data = new Uint8Array(metadataPieceLength(size, piece)).fill(9)
  const payload = encodeMetadataMessage({ type: 'data', piece, totalSize: size, data })
  self.say({ name: 'extended', id: ourId(self), payload })
}

/** A piece each 1.9 s: never silent, and never done. */
const drips =
  (swarm: Swarm): Answer =>
  (piece, size, self) => {
    swarm.clock.setTimeout(() => garbage(piece, size, self), 1_900)
  }

const liar = (size: number, answer: Answer): Script => ({
  features: { extended: true, fast: true, dht: false },
  greets: [
    {
      name: 'extended',
      id: 0,
      payload: encodeExtendedHandshake({ m: { ut_metadata: theirId }, metadataSize: size }),
    },
    { name: 'have_none' },
  ],
  hears(message, self) {
    if (message.name !== 'extended' || message.id !== theirId) return
    const said = decodeMetadataMessage(message.payload)
    if (said?.type === 'request') answer(said.piece, size, self)
  },
})

// Six pieces of metadata, 0.3 s from the honest peer alone.
test.each<[string, number, number, (i: number, size: number) => number, Answer]>([
  ['4 silent ones, each of its own size', 4, 2, (i, size) => size + 1 + i, silent],
  ['50 silent ones, each of its own size', 50, 2, (i, size) => size + 1 + i, silent],
  ['50 silent ones of smaller sizes', 50, 2, (i) => 100 + i, silent],
  ['50 silent ones of the longest sizes', 50, 2, (i) => 10 * 2 ** 20 - i, silent],
  ['50 silent ones of the right size', 50, 6, (_, size) => size, silent],
  ['50 that give garbage of the right size', 50, 6, (_, size) => size, garbage],
  ['50 that give garbage of their own sizes', 50, 2, (i, size) => size - 1 - i, garbage],
  ['50 that leave when they are asked', 50, 2, (i, size) => size + i, leaves],
])('metadata of one honest peer comes in seconds beside %s', async (_, count, seconds, sizeOf, answer) => {
  const torrent = singleFileTorrent(4_500 * 64 - 7, 64)
  const swarm = createSwarm({ encryption: 'none', latencyMs: 20, bytesPerSecond: 2_000_000, torrent })
  const hosts = Array.from({ length: count }, (_, i) => `liar${i}`)
  for (const [i, host] of hosts.entries()) {
    listenRaw(swarm, host, liar(sizeOf(i, swarm.metainfo.infoBytes.length), answer))
  }
  swarm.add('honest', { has: 'all' })
  const leecher = swarm.add('leecher', { magnet: true, knows: [...hosts, 'honest'], maxPeers: 60 })
  swarm.start()
  await swarm.until(() => leecher.emittedOf('metadata').length > 0)
  expect(swarm.clock.now()).toBeLessThan(seconds * 1_000)
  await swarm.stop()
})

const longest = 10 * 2 ** 20

test.each<[string, (swarm: Swarm) => Answer]>([
  ['are silent', () => silent],
  ['drip', drips],
])(
  'metadata of a peer that comes after four that claim all the memory, and %s, comes in seconds',
  async (_, answerIn) => {
    const torrent = singleFileTorrent(4_500 * 64 - 7, 64)
    const swarm = createSwarm({ encryption: 'none', latencyMs: 20, bytesPerSecond: 2_000_000, torrent })
    const sizes = [longest, longest - 1, longest - 2, 2 * 2 ** 20 + 3]
    for (const [i, size] of sizes.entries()) listenRaw(swarm, `liar${i}`, liar(size, answerIn(swarm)))
    const leecher = swarm.add('leecher', { magnet: true, knows: sizes.map((_, i) => `liar${i}`) })
    leecher.torrent.start()
    await swarm.pass(5_000)
    const honest = swarm.add('honest', { has: 'all', knows: ['leecher'] })
    const from = swarm.clock.now()
    honest.torrent.start()
    await swarm.until(() => leecher.emittedOf('metadata').length > 0)
    expect(swarm.clock.now() - from).toBeLessThan(3_000)
    await swarm.stop()
  },
)
