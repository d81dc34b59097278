import { createHash } from 'node:crypto'
import { dhtMachine } from '../machines/dht/dht.ts'
import type { Extension } from '../machines/extensions/extension.ts'
import { peerMachine } from '../machines/peer/regions/peer.ts'
import { coreLogicWith } from '../machines/torrent/core/logic.ts'
import { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'
import { torrentMachine } from '../machines/torrent/torrent.ts'
import { trackerMachine } from '../machines/tracker/tracker.ts'
import { webSeedMachine } from '../machines/web-seed/web-seed.ts'
import type { PieceStorage } from '../storage/piece-storage.ts'
import { udpDatagrams } from '../transport/datagrams/udp.ts'
import { type Dht, requireDht } from '../transport/dht/dht.ts'
import type { Random } from '../transport/random.ts'
import { requireFunction } from '../transport/require.ts'
import { nodeHttp } from '../transport/tracker/http.ts'
import type { TrackerNetwork } from '../transport/tracker/network.ts'
import { UdpConnections } from '../transport/tracker/udp-connections.ts'
import type { WebSeedNetwork } from '../transport/web-seed/network.ts'
import { nodeHttpLanes } from '../transport/web-seed/node-http.ts'
import { announceLogic } from './announcing.ts'
import { builtIn } from './built-in-extensions.ts'
import { nodeLogic, searchLogic } from './dht-search.ts'
import { extensionLogic } from './extensions/extension.ts'
import { utMetadata } from './extensions/ut-metadata.ts'
import { listenerLogic } from './listener.ts'
import { type StorageResume, storageLogic } from './storage.ts'
import { createTicker } from './ticker.ts'
import { tickerLogic } from './ticker-actor.ts'
import { transportLogic } from './transport.ts'
import { requireServices, type TransportServices } from './transport-services.ts'
import { clientVersion } from './version.ts'
import { webSeedLogic } from './web-seeds.ts'

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
  /** What trackers are asked by. Default: the system's HTTP and UDP, and connection ids of its own. */
  readonly trackers?: Partial<Pick<TrackerNetwork, 'http' | 'datagrams' | 'connections'>> | undefined
  /** What web seeds are asked by. Default: the system's HTTP. */
  readonly webSeeds?: Partial<WebSeedNetwork> | undefined
  /** Our node of the DHT, for a torrent whose input says that it is searched for there (`asksDht`). */
  readonly dht?: Dht | undefined
  /** Your own extensions, for a torrent that is restored and ran them. */
  readonly extensions?: readonly Extension[]
}

/** The torrent chart with its effects: disk, sockets, time and chance. */
export function provideTorrent(services: TorrentServices): typeof torrentMachine {
  requireServices(services)
  const { storage, resume, random = Math.random, extensions = [], trackers, webSeeds, dht, ...given } = services
  requireFunction('storage', storage)
  requireFunction('random', random)
  if (dht !== undefined) requireDht(dht)
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
      tracker: trackerMachine.provide({ actors: { announce: announceLogic(trackerNetwork(given, trackers)) } }),
      webSeed: webSeedMachine.provide({
        actors: {
          link: webSeedLogic({ content: () => storage().metainfo, network: webSeedNetwork(webSeeds), clock }),
        },
      }),
      dht: dhtMachine.provide({
        actors: { node: nodeLogic(dht), search: searchLogic(dht, clock) },
        actions: { addNode: (_, { address }) => dht?.addNode(address) },
      }),
    },
    actions: { refuse: (_, { connection }) => connection.destroy() },
  })
}

/** What trackers are asked by. */
export const trackerNetwork = (
  { clock, randomBytes }: Pick<TorrentServices, 'clock' | 'randomBytes'>,
  given: TorrentServices['trackers'],
): TrackerNetwork => ({
  http: nodeHttp(clientVersion),
  datagrams: udpDatagrams(),
  connections: new UdpConnections(clock),
  ...given,
  clock,
  randomBytes,
})

/** What web seeds are asked by. */
const webSeedNetwork = (given: TorrentServices['webSeeds']): WebSeedNetwork => ({
  openLane: nodeHttpLanes(clientVersion),
  resolve: udpDatagrams().resolve,
  ...given,
})

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest()
