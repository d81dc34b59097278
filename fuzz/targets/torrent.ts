import { createTorrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import type { ChunkStore } from '../../storage/store.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { encode } from '../../transport/wire/encode.ts'
import { encodeExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { encodeMetadataMessage } from '../../transport/wire/extended/ut-metadata.ts'
import { encodePex } from '../../transport/wire/extended/ut-pex.ts'
import { encodeHandshake } from '../../transport/wire/handshake.ts'
import { portionsOf } from '../engine/portions.ts'
import { passed, smallTorrent } from '../engine/small-torrent.ts'
import { must, type Target } from '../engine/target.ts'
import { counted } from '../engine/wire-seeds.ts'

const { infoBytes, infoHash } = smallTorrent
const place = { host: '192.0.2.1', port: 6881 }
const features = { extended: true, fast: true, dht: true }
const greeting = encodeHandshake({ features, infoHash, peerId: counted(20) })
const extended = (id: number, payload: Uint8Array) => Buffer.concat(encode({ name: 'extended', id, payload }))
const block = (index: number, begin: number, length: number) =>
  Buffer.concat(encode({ name: 'piece', blocks: [{ index, begin, data: new Uint8Array(length) }] }))
const hello = extended(
  0,
  encodeExtendedHandshake({
    m: { ut_metadata: 1, ut_pex: 2, lt_donthave: 3, ut_holepunch: 4 },
    metadataSize: infoBytes.length,
    v: 'a client',
  }),
)
const metadata = encodeMetadataMessage({ type: 'data', piece: 0, totalSize: infoBytes.length, data: infoBytes })
const pex = encodePex({ added: [{ address: { host: '192.0.2.7', port: 6881 }, flags: 0 }], dropped: [] })
const seedBits = Buffer.concat([...encode({ name: 'have_all' }), ...encode({ name: 'unchoke' })])

/** Whether a store gives a piece as the torrent has it: zeros alone. */
const isZeros = (store: ChunkStore, index: number): Promise<boolean> =>
  new Promise((resolve) => {
    store.get(index, undefined, (error, bytes) =>
      resolve(!error && bytes !== undefined && bytes.length > 0 && bytes.every((byte) => byte === 0)),
    )
  })

/**
 * All that a remote says to a torrent that it has dialled, extensions and data too; with an odd first byte the torrent knows a magnet link
 * alone. Whatever comes, its chart and those of its peers live on, nothing is thrown, and the pieces that are had are those of the torrent.
 */
export const target: Target = {
  covers: ['actors/extensions', 'machines/extensions', 'machines/torrent'],
  bytesMax: 40_000,
  msMax: 2_000,
  words: [
    greeting,
    hello,
    ...[1, 2, 3, 4, 5].map((id) => extended(id, metadata).subarray(0, 6)),
    seedBits,
    extended(1, pex),
    extended(2, pex),
    extended(3, Uint8Array.of(0, 0, 0, 1)),
  ],
  seeds: () => ({
    magnet: Buffer.concat([
      Uint8Array.of(1),
      greeting,
      seedBits,
      hello,
      ...[1, 2, 3, 4].map((id) => extended(id, metadata)),
    ]),
    download: Buffer.concat([
      Uint8Array.of(0),
      greeting,
      seedBits,
      block(2, 0, 100),
      block(0, 0, 16_384),
      block(0, 16_384, 16_384),
    ]),
    exchange: Buffer.concat([
      Uint8Array.of(0),
      greeting,
      seedBits,
      hello,
      ...[1, 2, 3, 4].map((id) => extended(id, pex)),
    ]),
    leecher: Buffer.concat([
      Uint8Array.of(0),
      greeting,
      ...encode({ name: 'have_none' }),
      ...encode({ name: 'interested' }),
      ...encode({ name: 'request', requests: [{ index: 0, begin: 0, length: 16_384 }] }),
    ]),
  }),
  async run(input) {
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    const network = createMemoryNetwork({ clock, random, latencyMs: 1 })
    const store = openMemoryStore(smallTorrent)
    const torrent = createTorrent({
      ...((input[0] ?? 0) % 2 === 1
        ? { magnet: { infoHash, peers: [] }, openStore: () => store }
        : { metainfo: smallTorrent, store }),
      clock,
      random,
      randomBytes: randomBytesFrom(random),
      transport: network.transport(place.host),
      listen: place,
      encryption: 'none',
      trackers: false,
    } as Parameters<typeof createTorrent>[0])
    torrent.on('failed', () => {})
    const crashes: unknown[] = []
    torrent.on('crashed', ({ error }) => crashes.push(error))
    torrent.start()
    await passed(clock, 100, 3)
    const remote = network.transport('192.0.2.9').dial(place)
    let end = 'open'
    let heardBytes = 0
    remote.open({
      opened: () => {
        for (const portion of portionsOf(input.subarray(1))) if (portion.length > 0) remote.write([portion])
      },
      data: (chunk) => {
        heardBytes += chunk.length
      },
      drained: () => {},
      closed: ({ code }) => {
        end = code
      },
    })
    await passed(clock, 6_000, 12)
    const { status } = torrent.actor.getSnapshot()
    must(status === 'active', 'its chart lives on')
    must(crashes.length === 0, `no peer of it crashes: ${crashes[0] instanceof Error ? crashes[0].stack : crashes[0]}`)
    for (const index of torrent.pieces?.indexes() ?? []) {
      must(await isZeros(store, index), `piece ${index}, which is had, has the bytes of the torrent`)
    }
    must(heardBytes <= 20_000 + 64 * input.length, 'it says no more than it is asked')
    remote.destroy()
    const stopped = torrent.stop()
    await passed(clock, 60_000, 6)
    await stopped
    return `${end} ${heardBytes > 68}`
  },
}
