import type { Snapshot } from 'xstate'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { Features } from '../../../transport/wire/handshake.ts'
import type { BlockRequest } from '../../../transport/wire/messages.ts'
import type { Layout } from '../../layout.ts'
import type { PieceSet } from '../../piece-set.ts'
import type { Rate } from '../../rate.ts'
import type { RequestDepth } from '../../request-depth.ts'
import type { CloseReason } from './close-reason.ts'
import type { DialFacts } from './dial.ts'
import type { EarlyWords } from './early-words.ts'
import type { Evidence } from './evidence.ts'
import type { Outstanding } from './ledger.ts'
import type { Link } from './link.ts'
import type { Talk } from './talk.ts'
import type { TransportRef } from './transport-commands.ts'
import type { Waits } from './waits.ts'

/**
 * Connection security policy (MSE/PE): `none` never negotiates, `preferred` takes what the remote can do, `required` never
 * speaks plaintext.
 */
export type EncryptionPolicy = 'none' | 'preferred' | 'required'

/** What is known of a peer. Immutable values throughout, so that a snapshot kept is a snapshot that stays. */
export interface PeerFacts extends DialFacts {
  readonly peer: number
  /** `kind`: while it is dialled, of the first attempt; from then on, of the one that opened. */
  readonly link: Link
  readonly transport: TransportRef
  readonly encryption: EncryptionPolicy
  readonly peerId: string
  readonly greeting: ExtendedHandshake | undefined
  /** 40 hex digits; empty until an incoming handshake named it. */
  readonly infoHash: string
  /** What the negotiation of encryption was about, 40 hex digits: the handshake has to name the same. Empty without one. */
  readonly negotiatedInfoHash: string
  readonly layout: Layout
  /** What we announce when the connection opens. */
  readonly have: PieceSet
  /** We have a node of the DHT that peers may know of. */
  readonly hasDht: boolean
  readonly handshakeOnly: boolean
  /** 40 hex digits; empty before the handshake. */
  readonly remotePeerId: string
  /** What both sides support; before an incoming peer has a torrent, the DHT where the remote does. */
  readonly features: Features
  readonly remoteGreeting: ExtendedHandshake | undefined
  /** What was said of pieces before we knew how many there are. */
  readonly early: EarlyWords
  /** What the remote has. */
  readonly pieces: PieceSet
  /** The remote downloads nothing (BEP 21). */
  readonly uploadOnly: boolean
  /** Pieces the remote lets us request while it chokes us (BEP 6), at most `limits.allowedFast`. */
  readonly allowedFast: readonly number[]
  /** Pieces the remote may ask for while we choke it (BEP 6), at most `limits.allowedFast`. */
  readonly granted: readonly number[]
  /** Blocks of them it asked for while choked and was not refused. */
  readonly grantedBlocks: number
  /** Pieces we have suggested (BEP 6), at most `limits.suggested`. */
  readonly suggested: readonly number[]
  /** Our requests, oldest first. */
  readonly outstanding: readonly Outstanding[]
  /** Requests we gave up whose answer may still come. */
  readonly owed: readonly BlockRequest[]
  readonly depth: RequestDepth
  /** When the last block came that we had asked for, in milliseconds. */
  readonly lastBlockAt: number
  /** When bytes last came of such a block that was not whole, as of the last tick, in milliseconds; undefined before any did. */
  readonly lastPartAt: number | undefined
  /** How long it keeps us waiting for blocks; undefined before the first. */
  readonly waits: Waits | undefined
  /** The remote's requests: not looked at yet, and asked of the torrent. Oldest first, together at most `limits.reqq`. */
  readonly queued: readonly BlockRequest[]
  readonly serving: readonly BlockRequest[]
  /** Its requests that came to nothing since it was last sent a block, at most `limits.refusedRequests` while it is open. */
  readonly refusedInRow: number
  /** Payload bytes: blocks we asked for, and blocks we sent. */
  readonly downloaded: number
  readonly uploaded: number
  /**
   * Of what we sent, what its socket had taken when that last became more, by `crumbBytes` at least; and when it did, undefined
   * before.
   */
  readonly taken: number
  readonly takenAt: number | undefined
  /** Payload bytes that came without being wanted. */
  readonly wasted: number
  readonly rateDown: Rate
  readonly rateUp: Rate
  /** Bytes a second the connection may take at most, as its transport says; Infinity is no limit. Others may share them. */
  readonly rateLimits: { readonly down: number; readonly up: number }
  /** What it may still say that is no news. */
  readonly talk: Talk
  readonly reputation: number
  /** The last changes of the reputation, at most `evidenceMax`, those of earlier connections included. */
  readonly evidence: readonly Evidence[]
  readonly closeReason: CloseReason | undefined
  /** The time, as the last event that told it: once a second while the connection stands. */
  readonly now: number
  readonly since: Since
  /** Since when a limit stops our reading; undefined while none does. */
  readonly heldBackSince: number | undefined
  /** What congests it is a limit, not a remote that does not read. */
  readonly isUploadLimited: boolean
  /** When the remote last began to ask: nothing of it was left to be answered. */
  readonly askedAt: number
  /** When blocks were last handed to the socket. */
  readonly lastUploadAt: number
}

/** What a look at a peer shows of its facts. */
export interface ShownFacts extends PeerFacts {
  /** Its torrent, or another parent; undefined when it stands alone. */
  readonly owner: { getSnapshot(): Snapshot<unknown> } | undefined
}

/**
 * Regions that note when they entered their present state. `requests` notes snubs alone, `uploads` congestion: others change by the block.
 */
export type NotedRegion =
  | 'handshake'
  | 'availability'
  | 'am_choking'
  | 'am_interested'
  | 'peer_choking'
  | 'peer_interested'
  | 'requests'
  | 'uploads'

/** When regions entered their present state, in milliseconds, as exact as `now`; from the connection's standing to `open` it is one. */
export type Since = Readonly<Record<NotedRegion, number>>
