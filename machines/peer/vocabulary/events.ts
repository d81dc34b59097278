import type { ActorRef, Snapshot } from 'xstate'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import type { NegotiationFailure } from '../../../transport/mse/negotiation-output.ts'
import type { TransportEnd, TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { Block, BlockRequest, BlockStart } from '../../../transport/wire/messages.ts'
import type { Layout } from '../../layout.ts'
import type { PieceSet } from '../../piece-set.ts'
import type { CloseReason, ExtensionFault, LocalChoice } from './close-reason.ts'
import type { Evidence } from './evidence.ts'
import type { ShownFacts } from './facts.ts'
import type { LossNote, WireEvent } from './wire-events.ts'

/**
 * Every event around a peer, grouped by its sender, which the prefix names: `wire.` the remote, `transport.`
 * the byte layer, `mse.` the negotiator of encryption in it, `timer.` a timer, `torrent.` the parent's wish, `peer.` what the peer
 * tells; `send.` goes on the wire and `link.` to the socket.
 *
 * `at` is the time of the event in milliseconds of the injected clock. `heldBack`: a limit holds our reading back, so the
 * remote has sent more than we have read, or may have.
 */

/**
 * What the byte layer reports. `limits`: bytes a second the connection may take at most, its share aside; Infinity is none.
 * `opened` without a time: what follows counts as if it happened when the peer was made, up to the first tick. `kind`: by which of the
 * transports that were tried.
 */
export type TransportEvent =
  | { readonly type: 'transport.opened'; readonly at?: number; readonly kind?: TransportKind }
  /** One attempt of a dial came to nothing; others may be under way. */
  | { readonly type: 'transport.failed'; readonly kind: TransportKind; readonly end: TransportEnd }
  | { readonly type: 'transport.limits'; readonly down: number; readonly up: number }
  /** A write went above the high-water mark, or (`isLimited`) blocks wait for a limit; `drained` follows. */
  | { readonly type: 'transport.congested'; readonly isLimited?: true }
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

/**
 * Timers, named in delays.ts. `silentInMs`, `silentOutMs`: how long the remote, or we, have sent no byte. `wokeAt`: when the
 * process came out of a long sleep, if it did. `underWay`: the block that the last bytes of the remote are part of, when it is not
 * whole yet. `unsentBytes`: written, and not taken by the socket yet; absent: none.
 */
export type TimerEvent =
  | { readonly type: 'timer.connect' }
  | { readonly type: 'timer.attempt' }
  | { readonly type: 'timer.remaining' }
  | { readonly type: 'timer.detecting' }
  | { readonly type: 'timer.key_exchange' }
  | { readonly type: 'timer.synchronising' }
  | { readonly type: 'timer.selecting' }
  | { readonly type: 'timer.handshake' }
  | { readonly type: 'timer.closing' }
  | {
      readonly type: 'timer.tick'
      readonly at: number
      readonly silentInMs: number
      readonly silentOutMs: number
      readonly wokeAt?: number | undefined
      readonly underWay?: BlockStart | undefined
      readonly unsentBytes?: number
      readonly heldBack?: true
    }

/** The look at the connection that is taken once a second. */
export type Tick = Extract<TimerEvent, { type: 'timer.tick' }>

/** What a connection is about, once known: what an incoming peer lacks until its handshake names the torrent. */
export interface Membership {
  /** What the peer tells its news from now on; undefined for a peer that stands alone. */
  readonly torrent: TorrentRef | undefined
  /** Its number there. */
  readonly peer: number
  /** Our peer id there, 40 hex digits; as the peer was made with if absent. */
  readonly peerId?: string
  /** 40 hex digits. */
  readonly infoHash: string
  /** Absent while the metadata is still to be fetched (BEP 9). */
  readonly layout?: Layout
  /** What is remembered there of its address; as it stands if absent. */
  readonly reputation?: number
  readonly evidence?: readonly Evidence[]
  /** What we announce, unless the admission says otherwise. Default: nothing. */
  readonly have?: PieceSet
  /** We have a node of the DHT, which the torrent lets peers know of (BEP 5). Default false. */
  readonly hasDht?: boolean
}

/** What the torrent (or another parent) wishes of a peer. Commands that the protocol forbids right now change nothing. */
export type TorrentCommand =
  | { readonly type: 'torrent.adopt'; readonly membership: Membership }
  /** The handshake is welcome; `have` is what we announce, `allowFast` the pieces it may ask for while choked (BEP 6). */
  | { readonly type: 'torrent.admit'; readonly have?: PieceSet; readonly allowFast?: readonly number[] }
  /** The metadata has come (BEP 9): how the torrent divides, and what we have of it, told to the remote. Default: nothing. */
  | { readonly type: 'torrent.learn'; readonly layout: Layout; readonly have?: PieceSet }
  /** What our extended handshake says from now on (BEP 10); sent again when the connection is open. */
  | { readonly type: 'torrent.greet'; readonly greeting: ExtendedHandshake }
  /** A message of an extension (BEP 10), sent if the remote takes it. */
  | { readonly type: 'torrent.extended'; readonly name: string; readonly payload: Uint8Array }
  /** Our node of the DHT is at that UDP port, of the address that the remote sees (BEP 5): sent where it has one too. */
  | { readonly type: 'torrent.port'; readonly port: number }
  /** BEP 6: it may ask for the piece while choked; the piece is cheap for us to send. Once a piece. */
  | { readonly type: 'torrent.allow_fast'; readonly index: number }
  | { readonly type: 'torrent.suggest'; readonly index: number }
  /**
   * What the remote has, known by other ways than its messages: each `have` that follows adds to it, a bitfield, have_all or have_none
   * that may still come replaces it.
   */
  | { readonly type: 'torrent.note_pieces'; readonly pieces: PieceSet }
  | LossNote
  /** The remote will not download, or will again (BEP 21). */
  | { readonly type: 'torrent.note_upload_only'; readonly uploadOnly: boolean }
  /** A message of an extension, as the extension found out, said nothing. */
  | { readonly type: 'torrent.note_idle' }
  | { readonly type: 'torrent.close'; readonly code: LocalChoice }
  /** The remote broke a rule of an extension. */
  | { readonly type: 'torrent.fault'; readonly code: ExtensionFault }
  | { readonly type: 'torrent.choke' }
  | { readonly type: 'torrent.unchoke' }
  | { readonly type: 'torrent.interested' }
  | { readonly type: 'torrent.not_interested' }
  | { readonly type: 'torrent.have'; readonly index: number }
  | { readonly type: 'torrent.request'; readonly requests: readonly BlockRequest[]; readonly at: number }
  | { readonly type: 'torrent.cancel'; readonly requests: readonly BlockRequest[] }
  /** Blocks the remote asked for, read. */
  | { readonly type: 'torrent.piece'; readonly blocks: readonly Block[] }
  /** Blocks the remote asked for that cannot be had. */
  | { readonly type: 'torrent.reject'; readonly requests: readonly BlockRequest[] }
  /** A piece this peer gave blocks of was hashed. `blocks`: numbers of those that were wrong; absent when it gave all of it. */
  | { readonly type: 'torrent.verified'; readonly index: number }
  | { readonly type: 'torrent.corrupt'; readonly index: number; readonly blocks?: readonly number[] }
  /** It did what another rule of `reputation-rules.ts` names; `index`: the piece, if it is about one. */
  | {
      readonly type: 'torrent.judge'
      readonly rule: 'corrupt_metadata' | 'not_announced'
      readonly index?: number
    }
  | { readonly type: 'torrent.adjust_reputation'; readonly delta: number }

/** Raised by a region for the others, or for what it does whichever state it is in. `handshakeSaid`: ours went out with the negotiation. */
export type InternalEvent =
  /** A transport was refused by the host that is dialled. */
  | { readonly type: 'dial.refused' }
  | { readonly type: 'encryption.settled'; readonly handshakeSaid: boolean }
  | { readonly type: 'peer.end'; readonly reason: CloseReason }

/** Every event a peer takes. */
export type PeerEvent = WireEvent | TransportEvent | MseEvent | TimerEvent | TorrentCommand | InternalEvent

/** Why requests came back unanswered. */
export type ReleaseCause = 'choked' | 'rejected' | 'timed_out' | 'refused'

/** What a peer tells its torrent, and emits (`peer.on(type, …)`). `peer` is its number; `room` how many requests it is to be sent now. */
export type PeerNews =
  | { readonly type: 'peer.started'; readonly peer: number; readonly ref: PeerRef }
  /** An incoming handshake names a torrent; answer `torrent.adopt` or `torrent.close`. */
  | { readonly type: 'peer.identified'; readonly peer: number; readonly infoHash: string }
  /** The remote's handshake is whole; answer `torrent.admit` or `torrent.close`, unless the peer admits itself. */
  | { readonly type: 'peer.handshaken'; readonly peer: number; readonly peerId: string }
  | { readonly type: 'peer.opened'; readonly peer: number }
  | { readonly type: 'peer.pieces'; readonly peer: number; readonly pieces: PieceSet }
  | { readonly type: 'peer.have'; readonly peer: number; readonly index: number; readonly pieces: PieceSet }
  /** It has lost a piece. */
  | { readonly type: 'peer.dont_have'; readonly peer: number; readonly index: number; readonly pieces: PieceSet }
  /** We may ask for the piece while it chokes us; it would rather be asked for the piece than for others (BEP 6). */
  | { readonly type: 'peer.allowed_fast'; readonly peer: number; readonly index: number; readonly room: number }
  | { readonly type: 'peer.suggested'; readonly peer: number; readonly index: number }
  /** It downloads nothing (BEP 21), or does again. */
  | { readonly type: 'peer.upload_only'; readonly peer: number; readonly uploadOnly: boolean }
  | { readonly type: 'peer.choked'; readonly peer: number }
  | { readonly type: 'peer.unchoked'; readonly peer: number; readonly room: number }
  | { readonly type: 'peer.interested'; readonly peer: number }
  | { readonly type: 'peer.not_interested'; readonly peer: number }
  /** Blocks we asked for. Views: copy before the event is over. */
  | { readonly type: 'peer.blocks'; readonly peer: number; readonly blocks: readonly Block[]; readonly room: number }
  /** It owes blocks for longer than it usually does: better to ask others too. */
  | { readonly type: 'peer.late'; readonly peer: number }
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
  /** All that its extended handshakes have said so far (BEP 10). */
  | { readonly type: 'peer.extended_handshake'; readonly peer: number; readonly handshake: ExtendedHandshake }
  /** A message of an extension of ours, by name. */
  | { readonly type: 'peer.extended'; readonly peer: number; readonly name: string; readonly payload: Uint8Array }
  /** It has a node of the DHT at that UDP port (BEP 5). */
  | { readonly type: 'peer.port'; readonly peer: number; readonly port: number }
  /** Its reputation has changed, and why. */
  | {
      readonly type: 'peer.reputation'
      readonly peer: number
      readonly reputation: number
      readonly evidence: Evidence
    }
  /** It is over, the socket may still flush; every request is free. */
  | { readonly type: 'peer.closing'; readonly peer: number; readonly reason: CloseReason }
  /** The socket is gone, nothing follows. */
  | { readonly type: 'peer.closed'; readonly peer: number; readonly reason: CloseReason; readonly reputation: number }

/** What a peer tells its news: a torrent actor, or any parent that understands them. */
export type TorrentRef = ActorRef<Snapshot<unknown>, PeerNews>

/** What a look at a peer shows: one state a region, and its facts. */
export type PeerView = Snapshot<unknown> & {
  readonly context: ShownFacts
  readonly value: {
    readonly handshake:
      | { connecting: 'trying' | 'staggered' }
      | 'negotiating'
      | { handshaking: string }
      | 'open'
      | 'closing'
      | 'closed'
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
    readonly talk: 'heard' | 'flood'
    readonly availability: 'remembered' | 'awaiting_metadata' | 'awaiting_first' | 'partial' | 'complete'
    readonly extended: 'awaiting_handshake' | 'ready'
    readonly am_choking: 'choking' | 'not_choking'
    readonly am_interested: 'interested' | 'not_interested'
    readonly peer_choking: 'choking' | 'not_choking'
    readonly peer_interested: 'interested' | 'not_interested'
    readonly requests: 'idle' | 'waiting' | 'late' | 'snubbed'
    readonly uploads: 'idle' | 'serving' | 'congested'
    readonly reputation: 'trusted' | 'banned'
  }
}

/** A peer, to send to or to look at. */
export type PeerRef = ActorRef<PeerView, PeerEvent>
