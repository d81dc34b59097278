import { createPeer } from '../../actors/peer.ts'
import { SkeyTable } from '../../transport/mse/skey-table.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { portionsOf } from '../engine/portions.ts'
import { must, type Target } from '../engine/target.ts'
import { counted, handshakeSeed, messageSeeds } from '../engine/wire-seeds.ts'

const infoHash = counted(20)
const torrent = { infoHash, pieceLength: 32_768, length: 5 * 32_768 }

/**
 * All that a remote says to a peer, from the first byte: the chart of the peer takes it, or the connection ends with a reason. Behind it ten
 * seconds pass. A first byte above 127 has the peer dial; the rest is what it reads.
 */
export const target: Target = {
  covers: [
    'machines/peer',
    'actors/inbound.ts',
    'actors/outbound.ts',
    'actors/handshake-bytes.ts',
    'actors/wire-reports.ts',
  ],
  bytesMax: 4_096,
  words: [
    handshakeSeed,
    ...[0, 1, 2, 3, 14, 15].map((id) => Uint8Array.of(0, 0, 0, 1, id)),
    ...[4, 13, 17].map((id) => Uint8Array.of(0, 0, 0, 5, id, 0, 0, 0, 1)),
    ...[6, 8, 16].map((id) => Uint8Array.of(0, 0, 0, 13, id, 0, 0, 0, 1, 0, 0, 0x40, 0, 0, 0, 0x40, 0)),
    Uint8Array.of(0, 0, 0, 2, 5, 0xf8),
    '\0\0\0\x13\x14\0d1:md6:ut_pexi1eee',
  ],
  seeds: () => ({
    accepted: Buffer.concat([Uint8Array.of(0), handshakeSeed, messageSeeds().all ?? counted(0)]),
    dialled: Buffer.concat([Uint8Array.of(128), handshakeSeed, messageSeeds().all ?? counted(0)]),
    seeder: Buffer.concat([Uint8Array.of(0), handshakeSeed, Uint8Array.of(0, 0, 0, 2, 5, 0xf8, 0, 0, 0, 1, 1)]),
    encrypted: Buffer.concat([Uint8Array.of(1), counted(200)]),
  }),
  run(input) {
    const [first = 0] = input
    const clock = new SimulatedClock()
    const random = seededRandom(1)
    let written = 0
    const peer = createPeer({
      ...torrent,
      clock,
      random,
      randomBytes: randomBytesFrom(random),
      torrents: new SkeyTable([infoHash]),
      have: Uint8Array.of(0xc0),
      encryption: (['preferred', 'none', 'required'] as const)[first % 3] ?? 'none',
      to: {
        remote: { host: '192.0.2.1', port: 6881 },
        direction: first > 127 ? 'out' : 'in',
        write: (bytes) => {
          written += bytes.length
        },
      },
    })
    peer.writeBuffer()
    for (const portion of portionsOf(input.subarray(1))) {
      peer.onData(portion)
      peer.writeBuffer()
    }
    if (first % 2 === 0) {
      peer.unchoke()
      peer.interested()
    }
    clock.advance(10_000)
    peer.writeBuffer()
    const { context, status, value } = peer.actor.getSnapshot()
    must(status !== 'error', 'its code does not throw')
    must(written <= 2_000 + 64 * input.length, 'it says no more than it is asked')
    const { handshake } = value
    must(handshake !== 'closed' || context.closeReason !== undefined, 'where it is closed it says why')
    peer.stop()
    clock.advance(60_000)
    const { closeReason } = context
    return closeReason ? `${closeReason.source} ${closeReason.code}` : JSON.stringify(handshake)
  },
}
