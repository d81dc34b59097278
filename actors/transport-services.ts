import type { Bandwidth } from '../transport/bandwidth/bandwidth.ts'
import type { Clock } from '../transport/clock.ts'
import type { RandomBytes } from '../transport/mse/key-exchange.ts'
import { SkeyTable } from '../transport/mse/skey-table.ts'
import { requireClock, requireFunction, requireObject } from '../transport/require.ts'
import type { Ticker } from './ticker.ts'
import { requireTransports, type Transports } from './transports.ts'

/** What transport actors share. */
export interface TransportServices {
  /** One, or several in the order in which a dial tries them. */
  readonly transport: Transports
  readonly clock: Clock
  readonly ticker: Ticker
  /** For the private keys of encryption (MSE/PE). */
  readonly randomBytes: RandomBytes
  /** The torrents an encrypted connection that comes in may be about, unless its peer belongs to one already. */
  readonly torrents: SkeyTable
  /** What each connection shares with others: the torrent's, that of all torrents. Default: no limits. */
  readonly bandwidths?: readonly Bandwidth[]
}

/** Throws a TypeError unless a transport, a clock, keys and torrents are there; the ticker, where one is to be. */
export function requireServices(services: Omit<TransportServices, 'ticker'>): void {
  requireObject('the services of a transport', services)
  const { transport, clock, randomBytes, torrents } = services
  requireTransports(transport)
  requireClock(clock)
  requireFunction('randomBytes', randomBytes)
  if (!(torrents instanceof SkeyTable)) throw new TypeError('torrents is a SkeyTable')
}
