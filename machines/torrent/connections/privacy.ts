import { type Command, order } from '../vocabulary/commands.ts'
import type { ConnectionsCore } from './slice.ts'

/**
 * The torrent has turned out to be private: addresses that only peers told of are forgotten, and the connections made to them
 * end, as libtorrent does. A peer that dialled us stays: it may have us from the tracker.
 */
export function renounceHearsay({ addresses, swarm }: ConnectionsCore): Command[] {
  const orders = [...swarm.peers.values()].flatMap((record) => {
    const { link, alsoAt } = record
    const isHearsay = link.direction === 'out' && [link.address, ...alsoAt].every((one) => addresses.isHearsay(one))
    return isHearsay ? order(record, { type: 'torrent.close', code: 'private_torrent' }) : []
  })
  addresses.forgetHearsay()
  return orders
}
