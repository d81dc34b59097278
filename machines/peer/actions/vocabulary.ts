import { and, assign, cancel, enqueueActions, fromCallback, not, or, raise, sendTo, setup, stateIn } from 'xstate'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import type { Connection, TransportEnd } from '../../../transport/transport.ts'
import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import type { Layout } from '../../layout.ts'
import { PieceSet } from '../../piece-set.ts'
import type { PartOf } from '../../provided.ts'
import { crumbsIn } from '../blocks/crumbs.ts'
import { isLate } from '../blocks/lateness.ts'
import * as requesting from '../blocks/requesting.ts'
import { type AskingEvent, withAnswersTo } from '../talk/answers.ts'
import { extensionId, extensionNamed } from '../talk/greeting.ts'
import { heard, isKnownPiece } from '../talk/heeding.ts'
import { isSilent, owesKeepAlive } from '../talk/silence.ts'
import { type CloseReason, endsInOrder } from '../vocabulary/close-reason.ts'
import { isPiece, type PeerContext, type PeerInput, unknownLayout } from '../vocabulary/context.ts'
import { type DelayedTimer, delayedTimers, delays, limits } from '../vocabulary/delays.ts'
import type { EarlyFault } from '../vocabulary/early-words.ts'
import type { PeerEvent, PeerNews, Tick } from '../vocabulary/events.ts'
import type { NotedRegion } from '../vocabulary/facts.ts'
import type { Link } from '../vocabulary/link.ts'
import { reputationBounds } from '../vocabulary/reputation-rules.ts'
import type { LinkCommand, SendEvent, TransportCommand } from '../vocabulary/transport-commands.ts'
import { type News, refuse, tell } from './say.ts'

/** What a transport actor is made from. */
export interface TransportInput {
  readonly link: Link
  /** The byte stream if it exists already; without it the actor dials. */
  readonly connection: Connection | undefined
}

const noTransport = fromCallback<TransportCommand, TransportInput>(() => {
  throw new Error('provide the actor "transport": peerMachine.provide({ actors: { transport } })')
})

/**
 * The types of the peer chart, its guards by name, and the few actions all regions share: tell the torrent, send on the wire,
 * ask the socket, end it, start and cancel a timer.
 */
