import type { Block, MessageFields, MessageName } from './messages.ts'
import type { WireViolation } from './violation.ts'

/** The names of the messages that a sink takes as they are. */
export type SunkName = Exclude<MessageName, 'piece' | 'extended'>

/** Where a `WireReader` delivers. Calls come in wire order, none after `violation` or after the reader's `stop()`. */
export interface WireSink {
  /** Byte 48 has come: the eight reserved bytes and the info hash, for the sink to keep. A responder answers now. */
  infoHash(reserved: Uint8Array, infoHash: Uint8Array): void
  /** Byte 68 has come, the handshake is complete: the peer id, for the sink to keep. */
  peerId(peerId: Uint8Array): void
  /** The blocks of consecutive `piece` messages. Their data are views that are valid during this call only. */
  blocks(blocks: readonly Block[]): void
  /** A message of an extension, or an extended handshake (BEP 10). The payload is a view that is valid during this call only. */
  extended(id: number, payload: Uint8Array): void
  /** Any other message, or a batch of one kind, and its fields. Bytes in them are views that are valid during this call only. */
  message<Name extends SunkName>(name: Name, fields: MessageFields[Name]): void
  /** A message whose id nobody has defined has begun; what it says is passed over. */
  unknown(id: number): void
  /** The remote broke a rule. The last call. */
  violation(violation: WireViolation): void
}
