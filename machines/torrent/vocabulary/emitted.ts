import type { Address, TransportKind } from '../../../transport/transport.ts'
import type { Evidence, Grounds } from '../../peer/evidence.ts'
import type { ChokeRecord } from '../choking/algorithm/choke-algorithm.ts'

/** What became of one attempt of a dial: `reason` is `source.code`, as in `transport.refused` or `timeout.connect`. */
export interface AttemptSummary {
  readonly transport: TransportKind
  readonly reason: string
}

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
  /** What became of each attempt, of a dial by several transports of which none opened; only with `closed`. */
  readonly attempts?: readonly AttemptSummary[]
}

/** How a torrent stands. Bytes are payload of this run, rates the same a second over the last ten. */
export interface TorrentProgress {
  readonly pieces: number
  /** Pieces of the torrent; 0 before its metadata has come. */
  readonly total: number
  readonly downloaded: number
  readonly uploaded: number
  /** Payload of all runs, as far as resume data was kept. */
  readonly downloadedEver: number
  readonly uploadedEver: number
  readonly rateDown: number
  readonly rateUp: number
  /** Open connections. */
  readonly peers: number
}

/** Why super-seeding helps no longer: another peer has everything, or none passes anything on. */
export type SuperSeedingEnd = 'seeder' | 'stuck'

/** What a torrent actor emits (`torrent.on(type, …)`), named like the `--json` events of the command line where there is one. */
export type TorrentEmitted =
  | { readonly type: 'listening'; readonly transport: TransportKind; readonly address: Address }
  /** The metadata has come from peers (BEP 9). `bytes`: of the torrent. */
  | { readonly type: 'metadata'; readonly name: string; readonly bytes: number; readonly pieces: number }
  | { readonly type: 'verified'; readonly pieces: number; readonly total: number }
  /** Pieces were hashed anew: as the owner asked, or since a file was changed. What there is now. */
  | { readonly type: 'rechecked'; readonly pieces: number; readonly total: number }
  | { readonly type: 'peer'; readonly peer: PeerSummary }
  | ({ readonly type: 'progress' } & TorrentProgress)
  | { readonly type: 'piece'; readonly index: number }
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
  | { readonly type: 'done'; readonly downloaded: number }
  | { readonly type: 'failed'; readonly error: Error }
