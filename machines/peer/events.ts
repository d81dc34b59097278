import type { ActorRef, Snapshot } from 'xstate'
import type { CryptoMethod } from '../../transport/mse/crypto-method.ts'
import type { NegotiationFailure } from '../../transport/mse/negotiation-output.ts'
import type { Address, TransportEnd, TransportKind } from '../../transport/transport.ts'
import type { ExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import type { Features } from '../../transport/wire/handshake.ts'
import type { Block, BlockRequest, Message } from '../../transport/wire/messages.ts'
import type { WireViolation } from '../../transport/wire/violation.ts'
import type { PieceSet } from '../piece-set.ts'
import type { Layout } from '../torrent/layout.ts'
import type { CloseReason, LocalChoice } from './close-reason.ts'
import type { PeerContext } from './context.ts'

/**
 * Everything that is said around a peer, grouped by who says it. The prefix names the speaker: `wire.` the remote, `transport.`
 * the byte layer, `mse.` the negotiator of encryption in it, `timer.` a timer, `torrent.` the parent's wish, `peer.` what the peer tells; `send.` goes on the wire and
 * `link.` to the socket.
 *
 * `at` is the time of the event in milliseconds of the injected clock.
 */

/** What the remote says, one event a message; `blocks` and `requests` are batches (see Message). */
export type WireEvent =
  | { readonly type: 'wire.info_hash'; readonly infoHash: string; readonly features: Features }
  | { readonly type: 'wire.peer_id'; readonly peerId: string }
  | { readonly type: 'wire.keep_alive' }
  | { readonly type: 'wire.choke' }
  | { readonly type: 'wire.unchoke' }
  | { readonly type: 'wire.interested' }
  | { readonly type: 'wire.not_interested' }
  | { readonly type: 'wire.have'; readonly index: number }
  | { readonly type: 'wire.bitfield'; readonly bits: Uint8Array }
  | { readonly type: 'wire.request'; readonly requests: readonly BlockRequest[] }
  | { readonly type: 'wire.piece'; readonly blocks: readonly Block[]; readonly at: number }
  | { readonly type: 'wire.cancel'; readonly requests: readonly BlockRequest[] }
  | { readonly type: 'wire.port'; readonly port: number }
  | { readonly type: 'wire.suggest_piece'; readonly index: number }
  | { readonly type: 'wire.have_all' }
  | { readonly type: 'wire.have_none' }
  | { readonly type: 'wire.reject_request'; readonly requests: readonly BlockRequest[] }
  | { readonly type: 'wire.allowed_fast'; readonly index: number }
  | { readonly type: 'wire.extended_handshake'; readonly handshake: ExtendedHandshake }
  | { readonly type: 'wire.extended'; readonly id: number; readonly payload: Uint8Array }
  | { readonly type: 'wire.violation'; readonly violation: WireViolation }

/** What the byte layer reports. */
export type TransportEvent =
  | { readonly type: 'transport.opened' }
  /** A write went above the high-water mark; `drained` follows. */
  | { readonly type: 'transport.congested' }
  | { readonly type: 'transport.drained' }
  /** More than `limits.writeQueueBytes` wait to be read by the remote. */
  | { readonly type: 'transport.overflowed' }
  | { readonly type: 'transport.closed'; readonly end: TransportEnd }

/**
 * The steps of a negotiation (MSE/PE), as they begin, and its ends. `infoHash`, 40 hex digits: the torrent it was about.
 * `plaintext`: the remote does not negotiate, BitTorrent's header came instead.
 */
export type MseEvent =
  | { readonly type: 'mse.key_exchange' }
  | { readonly type: 'mse.synchronising' }
  | { readonly type: 'mse.selecting' }
  | { readonly type: 'mse.established'; readonly method: CryptoMethod; readonly infoHash: string }
  | { readonly type: 'mse.plaintext' }
  | { readonly type: 'mse.unknown_torrent' }
  | {
      readonly type: 'mse.failed'
      readonly code: Exclude<NegotiationFailure, 'unknown_torrent'>
      readonly detail: string
    }

/** Timers, named in delays.ts. `silentInMs`, `silentOutMs`: how long the remote, or we, have sent no byte. */
export type TimerEvent =
  | { readonly type: 'timer.connect' }
  | { readonly type: 'timer.detecting' }
  | { readonly type: 'timer.key_exchange' }
  | { readonly type: 'timer.synchronising' }
  | { readonly type: 'timer.selecting' }
  | { readonly type: 'timer.handshake' }
  | { readonly type: 'timer.closing' }
  | { readonly type: 'timer.tick'; readonly at: number; readonly silentInMs: number; readonly silentOutMs: number }

/** What a connection is about, once known: what an incoming peer lacks until its handshake names the torrent. */
export interface Membership {
  /** Whom to tell from now on. */
  readonly torrent: TorrentRef
  /** 40 hex digits. */
  readonly infoHash: string
  readonly layout: Layout
}

/** What the torrent (or another parent) wishes of a peer. Commands that the protocol forbids right now change nothing. */
export type TorrentCommand =
  | { readonly type: 'torrent.adopt'; readonly membership: Membership }
  /** The handshake is welcome; `have` is what we announce. */
  | { readonly type: 'torrent.admit'; readonly have: PieceSet }
  | { readonly type: 'torrent.close'; readonly code: LocalChoice }
  | { readonly type: 'torrent.choke' }
  | { readonly type: 'torrent.unchoke' }
  | { readonly type: 'torrent.interested' }
  | { readonly type: 'torrent.not_interested' }
  | { readonly type: 'torrent.have'; readonly index: number }
  | { readonly type: 'torrent.request'; readonly requests: readonly BlockRequest[]; readonly at: number }
  | { readonly type: 'torrent.cancel'; readonly requests: readonly BlockRequest[] }
  /** Blocks the remote asked for, read. */
  | { readonly type: 'torrent.piece'; readonly blocks: readonly Block[] }
  /** Blocks the remote asked for that can not be had. */
  | { readonly type: 'torrent.reject'; readonly requests: readonly BlockRequest[] }
  /** A piece this peer gave blocks of was hashed: `verified` +1, `corrupt` −20. */
  | { readonly type: 'torrent.verified'; readonly index: number }
  | { readonly type: 'torrent.corrupt'; readonly index: number }
  | { readonly type: 'torrent.adjust_reputation'; readonly delta: number }

/** Raised by a region for the others. `handshakeSaid`: ours went out with the negotiation. */
export type InternalEvent =
  | { readonly type: 'encryption.settled'; readonly handshakeSaid: boolean }
  | { readonly type: 'peer.end'; readonly reason: CloseReason }

/** Every event a peer takes. */
export type PeerEvent = WireEvent | TransportEvent | MseEvent | TimerEvent | TorrentCommand | InternalEvent

/** Why requests came back unanswered. */
export type ReleaseCause = 'choked' | 'rejected' | 'timed_out' | 'refused'

/** What a peer tells its torrent, and emits (`peer.on(type, …)`). `peer` is its number; `room` how many requests it could take now. */
export type PeerNews =
  | { readonly type: 'peer.started'; readonly peer: number; readonly ref: PeerRef }
  /** An incoming handshake names a torrent; answer `torrent.adopt` or `torrent.close`. */
  | { readonly type: 'peer.identified'; readonly peer: number; readonly infoHash: string }
  /** The remote's handshake is whole; answer `torrent.admit` or `torrent.close`. */
  | { readonly type: 'peer.handshaken'; readonly peer: number; readonly peerId: string }
  | { readonly type: 'peer.opened'; readonly peer: number }
  | { readonly type: 'peer.pieces'; readonly peer: number; readonly pieces: PieceSet }
  | { readonly type: 'peer.have'; readonly peer: number; readonly index: number; readonly pieces: PieceSet }
  | { readonly type: 'peer.choked'; readonly peer: number }
  | { readonly type: 'peer.unchoked'; readonly peer: number; readonly room: number }
  | { readonly type: 'peer.interested'; readonly peer: number }
  | { readonly type: 'peer.not_interested'; readonly peer: number }
  /** Blocks we asked for. Views: copy before the event is over. */
  | { readonly type: 'peer.blocks'; readonly peer: number; readonly blocks: readonly Block[]; readonly room: number }
  /** Requests that are free for other peers again. */
  | {
      readonly type: 'peer.released'
      readonly peer: number
      readonly requests: readonly BlockRequest[]
      readonly cause: ReleaseCause
      readonly room: number
    }
  /** Blocks the remote wants of us; answer `torrent.piece` or `torrent.reject`. */
  | { readonly type: 'peer.requests'; readonly peer: number; readonly requests: readonly BlockRequest[] }
  | { readonly type: 'peer.extended_handshake'; readonly peer: number; readonly handshake: ExtendedHandshake }
  /** It is over, the socket may still flush; every request is free. */
  | { readonly type: 'peer.closing'; readonly peer: number; readonly reason: CloseReason }
  /** The socket is gone, nothing follows. */
  | { readonly type: 'peer.closed'; readonly peer: number; readonly reason: CloseReason; readonly reputation: number }

type Send<M> = M extends { readonly name: infer Name extends string }
  ? { readonly type: `send.${Name}` } & Omit<M, 'name'>
  : never

/** What a handshake of ours says: `infoHash` and `peerId`, 40 hex digits each. */
export interface OurHandshake {
  readonly infoHash: string
  readonly peerId: string
  readonly features: Features
}

/** What a peer puts on the wire: `send.choke`, `send.have` and so on, one for each message, with the message's own fields. */
export type SendEvent =
  | Send<Message>
  | ({ readonly type: 'send.handshake' } & OurHandshake)
  | { readonly type: 'send.extended_handshake'; readonly handshake: ExtendedHandshake }

/**
 * What a peer asks of its socket. `offer_encryption`, `await_encryption`: negotiate (MSE/PE) as the side that dials, or that
 * accepts, before anything else; `methods` are those to offer or to take, the best first, and `handshake`, if there is one, travels
 * with the offer. `infoHash`, 40 hex digits: the torrent it is about; empty when accepting: any that is served here. `read_messages`: the handshake is done, frames follow.
 */
export type LinkCommand =
  | {
      readonly type: 'link.offer_encryption'
      readonly methods: readonly CryptoMethod[]
      readonly infoHash: string
      readonly handshake?: OurHandshake
    }
  | {
      readonly type: 'link.await_encryption'
      readonly methods: readonly CryptoMethod[]
      readonly infoHash: string
    }
  | { readonly type: 'link.read_messages'; readonly maxFrameBytes: number }
  | { readonly type: 'link.end' }
  | { readonly type: 'link.destroy' }

/** Every event a transport actor takes. */
export type TransportCommand = SendEvent | LinkCommand

/** A transport actor: takes TransportCommand, answers with WireEvent, TransportEvent, MseEvent and `timer.tick`. */
export type TransportRef = ActorRef<Snapshot<unknown>, TransportCommand>

/** Whoever a peer tells its news: a torrent actor, or any parent that understands them. */
export type TorrentRef = ActorRef<Snapshot<unknown>, PeerNews>

/** What a look at a peer shows: one state a region, and its facts. */
export type PeerView = Snapshot<unknown> & {
  readonly context: PeerContext
  readonly value: {
    readonly handshake: 'connecting' | 'negotiating' | { handshaking: string } | 'open' | 'closing' | 'closed'
    readonly encryption:
      | 'undecided'
      | 'detecting'
      | 'key_exchange'
      | 'synchronising'
      | 'selecting'
      | 'plaintext'
      | 'rc4'
      | 'failed'
      | 'abandoned'
    readonly availability: 'awaiting_first' | 'partial' | 'complete'
    readonly am_choking: 'choking' | 'not_choking'
    readonly am_interested: 'interested' | 'not_interested'
    readonly peer_choking: 'choking' | 'not_choking'
    readonly peer_interested: 'interested' | 'not_interested'
    readonly requests: 'idle' | 'waiting' | 'snubbed'
    readonly uploads: 'idle' | 'serving' | 'congested'
    readonly reputation: 'trusted' | 'banned'
  }
}

/** A peer, for those who send to it or look at it. */
export type PeerRef = ActorRef<PeerView, PeerEvent>

/** What is known of a connection before it says a word. */
export interface Link {
  readonly address: Address
  readonly direction: 'in' | 'out'
  readonly kind: TransportKind
}