export const peerVocabulary = setup({
  types: {
    context: {} as PeerContext,
    events: {} as PeerEvent,
    input: {} as PeerInput | PartOf<PeerInput> | undefined,
    emitted: {} as PeerNews,
    children: {} as { transport: 'transport' },
  },
  actors: { transport: noTransport },
  guards: {
    /** Messages and wishes count only while the connection is open. */
    isOpen: stateIn({ handshake: 'open' }),
    /** What the remote said in the same read behind what ended it must not count. */
    isNotOpen: not(stateIn({ handshake: 'open' })),
    isOver: or([stateIn({ handshake: 'closing' }), stateIn({ handshake: 'closed' })]),
    isNotChoking: stateIn({ am_choking: 'not_choking' }),
    isOutgoing: ({ context }) => context.link.direction === 'out',
    isStop: (_, { reason }: { reason: CloseReason }) => reason.source === 'local' && reason.code === 'stopped',
    endsInOrder: (_, { reason }: { reason: CloseReason }) => endsInOrder(reason),

    mayNegotiate: ({ context }) => context.encryption !== 'none',
    dialsEncrypted: ({ context }) => context.link.direction === 'out' && context.encryption !== 'none',
    acceptsEncryption: ({ context }) => context.link.direction === 'in' && context.encryption !== 'none',
    forbidsPlaintext: ({ context }) => context.encryption === 'required',
    /** We take RC4 alone, and the remote does not offer it. */
    lacksRc4Offer: ({ context }, { code }: { code: string }) =>
      context.encryption === 'required' && code === 'no_common_method',
    isRc4: (_, { method }: { method: CryptoMethod }) => method === 'rc4',
    /** Our public key is out, and the remote's has not come. */
    awaitsKey: and(['isOutgoing', stateIn({ encryption: 'key_exchange' })]),
    /** It ended otherwise than by the remote's hanging up. */
    isBroken: (_, { end }: { end: TransportEnd }) => end.code !== 'end' && end.code !== 'reset',
    owesHandshake: ({ context }, { handshakeSaid }: { handshakeSaid: boolean }) =>
      context.link.direction === 'out' && !handshakeSaid,

    knowsTorrent: ({ context }) => context.infoHash !== '',
    lacksTorrent: ({ context }) => context.infoHash === '',
    knowsPeerId: ({ context }) => context.remotePeerId !== '',
    isForeign: ({ context }, { infoHash }: { infoHash: string }) =>
      [context.infoHash, context.negotiatedInfoHash].some((expected) => expected !== '' && expected !== infoHash),
    isSelf: ({ context }, { peerId }: { peerId: string }) => context.peerId === peerId,
    admitsItself: ({ context }) => context.owner === undefined && !context.handshakeOnly,
    isSilent: (_, tick: Tick) => isSilent(tick),
    owesKeepAlive: (_, tick: Tick) => owesKeepAlive(tick),

    knowsLayout: ({ context }) => context.layout !== unknownLayout,
    lacksLayout: ({ context }) => context.layout === unknownLayout,
    /** The remote has said what it has, if only in part. */
    hasSaidPieces: ({ context }) => context.early.saysPieces,
    /** What it said before the metadata came does not fit the torrent. */
    saidWrong: ({ context }, { layout, fault }: { layout: Layout; fault: EarlyFault }) =>
      context.early.faultOf(layout.pieceCount) === fault,
    /** Longer, or further, than any torrent whose metadata is fetched. */
    isNoBitfield: (_, { bits }: { bits: Uint8Array }) => bits.length > limits.earlyPieces / 8,
    isNoPiece: (_, { index }: { index: number }) => index >= limits.earlyPieces,

    /** Both sides have a node of the DHT (BEP 5). */
    sharesDht: ({ context }) => context.features.dht,
    /** The remote tells of such a node at a port that there can be. */
    namesNode: ({ context }, { port }: { port: number }) => context.features.dht && port > 0,

    lacksFast: ({ context }) => !context.features.fast,
    lacksExtended: ({ context }) => !context.features.extended,
    isBadBitfield: ({ context }, { bits }: { bits: Uint8Array }) => !PieceSet.fits(bits, context.layout.pieceCount),
    isOutOfRange: ({ context }, { index }: { index: number }) => !isPiece(context, index),
    /** A set of pieces of this very torrent. */
    fitsTorrent: ({ context }, { pieces }: { pieces: PieceSet }) =>
      context.layout !== unknownLayout && pieces.size === context.layout.pieceCount,
    /** Nothing is known of an earlier connection. */
    isNew: ({ context }) => context.pieces.isNone,
    hasAllPieces: ({ context }) => context.pieces.isAll,
    lacksPieces: ({ context }) => !context.pieces.isAll,

    /** One of the extensions we listen to, by the id we gave it (BEP 10). */
    isOurExtension: ({ context }, { id }: { id: number }) => extensionNamed(context.greeting, id) !== undefined,
    /** The remote takes messages of the extension. */
    takesExtension: ({ context }, { name }: { name: string }) =>
      extensionId(context.remoteGreeting, name) !== undefined,
    mayGreet: and([
      stateIn({ handshake: 'open' }),
      ({ context }: { context: PeerContext }) => context.features.extended,
    ]),
    changesUploadOnly: ({ context }, { uploadOnly }: { uploadOnly: boolean }) => context.uploadOnly !== uploadOnly,

    isUnchoked: stateIn({ handshake: 'open', peer_choking: 'not_choking' }),
    /** Pieces the remote lets us have while it chokes us (BEP 6, Allowed Fast). */
    areAllowedFast: ({ context }, { requests }: { requests: readonly BlockRequest[] }) =>
      requests.every(({ index }) => context.allowedFast.includes(index)),
    hasOutstanding: ({ context }) => context.outstanding.length > 0,
    hasNothingOutstanding: ({ context }) => context.outstanding.length === 0,
    /** What is missing may have come, and not been read for the sake of a limit. */
    isHeldBack: (_, { heldBack }: { heldBack?: true }) => heldBack === true,
    isOverdue: ({ context }, { at }: { at: number }) => {
      const oldest = context.outstanding[0]
      return oldest !== undefined && at - Math.max(oldest.at, context.lastBlockAt) >= delays.requestMs
    },
    isLate: ({ context }, { at }: { at: number }) => isLate(context, at),
    /** It has choked us for so long that the rejects would have come. */
    isAnswerOverdue: ({ context }, { at }: { at: number }) =>
      at - context.since.peer_choking >= delays.chokedAnswerMs &&
      context.outstanding.some(({ index }) => !context.allowedFast.includes(index)),
    hasLostRequests: ({ context }, { at }: { at: number }) => {
      const oldest = context.outstanding[0]
      return oldest !== undefined && at - oldest.at >= delays.lostRequestMs
    },
    bringsExpected: ({ context }, { blocks }: { blocks: readonly Block[] }) =>
      requesting.bringsExpected(context, blocks),

    mayAllowFast: ({ context }, { index }: { index: number }) =>
      context.features.fast &&
      isPiece(context, index) &&
      !context.granted.includes(index) &&
      context.granted.length < limits.allowedFast,
    maySuggest: ({ context }, { index }: { index: number }) =>
      context.features.fast &&
      isPiece(context, index) &&
      !context.suggested.includes(index) &&
      context.suggested.length < limits.suggested,

    asksTheImpossible: ({ context }, { requests }: { requests: readonly BlockRequest[] }) =>
      !requests.every((request) => context.layout.isValidRequest(request)),
    /** While we choke it: for a piece that it may have all the same (BEP 6, Allowed Fast). */
    asksForGranted: ({ context }, { requests }: { requests: readonly BlockRequest[] }) =>
      requests.some(({ index }) => context.granted.includes(index)),
    hasNoUploads: ({ context }) => context.queued.length + context.serving.length === 0,

    asksForCrumbs: ({ context }, { requests }: { requests: readonly BlockRequest[] }) =>
      crumbsIn(context, requests) > 0,
    /**
     * Our `have` of the piece invites the remote to nothing, as it has the piece, and while it owes us blocks we write to it again soon.
     * Transmission lets each `have` wait for other messages, ten seconds at most.
     */
    isInNoHurryFor: ({ context }, { index }: { index: number }) =>
      context.outstanding.length > 0 && context.pieces.has(index),
    isKnownPiece: ({ context }, { index }: { index: number }) => isKnownPiece(context, index),
    saysTooMuch: ({ context }) => context.talk.left < 0,

    isDisgraced: ({ context }) => context.reputation <= reputationBounds.banned,
  },
  actions: {
    /** Puts a message on the wire. */
    send: sendTo(
      ({ context }) => context.transport,
      (_, message: SendEvent) => message,
    ),
    /** Asks something of the socket. */
    link: sendTo(
      ({ context }) => context.transport,
      (_, command: LinkCommand) => command,
    ),
    /** Tells the torrent, and whoever listens with `peer.on`. */
    tell: enqueueActions(({ context, enqueue }, news: News) => tell(enqueue, context, news)),
    /** Ends the connection: the one way out, taken by the `handshake` region. */
    end: raise((_, reason: CloseReason) => ({ type: 'peer.end' as const, reason })),
    startTimer: enqueueActions(({ enqueue }, { name }: { name: DelayedTimer }) => {
      enqueue.raise({ type: `timer.${name}` }, { id: name, delay: delayedTimers[name] })
    }),
    cancelTimer: cancel((_, { name }: { name: DelayedTimer }) => name),
    /** Says no to requests; without the Fast extension silence says it (BEP 3, BEP 6). */
    refuse: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) =>
      refuse(enqueue, context, requests),
    ),
    /** A region has entered another state, now. */
    noteSince: assign(({ context }, { region }: { region: NotedRegion }) => ({
      since: { ...context.since, [region]: context.now },
    })),
    /** What we say gives the remote reason to answer. */
    expectAnswers: assign(({ context: { talk } }, event: AskingEvent) => ({
      talk: { ...talk, answers: withAnswersTo(talk.answers, event) },
    })),
    countTalk: assign(({ context, event }) => ({ talk: heard(context, event) })),
    settleEncryption: raise((_, { handshakeSaid }: { handshakeSaid: boolean }) => ({
      type: 'encryption.settled' as const,
      handshakeSaid,
    })),
  },
})
