import { scrapeOf } from '../../transport/tracker/udp-packets.ts'
import { countsMust } from '../engine/counts.ts'
import { packetsOf } from '../engine/packets.ts'
import type { Target } from '../engine/target.ts'
import { answeredOverUdp, udpTrackers } from '../engine/udp-answering.ts'
import { counted } from '../engine/wire-seeds.ts'

const connected = counted(16, 0).fill(0, 0, 8)

/** What a tracker answers over UDP when it is scraped (BEP 15), packet by packet: counts, or why there are none. */
export const target: Target = {
  covers: ['transport/tracker/udp-announce.ts', 'transport/tracker/udp-packets.ts'],
  bytesMax: 4_096,
  words: [Uint8Array.of(0, 0, 0, 0), Uint8Array.of(0, 0, 0, 2), Uint8Array.of(0, 0, 0, 3), Uint8Array.of(0xff, 0xff)],
  seeds: () => ({
    scraped: packetsOf([connected, Uint8Array.of(0, 0, 0, 2, ...counted(16))]),
    'of many torrents': packetsOf([connected, Uint8Array.of(0, 0, 0, 2, ...counted(40))]),
    'cut short': packetsOf([connected, Uint8Array.of(0, 0, 0, 2, ...counted(15))]),
    refused: packetsOf([connected, Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 0, ...Buffer.from('not registered'))]),
  }),
  run: (input) =>
    [udpTrackers.ipv4, udpTrackers.ipv6]
      .map((host) => countsMust(answeredOverUdp(input, host, scrapeOf(counted(20)))))
      .join(', '),
}
