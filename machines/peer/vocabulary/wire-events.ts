import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { Features } from '../../../transport/wire/handshake.ts'
import type { MessageName, ReceivedMessage } from '../../../transport/wire/messages.ts'
import type { WireViolation } from '../../../transport/wire/violation.ts'

/**
 * What the remote says, one event a message; `blocks` and `requests` are batches (see MessageFields). `wire.extended_handshake` is the
 * extended message with id 0, read; `wire.unknown` one whose id no BEP defines.
 */
export type WireEvent =
  | ReceivedMessage<Exclude<MessageName, 'piece'>>
  | (ReceivedMessage<'piece'> & { readonly at: number; readonly heldBack?: true })
  | { readonly type: 'wire.info_hash'; readonly infoHash: string; readonly features: Features }
  | { readonly type: 'wire.peer_id'; readonly peerId: string }
  | { readonly type: 'wire.extended_handshake'; readonly handshake: ExtendedHandshake }
  | { readonly type: 'wire.unknown'; readonly id: number }
  | { readonly type: 'wire.violation'; readonly violation: WireViolation }

/** What the remote says of the pieces it has. */
export type AvailabilityEvent = Extract<
  WireEvent,
  { type: 'wire.bitfield' | 'wire.have_all' | 'wire.have_none' | 'wire.have' }
>

/** The remote has lost a piece, as an extension says (BEP 54). Without the Fast extension what we asked of it comes back. */
export interface LossNote {
  readonly type: 'torrent.note_dont_have'
  readonly index: number
}

/**
 * What cannot be judged before it is known how many pieces there are, and is kept until then: what the remote has, has lost
 * (BEP 54), and allows (BEP 6).
 */
export type EarlyEvent = AvailabilityEvent | Extract<WireEvent, { type: 'wire.allowed_fast' }> | LossNote
