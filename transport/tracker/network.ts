import type { Clock } from '../clock.ts'
import type { Datagrams } from '../datagrams/datagrams.ts'
import type { RandomBytes } from '../mse/key-exchange.ts'
import type { TrackerHttp } from './http.ts'
import type { UdpConnections } from './udp-connections.ts'

/** What trackers are asked by. */
export interface TrackerNetwork {
  readonly http: TrackerHttp
  /** It looks names up for HTTP, too. */
  readonly datagrams: Datagrams
  /** What trackers gave us over UDP. */
  readonly connections: UdpConnections
  readonly clock: Clock
  /** For the transaction ids of UDP, which no stranger may guess. */
  readonly randomBytes: RandomBytes
}
