import type { Connection, TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { Features } from '../../../transport/wire/handshake.ts'
import { fieldByField } from '../../field-by-field.ts'
import { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import { Rate } from '../../rate.ts'
import { startDepth } from '../../request-depth.ts'
import { noFailures } from './dial.ts'
import { EarlyWords } from './early-words.ts'
import type { TorrentRef } from './events.ts'
import type { Evidence } from './evidence.ts'
import type { EncryptionPolicy, PeerFacts, Since } from './facts.ts'
import type { Link } from './link.ts'
import { reputationBounds } from './reputation-rules.ts'
import { startTalk } from './talk.ts'
import type { TransportRef } from './transport-commands.ts'

/** What a peer is made from. */
export interface PeerInput {
  /** Its number, unique among the peers of one torrent; news carry it. */
  readonly peer: number
  readonly link: Link
  /** The byte stream if it exists already, as an accepted socket does; without it the transport actor dials. */
  readonly connection?: Connection
  /** By which transports it is dialled, in the order in which they are tried: `link.kind` is the first. Default: that alone. */
  readonly ways?: readonly TransportKind[]
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
  /** What is remembered of this address from an earlier connection. Default 100. */
  readonly reputation?: number
  /** What that rests on. Default: nothing. */
  readonly evidence?: readonly Evidence[]
  /** What it tells its news. Without one the peer stands alone: it admits itself, and its news are only emitted. */
  readonly owner?: TorrentRef
  /** 40 hex digits, and how the torrent divides. Absent on an incoming connection until `torrent.adopt`. */
  readonly infoHash?: string
  readonly layout?: Layout
  /** What we announce. Default: nothing. */
  readonly have?: PieceSet
  /**
   * What the remote had on an earlier connection, of a torrent whose layout is known: what is known of it until this one stands.
   * Default: nothing.
   */
  readonly pieces?: PieceSet
  /** Our peer id, 40 hex digits. */
  readonly peerId: string
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /** What we say in the extended handshake (BEP 10). */
  readonly greeting?: ExtendedHandshake
  /** We have a node of the DHT, which the torrent lets peers know of: our handshake says so (BEP 5). Default false. */
  readonly hasDht?: boolean
  /**
   * A peer that stands alone admits itself, unless this is set: then it waits, its handshake done, for `torrent.admit`, no longer
   * than the handshake may take (`delays.handshakeMs`). Default false.
   */
  readonly handshakeOnly?: boolean
}

/** What outlives one event of a peer. */
export interface PeerContext extends PeerFacts {
  /** What it tells its news; nothing when it stands alone. */
  readonly owner: TorrentRef | undefined
}

/** What we support: BEP 10, BEP 6, and BEP 5 where there is a node of ours. */
export const ourFeatures = ({ hasDht }: Pick<PeerFacts, 'hasDht'>): Features => ({
  extended: true,
  fast: true,
  dht: hasDht,
})

/** What both sides support. */
export function inCommon(theirs: Features, ours: Features): Features {
  return {
    extended: theirs.extended && ours.extended,
    fast: theirs.fast && ours.fast,
    dht: theirs.dht && ours.dht,
  }
}

/** Where a peer has nothing yet: one list for all of them. */
export const none: readonly never[] = []

/** Of a remote that has not said what it supports. */
const noFeatures: Features = { extended: false, fast: false, dht: false }

/** Of a transport that has not told of any. */
const noLimits: PeerFacts['rateLimits'] = { down: Number.POSITIVE_INFINITY, up: Number.POSITIVE_INFINITY }

/** Stands in until the torrent is named, or its metadata has come; nothing is asked of it before. */
export const unknownLayout = new Layout({ pieceLength: 1, length: 1 })

/** Whether there is such a piece, as far as we know: none before the metadata has come. */
export const isPiece = ({ layout }: PeerFacts, index: number): boolean =>
  layout !== unknownLayout && layout.hasPiece(index)

/**
 * Whether our handshake goes with the offer of encryption and saves a round trip: when RC4 alone is offered. With plaintext offered
 * too it waits: Transmission 3, when it selects that, takes the encrypted handshake for one in plaintext and hangs up.
 */
export const saysHandshakeWithOffer = ({ encryption, link }: PeerFacts): boolean =>
  link.direction === 'out' && encryption === 'required'

/**
 * The context of a peer that has received and sent nothing. Throws a RangeError for a set of pieces of another torrent, and for transports
 * of which another is the first.
 */
export function initialContext(input: PeerInput, transport: TransportRef): PeerContext {
  const { layout = unknownLayout, pieces = PieceSet.none(layout.pieceCount) } = input
  const { ways = [input.link.kind] } = input
  if (pieces.size !== layout.pieceCount) throw new RangeError(`${pieces.size} pieces, of ${layout.pieceCount}`)
  if (ways[0] !== input.link.kind) throw new RangeError(`${input.link.kind} is not the first of ${ways.join(', ')}`)
  return fieldByField<PeerContext>({
    peer: input.peer,
    link: input.link,
    ways,
    tried: 1,
    failedAttempts: noFailures,
    transport,
    owner: input.owner,
    encryption: input.encryption ?? 'preferred',
    peerId: input.peerId,
    greeting: input.greeting,
    infoHash: input.infoHash ?? '',
    negotiatedInfoHash: '',
    layout,
    have: input.have ?? PieceSet.none(layout.pieceCount),
    hasDht: input.hasDht ?? false,
    handshakeOnly: input.handshakeOnly ?? false,
    remotePeerId: '',
    features: noFeatures,
    remoteGreeting: undefined,
    early: EarlyWords.none,
    pieces,
    uploadOnly: false,
    allowedFast: none,
    granted: none,
    grantedBlocks: 0,
    suggested: none,
    outstanding: none,
    owed: none,
    depth: startDepth(input.at),
    lastBlockAt: input.at,
    lastPartAt: undefined,
    waits: undefined,
    queued: none,
    serving: none,
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
    evidence: input.evidence ?? none,
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
