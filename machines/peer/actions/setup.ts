import { type AnyActorRef, assign, enqueueActions, sendTo } from 'xstate'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import { frameLimit } from '../../../transport/wire/frame-limit.ts'
import type { Features } from '../../../transport/wire/handshake.ts'
import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import { PieceSet } from '../../piece-set.ts'
import { limitDepth, startDepth } from '../../request-depth.ts'
import { measured } from '../blocks/measuring.ts'
import * as requesting from '../blocks/requesting.ts'
import * as serving from '../blocks/serving.ts'
import { greetingTo } from '../talk/greeting.ts'
import type { CloseReason } from '../vocabulary/close-reason.ts'
import {
  inCommon,
  ourFeatures,
  type PeerContext,
  saysHandshakeWithOffer,
  unknownLayout,
} from '../vocabulary/context.ts'
import { delays, limits } from '../vocabulary/delays.ts'
import type { Membership, ReleaseCause, Tick, TorrentCommand } from '../vocabulary/events.ts'
import { type Grounds, groundsOf } from '../vocabulary/evidence.ts'
import type { EncryptionPolicy } from '../vocabulary/facts.ts'
import { ruleOf } from '../vocabulary/reputation-rules.ts'
import type { OurHandshake } from '../vocabulary/transport-commands.ts'
import { extendedSetup } from './extended.ts'
import { countRefused, judge, refuse, tell, tellReleased } from './say.ts'

type Admission = Extract<TorrentCommand, { type: 'torrent.admit' }>

/** Blocks that came in one read, and how they came. */
export interface Batch {
  readonly blocks: readonly Block[]
  readonly at: number
  readonly heldBack?: true
}

/** Undefined while the metadata is still to come. */
const pieceCountOf = ({ layout }: PeerContext): number | undefined =>
  layout === unknownLayout ? undefined : layout.pieceCount

/** What a policy lets us offer and take, the best first. */
const cryptoMethods = (policy: EncryptionPolicy): readonly CryptoMethod[] =>
  policy === 'required' ? ['rc4'] : ['rc4', 'plaintext']

const ourHandshake = (context: PeerContext): OurHandshake => ({
  infoHash: context.infoHash,
  peerId: context.peerId,
  features: ourFeatures(context),
})

/**
 * Every action of the peer chart by name: those of dialling, `availability` and `extended` stand in `actions/`, the others here. Regions use them; what they
 * compute stands in `requesting.ts`, `serving.ts` and `ledger.ts`. Nothing here touches a socket, a clock or chance.
 */
