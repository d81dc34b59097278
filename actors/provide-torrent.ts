import { createHash } from 'node:crypto'
import type { Extension } from '../machines/extensions/extension.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import { coreLogicWith } from '../machines/torrent/core/logic.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import type { Random } from '../transport/random.ts'
import { requireFunction } from '../transport/require.ts'
import { builtIn } from './built-in-extensions.ts'
import { extensionLogic } from './extensions/extension.ts'
import { utMetadata } from './extensions/ut-metadata.ts'
import { listenerLogic } from './listener.ts'
import { type StorageResume, storageLogic } from './storage.ts'
import { createTicker } from './ticker.ts'
import { tickerLogic } from './ticker-actor.ts'
import { transportLogic } from './transport.ts'
import { requireServices, type TransportServices } from './transport-services.ts'

/** What the chart of a torrent is provided with. */
export interface TorrentServices extends Omit<TransportServices, 'ticker'> {
  /**
   * Called as often as something is asked of the disk: of a torrent with a layout from its start, without one after `metadata.ready`.
   */
  readonly storage: () => PieceStorage
  /** Where it keeps resume data, if it does; the chart's input says so too (`keepsResume`). */
  readonly resume?: StorageResume | undefined
  /** At least 0, below 1: chance of a torrent that is restored from a snapshot. Default `Math.random`. */
  readonly random?: Random
  /** Your own extensions, for a torrent that is restored and ran them. */
  readonly extensions?: readonly Extension[]
}

/** The torrent chart with its effects: disk, sockets, time and chance. */
export function provideTorrent(services: TorrentServices): typeof torrentMachine {
  requireServices(services)
  const { storage, resume, random = Math.random, extensions = [], ...given } = services
  requireFunction('storage', storage)
  requireFunction('random', random)
  const { transport, clock } = given
  const ticker = createTicker(clock)
  const peer = peerMachine.provide({ actors: { transport: transportLogic({ ...given, ticker }) } })
  return torrentMachine.provide({
    actors: {
      core: coreLogicWith({
        random,
        sha1,
        extensionsFor: ({ layout }) => [
          // One without metadata has to fetch it, and needs a store for it then.
          ...(layout ? [utMetadata({ metadata: storage().metainfo.infoBytes, clock })] : []),
          ...builtIn(transport),
          ...extensions,
        ],
      }),
      storage: storageLogic(storage, resume),
      listener: listenerLogic(transport),
      ticker: tickerLogic(ticker, clock),
      extension: extensionLogic,
      group: peerGroupMachine.provide({ actors: { peer } }),
    },
    actions: { refuse: (_, { connection }) => connection.destroy() },
  })
}

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest()
