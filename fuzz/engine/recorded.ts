import { createPeer } from '../../actors/peer.ts'
import { keepAddresses } from '../../recorder/privacy.ts'
import { recording } from '../../recorder/recording.ts'
import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { counted, handshakeSeed, messageSeeds } from './wire-seeds.ts'

/** A peer that was accepted, driven by hand: with what it heard, its record, and its snapshot. */
export function recordedPeer(): { readonly record: string; readonly snapshot: string } {
  const lines: string[] = []
  const recorder = recording({
    manner: { privacy: keepAddresses, payloads: true },
    id: 'a record',
    seed: () => 42,
    time: () => '2026-01-01T00:00:00.000Z',
    sink(head) {
      lines.push(head(0, Number.POSITIVE_INFINITY))
      const write = (line: string) => lines.push(line) > 0
      return { isOver: false, write, close: async () => undefined }
    },
  })
  const clock = new SimulatedClock()
  const random = seededRandom(1)
  const peer = createPeer({
    infoHash: counted(20),
    pieceLength: 32_768,
    length: 5 * 32_768,
    have: Uint8Array.of(0xc0),
    encryption: 'none',
    clock,
    random,
    randomBytes: randomBytesFrom(random),
    record: recorder,
    to: { remote: { host: '192.0.2.1', port: 6881 }, direction: 'in', write: () => {} },
  })
  const { bitfield, extended, unchoke } = messageSeeds()
  for (const bytes of [handshakeSeed, Uint8Array.of(0, 0, 0, 2, 5, 0xf8), unchoke, extended])
    peer.onData(bytes ?? bitfield ?? counted(0))
  peer.interested()
  peer.request(2, 0, 16_384)
  clock.advance(3_000)
  const snapshot = JSON.stringify(peer.actor.getPersistedSnapshot())
  peer.stop()
  clock.advance(60_000)
  return { record: lines.join(''), snapshot }
}
