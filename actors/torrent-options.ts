import type { InspectionEvent, Observer } from 'xstate'
import type { Extension } from '../machines/extensions/extension.ts'
import type { EncryptionPolicy } from '../machines/peer/facts.ts'
import type { ChokeAlgorithm } from '../machines/torrent/choking/algorithm/choke-algorithm.ts'
import type { ConnectionLimit } from '../machines/torrent/connections/connection-limit.ts'
import type { Blacklist } from '../machines/torrent/trust/blacklist.ts'
import type { ResumeStore } from '../storage/resume-file.ts'
import type { Bandwidth } from '../transport/bandwidth/bandwidth.ts'
import type { Clock } from '../transport/clock.ts'
import type { RandomBytes } from '../transport/mse/key-exchange.ts'
import type { Random } from '../transport/random.ts'
import type { Address } from '../transport/transport.ts'
import type { Recorder } from './recording.ts'
import type { TorrentSource } from './torrent-source.ts'
import type { Transports } from './transports.ts'

/** What `createTorrent` needs: `metainfo` and `store`, or `magnet` and `openStore`; and what it may be given. */
export type TorrentOptions = TorrentSource & TorrentSettings

/** What `createTorrent` may be given. */
export interface TorrentSettings {
  /**
   * What carries the bytes: one transport, or several of different kinds. A dial tries them in this order, 250 ms apart, and the first that
   * opens carries the connection; what an address answered last is tried first. It listens by all of them, on one port. Default TCP.
   */
  readonly transport?: Transports
  /** Where to accept peers; port 0 picks a free one, told by `listening`. Default: nowhere. */
  readonly listen?: Address
  /** Peers to dial from the start. */
  readonly peers?: readonly Address[]
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
