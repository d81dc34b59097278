import type { DhtContext } from './events.ts'

/** Every time of a torrent's searches in the DHT, in milliseconds. */
export const dhtDelays = {
  /**
   * How long a search may take. A node has 2 s to answer and some 16 are asked at once (k-rpc), so that one in the public DHT takes 5 to 20 s;
   * nodes that name ever more others would have it go on for ever.
   */
  searchMs: 60_000,
  /** How long nodes that have noted us have to say so. */
  announceMs: 15_000,
  /** After a search that found somebody (libtorrent, `dht_announce_interval`): nodes forget a peer that has not come again for some 30 minutes. */
  intervalMs: 15 * 60_000,
  /** After one that found nobody, doubled with each in a row up to `intervalMs`. Our own number: a peer that has just come is found soon. */
  emptyMs: 60_000,
  /** After one that nobody has answered, doubled with each in a row up to `backOffMaxMs`. Our own numbers. */
  backOffMs: 5_000,
  backOffMaxMs: 5 * 60_000,
  /** How long a node that a peer told of has to answer before it is asked: a query has 2 s (k-rpc-socket). */
  enteringMs: 2_500,
} as const

/** How long until a search is due that follows one with answers. */
export function intervalOf({ empties }: Pick<DhtContext, 'empties'>): number {
  const { emptyMs, intervalMs } = dhtDelays
  return empties === 0 ? intervalMs : Math.min(intervalMs, emptyMs * 2 ** (empties - 1))
}

/** How long until one is due that follows one without. */
export function backOffOf({ failures }: Pick<DhtContext, 'failures'>): number {
  const { backOffMaxMs, backOffMs } = dhtDelays
  return Math.min(backOffMaxMs, backOffMs * 2 ** Math.max(0, failures - 1))
}
