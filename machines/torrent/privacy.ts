import type { TorrentContext } from './context.ts'
import { type Order, order } from './order.ts'

/**
 * What a private torrent does not run. It learns of peers from its trackers alone, by nobody's `ut_pex` (BEP 27). Its metadata
 * it does not give away by `ut_metadata`, as libtorrent and Transmission do not: who may have it is for the tracker's site to say.
 */
const renounced: readonly string[] = ['ut_pex', 'ut_metadata']

/** Whether a torrent may run an extension. */
export const mayRun = (name: string, { isPrivate }: Pick<TorrentContext, 'isPrivate'>): boolean =>
  !(isPrivate && renounced.includes(name))

/**
 * The torrent has turned out to be private: addresses that only peers told of are forgotten, and the connections made to them
 * end, as libtorrent does. Whoever dialled us stays: it may have us from the tracker.
 */
export function renounceHearsay({ work: { addresses, swarm } }: Pick<TorrentContext, 'work'>): Order[] {
  const orders = [...swarm.peers.values()].flatMap((record) => {
    const { link, alsoAt } = record
    const isHearsay = link.direction === 'out' && [link.address, ...alsoAt].every((one) => addresses.isHearsay(one))
    return isHearsay ? order(record, { type: 'torrent.close', code: 'private_torrent' }) : []
  })
  addresses.forgetHearsay()
  return orders
}
