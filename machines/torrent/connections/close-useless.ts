import { viewOf } from '../../peer/peer-view.ts'
import { isUploadOnly } from '../../peer/selectors.ts'
import { extensionId } from '../../peer/talk/greeting.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { wantsNothing } from '../content/wants-nothing.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import { closing } from './batching.ts'
import type { ConnectionsCore } from './slice.ts'

/**
 * How long a connection on which neither side downloads stays open, so that each side can tell by PEX which peers it is connected to. A
 * seeder that knows other seeders alone finds its downloaders in no other way. Transmission waits as long; libtorrent parts at once.
 */
export const partingMs = 30_000

/** Neither side will ever download from the other: we want nothing, and the peer has everything, or wants no more (BEP 21). */
export function hasNothingToTrade(core: ConnectionsCore, record: PeerRecord): boolean {
  const view = viewOf(record)
  return core.layout !== unknownLayout && wantsNothing(core) && view !== undefined && isUploadOnly(view)
}

/** Ends a connection on which there is nothing to trade, and no PEX to wait for. */
export function part(core: ConnectionsCore, record: PeerRecord): Command[] {
  if (!record.isMember || !hasNothingToTrade(core, record)) return []
  if (core.now - record.placedAt < partingMs && mayPex(core, record)) return []
  return order(record, { type: 'torrent.close', code: 'nothing_to_trade' })
}

/** Connections on which there is nothing to trade, ended; no more than a batch (batching.ts), as the next tick goes on. */
export function partAll(core: ConnectionsCore): Command[] {
  if (!wantsNothing(core)) return []
  const orders: Command[] = []
  for (const record of core.swarm.peers.values()) {
    if (orders.length >= closing.batch) break
    orders.push(...part(core, record))
  }
  return orders
}

/** Both sides speak `ut_pex` (BEP 11), or the peer has yet to say whether it does. */
function mayPex({ extensions }: ConnectionsCore, record: PeerRecord): boolean {
  const view = viewOf(record)
  if (!view || !extensions.some(({ name }) => name === 'ut_pex')) return false
  const { features, remoteGreeting } = view.context
  return features.extended && (remoteGreeting === undefined || extensionId(remoteGreeting, 'ut_pex') !== undefined)
}
