import { peerMachine } from '../machines/peer/regions/peer.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import { requireFunction } from '../transport/require.ts'
import { extensionLogic } from './extensions/extension.ts'
import { listenerLogic } from './listener.ts'
import { type StorageResume, storageLogic } from './storage.ts'
import { createTicker } from './ticker.ts'
import { tickerLogic } from './ticker-actor.ts'
import { transportLogic } from './transport.ts'
import { requireServices, type TransportServices } from './transport-services.ts'

/**
 * The torrent chart with its effects: disk, sockets, time and chance. `storage` is called as often as something is asked of the
 * disk: of a torrent with a layout from its start, without one after `metadata.ready`. `resume`: where it keeps resume data, if
 * it does; the chart's input says so too (`keepsResume`).
 */
export function provideTorrent(
  services: Omit<TransportServices, 'ticker'> & {
    readonly storage: () => PieceStorage
    readonly resume?: StorageResume | undefined
  },
): typeof torrentMachine {
  requireServices(services)
  const { storage, resume, ...given } = services
  requireFunction('storage', storage)
  const { transport, clock } = given
  const ticker = createTicker(clock)
  const peer = peerMachine.provide({ actors: { transport: transportLogic({ ...given, ticker }) } })
  return torrentMachine.provide({
    actors: {
      storage: storageLogic(storage, resume),
      listener: listenerLogic(transport),
      ticker: tickerLogic(ticker, clock),
      extension: extensionLogic,
      group: peerGroupMachine.provide({ actors: { peer } }),
    },
    actions: { refuse: (_, { connection }) => connection.destroy() },
  })
}
