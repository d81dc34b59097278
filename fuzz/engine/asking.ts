import { randomBytesFrom, seededRandom } from '../../transport/random.ts'
import { SimulatedClock } from '../../transport/simulated-clock.ts'
import { type AnnounceRequest, failed } from '../../transport/tracker/announce.ts'
import type { TrackerNetwork } from '../../transport/tracker/network.ts'
import { UdpConnections } from '../../transport/tracker/udp-connections.ts'
import { counted } from './wire-seeds.ts'

/** An announce. */
export const aRequest: AnnounceRequest = {
  infoHash: counted(20),
  peerId: counted(20),
  port: 6881,
  uploaded: 1,
  downloaded: 2,
  left: 3,
  numWant: 200,
  key: 0xbeef,
  encryption: 'preferred',
}

/** A network in virtual time on which names are as they are given, and what is not said reaches nobody. */
export function networkOf(parts: Partial<TrackerNetwork>): TrackerNetwork {
  const { clock = new SimulatedClock() } = parts
  return {
    clock,
    connections: new UdpConnections(clock),
    randomBytes: randomBytesFrom(seededRandom(2)),
    datagrams: {
      bind: (_, __, done) => done(new Error('there is no UDP')),
      resolve: (host, done) => done([host]),
      anyHostFor: () => '0.0.0.0',
    },
    http: (_, done) => {
      done(failed('unreachable', 'there is no HTTP'))
      return () => {}
    },
    ...parts,
  }
}
