import type { Connection } from '../../transport/transport.ts'
import type { ExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import type { Features } from '../../transport/wire/handshake.ts'
import type { BlockRequest } from '../../transport/wire/messages.ts'
import { fieldByField } from '../field-by-field.ts'
import { Layout } from '../layout.ts'
import { PieceSet } from '../piece-set.ts'
import { Rate } from '../rate.ts'
import { type RequestDepth, startDepth } from '../request-depth.ts'
import type { CloseReason } from './close-reason.ts'
import { EarlyWords } from './early-words.ts'
import type { Link, TorrentRef, TransportRef } from './events.ts'
import type { Evidence } from './evidence.ts'
import type { Outstanding } from './ledger.ts'
import { reputationBounds } from './reputation-rules.ts'
import { startTalk, type Talk } from './talk.ts'
import type { Waits } from './waits.ts'

/**
 * Connection security policy (MSE/PE): `none` never negotiates, `preferred` takes what the remote can do, `required` never
 * speaks plaintext.
 */
export type EncryptionPolicy = 'none' | 'preferred' | 'required'

/** What a peer is made from. */
export interface PeerInput {
  /** Its number, unique among the peers of one torrent; news carry it. */
  readonly peer: number
  readonly link: Link
  /** The byte stream if it exists already, as an accepted socket does; without it the transport actor dials. */
  readonly connection?: Connection
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
  /** What is remembered of this address from an earlier connection. Default 100. */
  readonly reputation?: number
  /** What that rests on. Default: nothing. */
  readonly evidence?: readonly Evidence[]
  /** Whom to tell. Without one the peer stands alone: it admits itself, and its news are only emitted. */
  readonly owner?: TorrentRef
  /** 40 hex digits, and how the torrent divides. Absent on an incoming connection until `torrent.adopt`. */
  readonly infoHash?: string
  readonly layout?: Layout
  /** What we announce. Default: nothing. */
  readonly have?: PieceSet
  /** Our peer id, 40 hex digits. */
  readonly peerId: string
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /** What we say in the extended handshake (BEP 10). */
  readonly greeting?: ExtendedHandshake
  /**
   * A peer that stands alone admits itself, unless this is set: then it waits, its handshake done, for `torrent.admit`, no longer
   * than the handshake may take (`delays.handshakeMs`). Default false.
   */
  readonly handshakeOnly?: boolean
}

/** What outlives one event of a peer. Immutable values throughout, so that a snapshot kept is a snapshot that stays. */
export interface PeerContext {
  readonly peer: number
  readonly link: Link
  readonly transport: TransportRef
  readonly owner: TorrentRef | undefined
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
  readonly handshakeOnly: boolean
  /** 40 hex digits; empty before the handshake. */
  readonly remotePeerId: string
  /** What both sides support. */
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
  /** Of what we sent, what its socket had taken when that last became more, by `crumbBytes` at least; and when it did, undefined before. */
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

/** Regions that note when they entered their present state. `requests` notes snubs alone, `uploads` congestion: others change by the block. */
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

/** What we support: BEP 10 and BEP 6. */
export const ourFeatures: Features = { extended: true, fast: true, dht: false }

/** Of a remote that has not said what it supports. */
const noFeatures: Features = { extended: false, fast: false, dht: false }

/** Of a transport that has not told of any. */
const noLimits: PeerContext['rateLimits'] = { down: Number.POSITIVE_INFINITY, up: Number.POSITIVE_INFINITY }

/** Stands in until the torrent is named, or its metadata has come; nothing is asked of it before. */
export const unknownLayout = new Layout({ pieceLength: 1, length: 1 })

/** Whether there is such a piece, as far as we know: none before the metadata has come. */
export const isPiece = ({ layout }: PeerContext, index: number): boolean =>
  layout !== unknownLayout && layout.hasPiece(index)

/**
 * Whether our handshake goes with the offer of encryption and saves a round trip: when RC4 alone is offered. With plaintext offered
 * too it waits: Transmission 3, when it selects that, takes the encrypted handshake for one in plaintext and hangs up.
 */
export const saysHandshakeWithOffer = ({ encryption, link }: PeerContext): boolean =>
  link.direction === 'out' && encryption === 'required'

/** The context of a peer that has not said a word. */
export function initialContext(input: PeerInput, transport: TransportRef): PeerContext {
  const layout = input.layout ?? unknownLayout
  return fieldByField<PeerContext>({
    peer: input.peer,
    link: input.link,
    transport,
    owner: input.owner,
    encryption: input.encryption ?? 'preferred',
    peerId: input.peerId,
    greeting: input.greeting,
    infoHash: input.infoHash ?? '',
    negotiatedInfoHash: '',
    layout,
    have: input.have ?? PieceSet.none(layout.pieceCount),
    handshakeOnly: input.handshakeOnly ?? false,
    remotePeerId: '',
    features: noFeatures,
    remoteGreeting: undefined,
    early: EarlyWords.none,
    pieces: PieceSet.none(layout.pieceCount),
    uploadOnly: false,
    allowedFast: [],
    granted: [],
    grantedBlocks: 0,
    suggested: [],
    outstanding: [],
    owed: [],
    depth: startDepth(input.at),
    lastBlockAt: input.at,
    lastPartAt: undefined,
    waits: undefined,
    queued: [],
    serving: [],
    refusedInRow: 0,
    downloaded: 0,
    uploaded: 0,
    taken: 0,
    takenAt: undefined,
    wasted: 0,
    rateDown: Rate.start(input.at),
    rateUp: Rate.start(input.at),
    rateLimits: noLimits,
    talk: startTalk(input.at),
    reputation: input.reputation ?? reputationBounds.initial,
    evidence: input.evidence ?? [],
    closeReason: undefined,
    now: input.at,
    since: sinceAlways(input.at),
    heldBackSince: undefined,
    isUploadLimited: false,
    askedAt: input.at,
    lastUploadAt: input.at,
  })
}

const sinceAlways = (at: number): Since => ({
  handshake: at,
  availability: at,
  am_choking: at,
  am_interested: at,
  peer_choking: at,
  peer_interested: at,
  requests: at,
  uploads: at,
})