export const peerSetup = extendedSetup.extend({
  actions: {
    tellStarted: enqueueActions(({ context, enqueue, self }) => {
      tell(enqueue, context, { type: 'peer.started', ref: self as AnyActorRef })
    }),
    /** An incoming handshake names a torrent. */
    tellIdentified: enqueueActions(({ context, enqueue }, { infoHash }: { infoHash: string }) => {
      tell(enqueue, context, { type: 'peer.identified', infoHash })
    }),
    tellHandshaken: enqueueActions(({ context, enqueue }) => {
      tell(enqueue, context, { type: 'peer.handshaken', peerId: context.remotePeerId })
    }),
    tellClosing: enqueueActions(({ context, enqueue }) => {
      if (!context.closeReason) return
      tell(enqueue, context, { type: 'peer.closing', reason: context.closeReason })
    }),
    tellClosed: enqueueActions(({ context, enqueue }) => {
      const { closeReason: reason, reputation } = context
      if (reason) tell(enqueue, context, { type: 'peer.closed', reason, reputation })
    }),
    /** It is over, and with it every request, ours and theirs. */
    noteReason: assign(({ context }, { reason }: { reason: CloseReason }) => ({
      since: { ...context.since, handshake: context.now },
      closeReason: reason,
      outstanding: [],
      owed: [],
      queued: [],
      serving: [],
    })),

    // encryption
    offerEncryption: sendTo(
      ({ context }) => context.transport,
      ({ context }) => ({
        type: 'link.offer_encryption',
        methods: cryptoMethods(context.encryption),
        infoHash: context.infoHash,
        ...(saysHandshakeWithOffer(context) && { handshake: ourHandshake(context) }),
      }),
    ),
    awaitEncryption: sendTo(
      ({ context }) => context.transport,
      ({ context }) => ({
        type: 'link.await_encryption',
        methods: cryptoMethods(context.encryption),
        infoHash: context.infoHash,
      }),
    ),
    noteNegotiated: assign((_, { infoHash }: { infoHash: string }) => ({ negotiatedInfoHash: infoHash })),

    // handshake
    sendHandshake: sendTo(
      ({ context }) => context.transport,
      ({ context }) => ({ type: 'send.handshake', ...ourHandshake(context) }),
    ),
    /** Whether an incoming peer may know of our node of the DHT, its torrent says as it is joined. */
    noteFeatures: assign(({ context: { hasDht, infoHash } }, { features }: { features: Features }) => ({
      features: inCommon(features, ourFeatures({ hasDht: hasDht || infoHash === '' })),
    })),
    join: assign(({ context }, { membership }: { membership: Membership }) => {
      const { torrent: owner, peer, infoHash, layout = unknownLayout, peerId = context.peerId } = membership
      const { reputation = context.reputation, evidence = context.evidence, hasDht = false } = membership
      const pieces = PieceSet.none(layout.pieceCount)
      const features = inCommon(context.features, ourFeatures({ hasDht }))
      const { have = pieces } = membership
      return { owner, peer, peerId, infoHash, layout, pieces, have, reputation, evidence, hasDht, features }
    }),
    notePeerId: assign((_, { peerId }: { peerId: string }) => ({ remotePeerId: peerId })),
    notePeerIdAsAdmitted: assign(({ context }, { peerId }: { peerId: string }) => ({
      remotePeerId: peerId,
      since: { ...context.since, handshake: context.now },
    })),
    noteAdmission: assign(({ context }, event: Admission) => ({
      since: { ...context.since, handshake: context.now },
      have: event.have ?? context.have,
      granted: serving.grantable(context, event.allowFast ?? []),
    })),
    /** Frames may come now; until here the transport has kept what stood behind the handshake. */
    readMessages: sendTo(
      ({ context }) => context.transport,
      ({ context }) => ({ type: 'link.read_messages', maxFrameBytes: frameLimit(pieceCountOf(context)) }),
    ),
    limitFrames: sendTo(
      ({ context }) => context.transport,
      ({ context }) => ({ type: 'link.limit_frames', maxFrameBytes: frameLimit(pieceCountOf(context)) }),
    ),
    /** The order after the handshake: extended handshake, then exactly one of bitfield, have_all, have_none (BEP 6, BEP 10). */
    introduce: enqueueActions(({ context, enqueue }) => {
      const { features, granted, greeting, have, link, transport } = context
      if (features.extended && greeting) {
        const handshake = greetingTo(link.address.host, greeting)
        enqueue.sendTo(transport, { type: 'send.extended_handshake', handshake })
      }
      if (features.fast && have.isAll) enqueue.sendTo(transport, { type: 'send.have_all' })
      else if (features.fast && have.isNone) enqueue.sendTo(transport, { type: 'send.have_none' })
      else if (!have.isNone) enqueue.sendTo(transport, { type: 'send.bitfield', bits: have.toBits() })
      for (const index of granted) enqueue.sendTo(transport, { type: 'send.allowed_fast', index })
    }),

    sendHave: sendTo(
      ({ context }) => context.transport,
      (_, { index }: { index: number }) => ({ type: 'send.have', index }),
    ),
    sendKnownHave: sendTo(
      ({ context }) => context.transport,
      (_, { index }: { index: number }) => ({ type: 'send.known_have', index }),
    ),

    // the DHT
    sendPort: sendTo(
      ({ context }) => context.transport,
      (_, { port }: { port: number }) => ({ type: 'send.port', port }),
    ),
    tellPort: enqueueActions(({ context, enqueue }, { port }: { port: number }) => {
      tell(enqueue, context, { type: 'peer.port', port })
    }),

    // time
    noteTime: assign((_, { at }: { at: number }) => ({ now: at })),

    // rates
    measureRates: assign(({ context }, tick: Tick) => measured(context, tick)),

    // limits
    noteLimits: assign(({ context }, { down, up }: { down: number; up: number }) => ({
      rateLimits: { down, up },
      ...(down < context.rateLimits.down && { depth: limitDepth(context.depth, down) }),
    })),

    // requests
    track: assign(({ context }, { requests, at }: { requests: readonly BlockRequest[]; at: number }) =>
      requesting.track(context, requests, at),
    ),
    sendRequests: sendTo(
      ({ context }) => context.transport,
      (_, { requests }: { requests: readonly BlockRequest[] }) => ({ type: 'send.request', requests }),
    ),
    /** The torrent asked for what may not be asked for now. */
    tellRefused: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      tell(enqueue, context, { type: 'peer.released', requests, cause: 'refused', room: 0 })
    }),
    tellSuggested: enqueueActions(({ context, enqueue }, { index }: { index: number }) => {
      tell(enqueue, context, { type: 'peer.suggested', index })
    }),
    /** Blocks came: they are struck off, the depth adapts, the torrent gets them. */
    receive: enqueueActions(({ context, enqueue }, { blocks, at, heldBack }: Batch) => {
      const receipt = requesting.receive(context, blocks, { at, heldBack: heldBack === true })
      const { change, wanted, unrequested, repeated } = receipt
      enqueue.assign(change)
      if (repeated.length > 0) enqueue.sendTo(context.transport, { type: 'send.cancel', requests: repeated })
      if (wanted.length > 0) {
        const room = requesting.roomOf({ ...context, ...change })
        tell(enqueue, context, { type: 'peer.blocks', blocks: wanted, room })
      }
      const wasted = change.wasted ?? 0
      if (unrequested.length > 0 && (context.features.fast || wasted > limits.wastedBytes)) {
        enqueue.raise({ type: 'peer.end', reason: { source: 'remote', code: 'piece_unrequested' } })
      }
    }),
    /** Gives up what is outstanding; `cancels` tells the remote as well. */
    giveUp: enqueueActions(({ context, enqueue }, { cause, cancels }: { cause: ReleaseCause; cancels: boolean }) => {
      const spared = cause === 'choked' ? context.allowedFast : []
      const { change, released } = requesting.giveUp(context, ({ index }) => !spared.includes(index))
      if (released.length === 0) return
      enqueue.assign(change)
      if (cancels) enqueue.sendTo(context.transport, { type: 'send.cancel', requests: released })
      tellReleased(enqueue, { ...context, ...change }, released, cause)
    }),
    /** Gives up the requests that were lost while others are answered. */
    giveUpLost: enqueueActions(({ context, enqueue }, { at }: { at: number }) => {
      const { change, released } = requesting.giveUp(context, (request) => at - request.at >= delays.lostRequestMs)
      enqueue.assign(change)
      enqueue.sendTo(context.transport, { type: 'send.cancel', requests: released })
      tellReleased(enqueue, { ...context, ...change }, released, 'timed_out')
    }),
    /** The remote has lost the piece, and will not say no to what we asked of it. */
    giveUpPiece: enqueueActions(({ context, enqueue }, { index }: { index: number }) => {
      const { change, released } = requesting.giveUp(context, (request) => request.index === index)
      if (released.length === 0) return
      enqueue.assign(change)
      tellReleased(enqueue, { ...context, ...change }, released, 'rejected')
    }),
    /** It has said anew what it has, and will not say no to what we asked of the rest. */
    giveUpUnheld: enqueueActions(({ context, enqueue }) => {
      const { change, released } = requesting.giveUp(context, ({ index }) => !context.pieces.has(index))
      if (released.length === 0) return
      enqueue.assign(change)
      tellReleased(enqueue, { ...context, ...change }, released, 'rejected')
    }),
    /** The torrent wants these no more (endgame). */
    cancelRequests: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { change, released } = requesting.giveUp(context, (open) =>
        requests.some((r) => r.index === open.index && r.begin === open.begin),
      )
      if (released.length === 0) return
      enqueue.assign(change)
      enqueue.sendTo(context.transport, { type: 'send.cancel', requests: released })
    }),
    noteRejects: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { change, released, unmatched } = requesting.rejected(context, requests)
      enqueue.assign(change)
      tellReleased(enqueue, { ...context, ...change }, released, 'rejected')
      if (unmatched > 0) enqueue.raise({ type: 'peer.end', reason: { source: 'remote', code: 'reject_unrequested' } })
    }),
    /**
     * Behind a choke a reject says no more than the choke; of a piece that was allowed fast it takes that back: asked again,
     * it would be rejected again (libtorrent).
     */
    noteRejectsOfChoke: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { change, released, unmatched } = requesting.rejectedByChoke(context, requests)
      const isAllowed = ({ index }: BlockRequest) => context.allowedFast.includes(index)
      const disallowed = released.filter(isAllowed)
      const allowedFast = context.allowedFast.filter((index) => !disallowed.some((request) => request.index === index))
      enqueue.assign({ ...change, allowedFast })
      const after = { ...context, ...change, allowedFast }
      tellReleased(enqueue, after, disallowed, 'rejected')
      tellReleased(
        enqueue,
        after,
        released.filter((one) => !isAllowed(one)),
        'choked',
      )
      if (unmatched > 0) enqueue.raise({ type: 'peer.end', reason: { source: 'remote', code: 'reject_unrequested' } })
    }),
    noteAllowedFast: enqueueActions(({ context, enqueue }, { index }: { index: number }) => {
      if (context.allowedFast.includes(index) || context.allowedFast.length >= limits.allowedFast) return
      enqueue.assign({ allowedFast: [...context.allowedFast, index] })
      tell(enqueue, context, { type: 'peer.allowed_fast', index, room: requesting.roomOf(context) })
    }),
    tellAllowedFast: enqueueActions(({ context, enqueue }) => {
      const room = requesting.roomOf(context)
      for (const index of context.allowedFast) tell(enqueue, context, { type: 'peer.allowed_fast', index, room })
    }),
    /** One request at a time until the remote answers again (libtorrent: a snubbed peer's queue is 1). */
    slowDown: assign(({ context }, { at }: { at: number }) => ({
      depth: requesting.snubbedDepth(context, at),
      since: { ...context.since, requests: at },
    })),
    speedUp: assign((_, { at }: { at: number }) => ({ depth: startDepth(at) })),

    // uploads
    queue: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { change, refused } = serving.queue(context, requests)
      enqueue.assign(change)
      refuse(enqueue, context, refused)
      countRefused(enqueue, context, refused)
    }),
    /** Queues, and has read at once what the window allows: one change, as most requests are served at once. */
    serve: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { change, refused } = serving.queue(context, requests)
      const { change: moved, next } = serving.serveNext(context, change)
      enqueue.assign({ ...change, ...moved })
      refuse(enqueue, context, refused)
      countRefused(enqueue, context, refused)
      if (next.length > 0) tell(enqueue, context, { type: 'peer.requests', requests: next })
    }),
    serveNext: enqueueActions(({ context, enqueue }) => {
      const { change, next } = serving.serveNext(context)
      if (next.length === 0) return
      enqueue.assign(change)
      tell(enqueue, context, { type: 'peer.requests', requests: next })
    }),
    deliver: enqueueActions(({ context, enqueue }, { blocks }: { blocks: readonly Block[] }) => {
      const { blocks: sent, change } = serving.deliver(context, blocks)
      if (sent.length === 0) return
      enqueue.assign(change)
      enqueue.sendTo(context.transport, { type: 'send.piece', blocks: sent })
    }),
    /** Delivers, and has read what the window allows then: one change, as most requests are answered one by one. */
    deliverAndServe: enqueueActions(({ context, enqueue }, { blocks }: { blocks: readonly Block[] }) => {
      const { blocks: sent, change } = serving.deliver(context, blocks)
      const { change: moved, next } = serving.serveNext(context, change)
      enqueue.assign({ ...change, ...moved })
      if (sent.length > 0) enqueue.sendTo(context.transport, { type: 'send.piece', blocks: sent })
      if (next.length > 0) tell(enqueue, context, { type: 'peer.requests', requests: next })
    }),
    noteCongestion: assign((_, { isLimited }: { isLimited?: true }) => ({ isUploadLimited: isLimited === true })),
    withdraw: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { change, withdrawn } = serving.withdraw(context, requests)
      enqueue.assign(change)
      refuse(enqueue, context, withdrawn)
      countRefused(enqueue, context, withdrawn)
    }),
    dropCancelled: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { change, gone } = serving.cancelled(context, requests)
      enqueue.assign(change)
      refuse(enqueue, context, gone)
    }),
    /**
     * A choke ends every request of the remote, those for pieces it may have while choked aside: rejected one by one with the Fast
     * extension, forgotten without.
     */
    dropUploads: enqueueActions(({ context, enqueue }) => {
      const isKept = ({ index }: BlockRequest) => context.granted.includes(index)
      enqueue.assign({ queued: context.queued.filter(isKept), serving: context.serving.filter(isKept) })
      refuse(
        enqueue,
        context,
        [...context.serving, ...context.queued].filter((request) => !isKept(request)),
      )
    }),
    /** We choke the remote: only what it was allowed to ask for all the same is served. */
    queueGranted: enqueueActions(({ context, enqueue }, { requests }: { requests: readonly BlockRequest[] }) => {
      const { granted, refused: ungranted } = serving.takeGranted(context, requests)
      const { change, refused } = serving.queue(context, granted)
      enqueue.assign({ ...change, grantedBlocks: context.grantedBlocks + granted.length - refused.length })
      refuse(enqueue, context, [...ungranted, ...refused])
      countRefused(enqueue, context, [...ungranted, ...refused])
    }),
    allowFast: enqueueActions(({ context, enqueue }, { index }: { index: number }) => {
      enqueue.assign({ granted: [...context.granted, index] })
      enqueue.sendTo(context.transport, { type: 'send.allowed_fast', index })
    }),
    suggest: enqueueActions(({ context, enqueue }, { index }: { index: number }) => {
      enqueue.assign({ suggested: [...context.suggested, index] })
      enqueue.sendTo(context.transport, { type: 'send.suggest_piece', index })
    }),

    // reputation
    adjustReputation: enqueueActions(({ context, enqueue }, grounds: Grounds) => judge(enqueue, context, grounds)),
    /** The connection ends for what the remote did. */
    chargeFault: enqueueActions(({ context, enqueue }, { reason }: { reason: CloseReason }) => {
      const rule = ruleOf(reason)
      if (rule) judge(enqueue, context, groundsOf(rule, { detail: reason.code }))
    }),
  },
})
