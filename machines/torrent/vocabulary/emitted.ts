import type { TrackerFault } from '../../../transport/tracker/announce.ts'
import type { Address, TransportKind } from '../../../transport/transport.ts'
import type { WebSeedFault } from '../../../transport/web-seed/failure.ts'
import type { AttemptSummary } from '../../peer/attempts.ts'
import type { Evidence, Grounds } from '../../peer/vocabulary/evidence.ts'
import type { ChokeRecord } from '../choking/algorithm/choke-algorithm.ts'

/** How a peer stands, for a table or a progress bar. */
export interface PeerSummary {
  readonly address: Address
  readonly direction: 'in' | 'out'
  /** What carries it; while it is dialled, what was tried first. */
  readonly transport: TransportKind
  readonly state: 'connecting' | 'open' | 'closed'
  readonly encrypted: boolean
  /** Decoded from the peer id, or `unknown`. Empty before the handshake. */
  readonly client: string
  /** 40 hex digits. Empty before the handshake. */
  readonly peerId: string
  readonly amChoking: boolean
  readonly amInterested: boolean
  readonly peerChoking: boolean
  readonly peerInterested: boolean
  /** Pieces it has. */
  readonly pieces: number
  /** Payload bytes a second, both ways, over the last ten seconds. */
  readonly rateDown: number
  readonly rateUp: number
  /** Payload bytes of this connection. */
  readonly downloaded: number
  readonly uploaded: number
  /**
   * When payload we had asked for last came, in milliseconds of the torrent's clock; the bytes of a block that is not whole yet
   * count, as of the last second. Absent before any came.
   */
  readonly payloadAt?: number
  readonly reputation: number
  readonly blocksInflight: number
  /** Why it closed: `source.code`, as in `remote.corrupt` or `timeout.handshake`; only with `closed`. */
  readonly reason?: string
  /** What came to nothing of a dial by several transports: before one opened, or with `closed` each, where none did. Absent: nothing. */
  readonly attempts?: readonly AttemptSummary[]
}

/** How a tracker stands. */
export interface TrackerSummary {
  readonly url: string
  /** From 0: of trackers that stand in for each other those of one tier are asked when those of the tiers above have failed (BEP 12). */
  readonly tier: number
  /**
   * `idle`: not asked yet, or due. `announcing`: being asked. `waiting`: it has answered. `backing_off`: it has not. `refused`: it is never
   * to be asked again (BEP 31). `stopping`: it is told that we leave. `stopped`: it is not asked.
   */
  readonly state: 'idle' | 'announcing' | 'waiting' | 'backing_off' | 'refused' | 'stopping' | 'stopped'
  /** What it knows of the swarm, as it said last. */
  readonly seeders?: number
  readonly leechers?: number
  /** How often the torrent was downloaded. */
  readonly downloads?: number
  /** How many peers it named last. */
  readonly peers: number
  /** What it said last to people, or why it could not be asked. */
  readonly message?: string
  /** When it is asked next, in milliseconds of the torrent's clock; absent where that depends on others. */
  readonly nextAnnounceAt?: number
}

/** How a web seed (BEP 19) stands. */
export interface WebSeedSummary {
  readonly url: string
  /**
   * `idle`: not asked, or not yet. `connecting`: it was asked, and has given nothing. `serving`: it gives parts of files. `backing_off`: it
   * failed, and is asked again. `given_up`: it is of no use. `banned`: it gave corrupt pieces, or its host is banned.
   */
  readonly state: 'idle' | 'connecting' | 'serving' | 'backing_off' | 'given_up' | 'banned'
  /** Why it failed last. */
  readonly fault?: WebSeedFault
  readonly message?: string
  /** When it is asked again, in milliseconds of the torrent's clock, where it failed. */
  readonly retryAt?: number
  /** Files that it was found without, by their numbers in the torrent: it is not asked for them again. */
  readonly without?: readonly number[]
}

/** How the searches of a torrent in the DHT stand. */
export interface DhtSummary {
  /**
   * `idle`: not begun yet, or due. `searching`: nodes are being asked. `waiting`: they have answered. `backing_off`: none has. `entering`: a
   * node was named, and has a moment to answer. `resting`: the torrent does not run. `renounced`: it is private, and never searched for.
   */
  readonly state: 'idle' | 'searching' | 'waiting' | 'backing_off' | 'entering' | 'resting' | 'renounced'
  /** How many peers the last search found, how many nodes have answered it, and how many have noted where we accept connections. */
  readonly peers: number
  readonly nodes: number
  readonly announced: number
  /** Why the last search led to nothing. */
  readonly message?: string
  /** When the next one is due, in milliseconds of the torrent's clock; absent while there is one, or none is to come. */
  readonly nextSearchAt?: number
}

/** How a torrent stands. Bytes are payload of this run, rates the same a second over the last ten. */
export interface TorrentProgress {
  /** Pieces that are there, of those with a byte of a file that was chosen. */
  readonly pieces: number
  /** Pieces with a byte of a file that was chosen; 0 before the metadata has come. */
  readonly total: number
  /** From peers and web seeds. */
  readonly downloaded: number
  /** Of these bytes: what web seeds gave (BEP 19). */
  readonly downloadedFromWebSeeds: number
  readonly uploaded: number
  /** Payload of all runs, as far as resume data was kept. */
  readonly downloadedEver: number
  readonly uploadedEver: number
  /** Of what was downloaded: what came twice, or too late, or was dropped as its piece was not to be fetched any more. */
  readonly wasted: number
  /** Bytes of the pieces that failed their hash. */
  readonly corrupt: number
  readonly rateDown: number
  readonly rateUp: number
  /** Open connections to peers, and to web seeds. */
  readonly peers: number
  readonly webSeeds: number
}

