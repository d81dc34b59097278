import { unknownLayout } from '../peer/context.ts'
import { extensionId } from '../peer/greeting.ts'
import { isUploadOnly } from '../peer/selectors.ts'
import type { TorrentContext } from './context.ts'
import { wantsNothing } from './interest.ts'
import { type Order, order } from './order.ts'
import { closing } from './pace.ts'
import type { PeerRecord } from './swarm.ts'

/**
 * How long a connection on which nobody downloads stays open, so that each side can tell by PEX whom it is connected to. A seeder
 * that knows other seeders alone finds its downloaders in no other way. Transmission waits as long; libtorrent parts at once.
 */
export const partingMs = 30_000

/** Neither side will ever download from the other: we want nothing, and the peer has everything, or wants no more (BEP 21). */
export function hasNothingToTrade(context: TorrentContext, { ref }: PeerRecord): boolean {
  return (
    context.layout !== unknownLayout && wantsNothing(context) && ref !== undefined && isUploadOnly(ref.getSnapshot())
  )
}

/** Ends a connection on which there is nothing to trade, and no PEX to wait for. */
export function part(context: TorrentContext, record: PeerRecord): Order[] {
  if (record.state !== 'open' || !hasNothingToTrade(context, record)) return []
  if (context.work.now - record.openedAt < partingMs && mayPex(context, record)) return []
  return order(record, { type: 'torrent.close', code: 'nothing_to_trade' })
}

/** Connections on which there is nothing to trade, ended; no more than a batch (pace.ts), as the next tick goes on. */
export function partAll(context: TorrentContext): Order[] {
  if (!wantsNothing(context)) return []
  const orders: Order[] = []
  for (const record of context.work.swarm.peers.values()) {
    if (orders.length >= closing.batch) break
    orders.push(...part(context, record))
  }
  return orders
}

/** Both sides speak `ut_pex` (BEP 11), or the peer has yet to say whether it does. */
function mayPex({ extensions }: TorrentContext, { ref }: PeerRecord): boolean {
  if (!ref || !extensions.some(({ name }) => name === 'ut_pex')) return false
  const { features, remoteGreeting } = ref.getSnapshot().context
  return features.extended && (remoteGreeting === undefined || extensionId(remoteGreeting, 'ut_pex') !== undefined)
}
