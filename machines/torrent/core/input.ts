import type { Address, TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { Extension } from '../../extensions/extension.ts'
import type { Layout } from '../../layout.ts'
import type { EncryptionPolicy } from '../../peer/context.ts'
import type { ChokeAlgorithm } from '../choking/algorithm/choke-algorithm.ts'
import type { ConnectionLimit } from '../connections/connection-limit.ts'
import type { Blacklist } from '../trust/blacklist.ts'

/** What a torrent is made from. */
export interface TorrentInput {
  /** 40 hex digits. */
  readonly infoHash: string
  /** How the torrent divides; absent as long as its metadata has to be fetched from peers (BEP 9). */
  readonly layout?: Layout
  /** Peers come from its trackers and its user alone (BEP 27). Default false; of a magnet link its metadata says so. */
  readonly isPrivate?: boolean
  /** Our peer id, 40 hex digits. */
  readonly peerId: string
  /** What our extended handshakes say (BEP 10); the ids of extensions are added. */
  readonly greeting: ExtendedHandshake
  /** Extensions it starts with (BEP 10). */
  readonly extensions?: readonly Extension[]
  readonly transport: TransportKind
  /** Where to accept peers; none without. */
  readonly listen?: Address
  /** Peers to dial from the start. */
  readonly peers?: readonly Address[]
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /** Connections held at once. Default 55, as webtorrent. */
  readonly maxPeers?: number
  /** Connections that one host may have made to us. Default 2 (peer-table.ts), on loopback any number. */
  readonly maxIncomingPerHost?: number
  /** The connections it may hold together with other torrents. Default: as many as `maxPeers`, shared with no other torrent. */
  readonly connections?: ConnectionLimit
  /** Which peers are banned; may be shared with other torrents. Default: none. */
  readonly blacklist?: Blacklist
  /** Peers unchoked at once. Default 4 (BEP 3). */
  readonly slots?: number
  /** Which peers are unchoked. Default `chokeRound`. */
  readonly choker?: ChokeAlgorithm
  /** Once everything is there it pretends to have nothing, and tells of its pieces one by one (BEP 16). Default false. */
  readonly superSeed?: boolean
  /** Whether the storage keeps resume data. Default false. */
  readonly keepsResume?: boolean
  /** Nothing can be written: it downloads nothing, and serves what is there. Default false; of a magnet link `metadata.ready` says so. */
  readonly readOnly?: boolean
  /** At least 0, below 1. */
  readonly random: () => number
  /** The digest of its argument, 20 bytes: what a peer may ask for while choked follows from it (BEP 6). */
  readonly sha1: (bytes: Uint8Array) => Uint8Array
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
}