/** Why super-seeding helps no longer: another peer has everything, or none passes anything on. */
export type SuperSeedingEnd = 'seeder' | 'stuck'

/**
 * How a torrent stands, in one word; the first that fits: `stopping` also while the last save is under way, `moving` files, `failed`,
 * `stopped`, `checking` what is on disk, with or without connections, `paused`; and of one that runs `awaiting_metadata`, `downloading`,
 * `seeding` all of it, or `partial_seeding`: what is missing is not to be had, as it is lost or the store is read-only.
 */
export type TorrentState =
  | 'stopped'
  | 'checking'
  | 'awaiting_metadata'
  | 'downloading'
  | 'partial_seeding'
  | 'seeding'
  | 'paused'
  | 'moving'
  | 'stopping'
  | 'failed'

/** What a torrent actor emits (`torrent.on(type, …)`), named like the `--json` events of the command line where there is one. */
export type TorrentEmitted =
  /** It stands otherwise now: told once a change. */
  | { readonly type: 'state'; readonly state: TorrentState }
  | { readonly type: 'listening'; readonly transport: TransportKind; readonly address: Address }
  /** The metadata has come from peers (BEP 9). `bytes`: of the torrent. */
  | { readonly type: 'metadata'; readonly name: string; readonly bytes: number; readonly pieces: number }
  /** The disk was looked at: pieces that are there, as `TorrentProgress` counts them. */
  | { readonly type: 'verified'; readonly pieces: number; readonly total: number }
  /** Its files are in this folder now. */
  | { readonly type: 'moved'; readonly folder: string }
  /** They could not be moved, and are where they were. */
  | { readonly type: 'move_failed'; readonly error: Error }
  /** Pieces were hashed anew: as the owner asked, or since a file was changed. What there is now. */
  | { readonly type: 'rechecked'; readonly pieces: number; readonly total: number }
  | { readonly type: 'peer'; readonly peer: PeerSummary }
  | ({ readonly type: 'progress' } & TorrentProgress)
  | { readonly type: 'piece'; readonly index: number }
  /** Other files are wanted than before: pieces that are there, as `TorrentProgress` counts them from now on. */
  | { readonly type: 'selected'; readonly pieces: number; readonly total: number }
  /**
   * A tracker is being asked, has answered, or could not be asked. `peers`: how many it named; `warning`: what it has to say and answers all
   * the same; `message`: why there is no answer, in its own words where it `refused`.
   */
  | { readonly type: 'tracker'; readonly url: string; readonly state: 'announcing' }
  | {
      readonly type: 'tracker'
      readonly url: string
      readonly state: 'ok'
      readonly peers: number
      readonly seeders?: number
      readonly leechers?: number
      readonly warning?: string
    }
  | {
      readonly type: 'tracker'
      readonly url: string
      readonly state: 'failed'
      readonly fault: TrackerFault
      readonly message: string
    }
  /** A web seed is asked, serves, has failed or is banned. */
  | ({ readonly type: 'web_seed' } & WebSeedSummary)
  /**
   * The torrent is being searched for in the DHT, nodes have answered, or none has. `peers`: how many were found; `nodes`: how many have
   * answered; `announced`: how many have noted where we accept connections; `message`: why there is no answer.
   */
  | { readonly type: 'dht'; readonly state: 'searching' }
  | {
      readonly type: 'dht'
      readonly state: 'ok'
      readonly peers: number
      readonly nodes: number
      readonly announced: number
    }
  | { readonly type: 'dht'; readonly state: 'failed'; readonly message: string }
  | { readonly type: 'corrupt'; readonly index: number; readonly addresses: readonly Address[] }
  /** The reputation of an address has changed by a rule (`reputation-rules.ts`): what for, and what it is now. */
  | ({ readonly type: 'reputation'; readonly address: Address; readonly reputation: number } & Grounds)
  /** `reason`: what it did, as a short text; `evidence`: the changes it rests on, the last 50, oldest first. */
  | {
      readonly type: 'banned'
      readonly address: Address
      readonly reputation: number
      readonly reason: string
      readonly evidence: readonly Evidence[]
    }
  /** The code of one peer's actor threw: a defect, which ended that peer and nothing else. */
  | { readonly type: 'crashed'; readonly address: Address; readonly error: unknown }
  /** Slots were given: a choke round, or a free slot between two. */
  | ({ readonly type: 'choke_round' } & ChokeRecord)
  /** The choke algorithm threw, or its decisions cannot be carried out: the unchoked peers stay so. */
  | { readonly type: 'choker_crashed'; readonly error: unknown }
  /** Resume data could not be read, used or saved: the torrent goes on, and hashes what it would have known. */
  | { readonly type: 'resume_failed'; readonly error: Error }
  /** What went wrong, or was done about it, without ending anything, as one line; `path`: of the file it is about, where there is one. */
  | { readonly type: 'warning'; readonly message: string; readonly path?: string }
  /** Super-seeding (BEP 16) has begun, or ended: by itself, `because` of this; or as asked, or since the torrent runs no more. */
  | { readonly type: 'super_seeding'; readonly active: boolean; readonly because?: SuperSeedingEnd }
  /** Everything that was chosen is there: the whole torrent, unless files were skipped. Told again when there was more to fetch since. */
  | { readonly type: 'done'; readonly downloaded: number }
  | { readonly type: 'failed'; readonly error: Error }
