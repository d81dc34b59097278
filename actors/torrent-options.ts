import type { InspectionEvent, Observer } from 'xstate'
import type { Extension } from '../machines/extensions/extension.ts'
import type { EncryptionPolicy } from '../machines/peer/vocabulary/facts.ts'
import type { ChokeAlgorithm } from '../machines/torrent/choking/algorithm/choke-algorithm.ts'
import type { ConnectionLimit } from '../machines/torrent/connections/connection-limit.ts'
import type { Blacklist } from '../machines/torrent/trust/blacklist.ts'
import type { ResumeStore } from '../storage/resume-file.ts'
import type { Bandwidth } from '../transport/bandwidth/bandwidth.ts'
import type { Clock } from '../transport/clock.ts'
import type { Dht } from '../transport/dht/dht.ts'
import type { RandomBytes } from '../transport/mse/key-exchange.ts'
import type { Random } from '../transport/random.ts'
import type { TrackerNetwork } from '../transport/tracker/network.ts'
import type { Address } from '../transport/transport.ts'
import type { WebSeedNetwork } from '../transport/web-seed/network.ts'
import type { FileChoice } from './file-choice.ts'
import type { Recorder } from './recording.ts'
import type { TorrentSource } from './torrent-source.ts'
import type { Transports } from './transports.ts'

/** What `createTorrent` needs: `metainfo` and `store`, or `magnet` and `openStore`; and what it may be given. */
export type TorrentOptions = TorrentSource & TorrentSettings

/** What a session is to a torrent of its own. */
export interface TorrentHome {
  /** It listens for the torrent, or is to, and tells it where, or that nothing comes of it. */
  readonly listens: boolean
  /** The torrent was stopped, and has nothing open any more, as far as that can be had. */
  left(): void
}

/** What `createTorrent` may be given. */
export interface TorrentSettings {
  /**
   * What carries the bytes: one transport, or several of different kinds. A dial tries them in this order, 250 ms apart, and the first that
   * opens carries the connection; what an address answered last is tried first. It listens by all of them, on one port. Default TCP and
   * uTP, in that order, as libtorrent, Transmission and webtorrent speak both; `tcpTransport()` is TCP alone.
   */
  readonly transport?: Transports
  /** Where to accept peers; port 0 picks a free one, told by `listening`. Default: nowhere. */
  readonly listen?: Address
  /** Peers to dial from the start. */
  readonly peers?: readonly Address[]
  /**
   * What it is called by peers: 20 bytes, or a string of 20 characters, one a byte (BEP 20). Default: a new one, as
   * `createPeerId` makes it.
   */
  readonly peerId?: Uint8Array | string | undefined
  /**
   * Which files are wanted, and which before others: for the others nothing is fetched, and pieces that they share with these are kept apart
   * (`openFileStore`). `done` comes when what is wanted is there. Of a magnet link it is asked when the metadata has come. Default: what was
   * saved last (`resume`), else what a magnet link names (BEP 53), else all. `select` changes it.
   */
  readonly files?: FileChoice | undefined
  /** Pieces come in their order, those of high priority first, instead of the rarest first. Default false; `setSequential` changes it. */
  readonly sequential?: boolean
  /**
   * Trackers to ask besides those that the torrent names, each an http, https or udp URL, of udp with a port. False: no
   * tracker is asked, whatever the torrent names. `addTracker` adds more later. At most 100 are asked. A private torrent
   * asks them, too: BEP 27 is about what others name, and these you name yourself.
   */
  readonly trackers?: false | readonly string[]
  /** What trackers are asked by, for tests and simulations. Default: the system's HTTP, and its UDP. */
  readonly trackerNetwork?: Partial<Pick<TrackerNetwork, 'http' | 'datagrams' | 'connections'>>
  /**
   * Web seeds (BEP 19) to download from besides those that the torrent names, each an http or https URL. False: none, whatever the torrent
   * names. `addWebSeed` adds more later. At most 100 are used, three at once. Nothing of them is encrypted but by https: `encryption` concerns peers.
   */
  readonly webSeeds?: false | readonly string[]
  /** What web seeds are asked by, for tests and simulations. Default: the system's HTTP. */
  readonly webSeedNetwork?: Partial<WebSeedNetwork>
  /**
   * Our node of the DHT (BEP 5), as `createDht` makes it: the torrent is searched for there every 15 minutes, and announced where it
   * accepts connections, unless it is private. Several torrents may share one; it is yours to destroy. Default: none.
   */
  readonly dht?: Dht | undefined
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /**
   * Connections held at once, their handshakes done. Default 55 (webtorrent). A few newcomers more are let in for some seconds, to see
   * whether they are of more use than one of those.
   */
  readonly maxPeers?: number
  /**
   * Connections that one host may have made to us at once, from 1; of an IPv6 host its /64. Default 2 (libtorrent has one), and on loopback
   * any number. For a host that many share, as behind a proxy.
   */
  readonly maxIncomingPerHost?: number | undefined
  /** The connections it may hold together with other torrents, each given the same. Default: no limit but `maxPeers`. */
  readonly connections?: ConnectionLimit
  /** Peers unchoked at once, from 1. Default 4 (BEP 3). */
  readonly slots?: number
  /**
   * The addresses that are banned, and why. Default: a list of its own. Several torrents may share one: an address that is banned in one
   * of them is closed in all at once.
   */
  readonly blacklist?: Blacklist
  /**
   * Super-seeding (BEP 16): once everything is there it pretends to have nothing and offers its pieces one by one, so that each goes
   * out about once. It ends by itself when another seeder is there, or nobody passes anything on. Default false; `setSuperSeed`
   * changes it.
   */
  readonly superSeed?: boolean
  /**
   * Decides which peers are unchoked. Default `chokeRound`, the choking of BEP 3. One that throws harms nobody: the torrent emits
   * `choker_crashed`.
   */
  readonly choker?: ChokeAlgorithm
  /**
   * Extensions of your own (BEP 10), beside or instead of those built in; `addExtension` adds more later. On a private torrent
   * none runs that is named `ut_pex` or `ut_metadata` (BEP 27).
   */
  readonly extensions?: readonly Extension[]
  /** Bytes a second on the wire that all its connections take together. Default: no limits. `setLimits` changes them. */
  readonly downloadLimit?: number | undefined
  readonly uploadLimit?: number | undefined
  /** Limits that it shares with others, made by `createBandwidth` on the same clock. */
  readonly bandwidth?: Bandwidth | undefined
  /**
   * Where to keep what it would otherwise lose: which pieces are verified, blocks of pieces that are not whole, counters, addresses,
   * the metadata of a magnet link. `resumeFile` keeps it in a file. Saved when it pauses, stops and is complete, and some 10 s after
   * a change. Default: nowhere, and each start hashes all that is on disk.
   */
  readonly resume?: ResumeStore | undefined
  /** Default: the system's. A simulated clock makes the torrent run in virtual time. */
  readonly clock?: Clock
  /** At least 0, below 1. Default `Math.random`; a seeded one replays a run, together with `randomBytes`. */
  readonly random?: Random
  /** For the private keys of encryption (MSE/PE). Default: the system's; a replay gives its own. */
  readonly randomBytes?: RandomBytes
  /**
   * Gets every inspection event of the torrent and its peers, as XState's `inspect`: a function, or an observer whose `next` it is. It must
   * not throw: that harms no actor, and is reported as an uncaught exception.
   */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  /**
   * Writes down what every connection hears and says, and when, for a replay, as `openRecorder` makes one. Several torrents may share one;
   * it is yours to close. Default: nobody does.
   */
  readonly record?: Recorder | undefined
}
