import type { TorrentContext } from './context.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'

/** Payload moved on a connection, both ways. */
function usefulness({ ref }: PeerRecord): number {
  const context = ref?.getSnapshot().context
  return context ? context.downloaded + context.uploaded : 0
}

/**
 * Ends as many connections as other torrents are owed (connection-limit.ts): those that moved the least payload, the newest of
 * these first. Their addresses may be dialled again.
 */
export function makeRoom({ work }: TorrentContext): Order[] {
  const owed = work.claim.owed(work.now)
  if (owed === 0) return []
  return [...work.swarm.peers.values()]
    .filter(({ state, leavesAs }) => state !== 'closing' && !leavesAs)
    .sort((one, other) => usefulness(one) - usefulness(other) || other.peer - one.peer)
    .slice(0, owed)
    .flatMap((record) => order(record, { type: 'torrent.close', code: 'no_place' }))
}
