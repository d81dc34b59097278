import type { ActorRef, Snapshot } from 'xstate'
import type { Bandwidth, RateLimits } from '../../../transport/bandwidth/bandwidth.ts'
import type { CryptoMethod } from '../../../transport/mse/crypto-method.ts'
import type { TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { Features } from '../../../transport/wire/handshake.ts'
import type { SentMessage } from '../../../transport/wire/messages.ts'
import type { PieceSet } from '../../piece-set.ts'

/** What a handshake of ours says: `infoHash` and `peerId`, 40 hex digits each. */
export interface OurHandshake {
  readonly infoHash: string
  readonly peerId: string
  readonly features: Features
}

/**
 * What a peer puts on the wire: `send.choke`, `send.have` and so on, one for each message, with the message's own fields. `send.haves`
 * is a `have` for each piece of a set, said as fast as the remote reads. `send.known_have` is a `have` too, of a piece that the remote
 * has itself: it is written with the next message, at the latest when the next bytes have come, or at the next tick.
 */
export type SendEvent =
  | SentMessage
  | ({ readonly type: 'send.handshake' } & OurHandshake)
  | { readonly type: 'send.haves'; readonly pieces: PieceSet }
  | { readonly type: 'send.known_have'; readonly index: number }
  | { readonly type: 'send.extended_handshake'; readonly handshake: ExtendedHandshake }

/**
 * What a peer asks of its socket. `dial`: another attempt, by another transport, beside those under way. `offer_encryption`, `await_encryption`: negotiate (MSE/PE) as the side that dials, or that
 * accepts, before anything else; `methods` are those to offer or to take, the best first, and `handshake`, if there is one,
 * travels with the offer. `infoHash`, 40 hex digits: the torrent it is about; empty when accepting: any that is served here.
 * `read_messages`: the handshake is done, frames follow. `limit_frames`: the longest of them has become known. `receive`,
 * `receive_message`: the by-hand drive, bytes as if the socket had read them, or one message as if it had come; they are its own
 * then. `share_bandwidth`: one more that it shares from now on. `set_limits`: those of this connection alone.
 */
export type LinkCommand =
  | { readonly type: 'link.dial'; readonly kind: TransportKind }
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
  | { readonly type: 'link.limit_frames'; readonly maxFrameBytes: number }
  | { readonly type: 'link.receive'; readonly bytes: Uint8Array }
  | { readonly type: 'link.receive_message'; readonly id: number; readonly payload: Uint8Array }
  | { readonly type: 'link.share_bandwidth'; readonly bandwidth: Bandwidth }
  | { readonly type: 'link.set_limits'; readonly limits: RateLimits }
  | { readonly type: 'link.end' }
  | { readonly type: 'link.destroy' }

/** Every event a transport actor takes. */
export type TransportCommand = SendEvent | LinkCommand

/** A transport actor: takes TransportCommand, answers with WireEvent, TransportEvent, MseEvent and `timer.tick`. */
export type TransportRef = ActorRef<Snapshot<unknown>, TransportCommand>
