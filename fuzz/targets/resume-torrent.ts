import { createHash } from 'node:crypto'
import { createTorrent } from '../../actors/torrent.ts'
import { openMemoryStore } from '../../storage/memory-store.ts'
import { decodeResume, encodeResume } from '../../storage/resume-data.ts'
import { createMemoryNetwork } from '../../transport/memory.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { passed, smallTorrent } from '../engine/small-torrent.ts'
import { must, type Target } from '../engine/target.ts'

const { infoBytes, infoHash } = smallTorrent
const data = (parts: object) =>
  encodeResume({
    infoHash,
    have: Uint8Array.of(0),
    stamps: [],
    blocks: [],
    downloaded: 5,
    uploaded: 6,
    addresses: [],
    ...parts,
  }).subarray(0, -20)

/**
 * Resume data that is whole, whatever it says, with which a torrent starts: the torrent goes on, and has what its store has. With an odd first byte
 * the torrent knows a magnet link alone.
 */
export const target: Target = {
  covers: ['machines/torrent/resume', 'actors/resume-keeper.ts', 'storage/resume-trust.ts', 'storage/resume-data.ts'],
  bytesMax: 40_000,
  msMax: 2_000,
  words: [
    '9:addresses',
    '6:blocks',
    '10:downloaded',
    '5:files',
    '8:metadata',
    '6:pieces',
    '1:\xe0',
    '10:priorities',
    '8:uploaded',
    '4:ways',
    'le',
    'i0e',
    'i99e',
    '0:',
  ],
  seeds: () => ({
    nothing: Buffer.concat([Uint8Array.of(0), data({})]),
    claims: Buffer.concat([
      Uint8Array.of(0),
      data({ have: Uint8Array.of(0xe0), stamps: ['absent', 'unknown'], priorities: Uint8Array.of(1, 0) }),
    ]),
    blocks: Buffer.concat([
      Uint8Array.of(0),
      data({
        blocks: [
          { index: 0, begin: 16_384, data: new Uint8Array(16_384) },
          { index: 9, begin: 7, data: new Uint8Array(3) },
        ],
        addresses: [{ host: '192.0.2.7', port: 1 }],
      }),
    ]),
    magnet: Buffer.concat([Uint8Array.of(1), data({ metadata: infoBytes, have: Uint8Array.of(0x20) })]),
    'other metadata': Buffer.concat([Uint8Array.of(1), data({ metadata: infoBytes.subarray(1) })]),
  }),
  async run(input) {
    const body = input.subarray(1)
    const bytes = Buffer.concat([body, createHash('sha1').update(body).digest()])
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    let saved: Uint8Array | undefined
    const torrent = createTorrent({
      ...((input[0] ?? 0) % 2 === 1
        ? { magnet: { infoHash, peers: [] }, openStore: openMemoryStore }
        : { metainfo: smallTorrent, store: openMemoryStore(smallTorrent) }),
      resume: {
        load: async () => bytes,
        save: async (kept: Uint8Array) => {
          saved = kept
        },
      },
      clock,
      random,
      randomBytes: randomBytesFrom(random),
      transport: createMemoryNetwork({ clock, random, latencyMs: 1 }).transport('192.0.2.1'),
      encryption: 'none',
      trackers: false,
    } as Parameters<typeof createTorrent>[0])
    let failed = ''
    torrent.on('failed', ({ error }) => {
      failed = String(error)
    })
    torrent.start()
    await passed(clock, 2_000, 8)
    must(torrent.actor.getSnapshot().status === 'active' && failed === '', `it goes on: ${failed}`)
    const stopped = torrent.stop()
    await passed(clock, 60_000, 6)
    await stopped
    const kept = saved && decodeResume(saved, infoHash)
    must(typeof kept !== 'string', 'what it saves can be read')
    must(kept === undefined || kept.have.every((byte) => byte === 0), 'it has what its store has: nothing')
    return `${typeof decodeResume(bytes, infoHash)} ${kept?.blocks.length}`
  },
}
