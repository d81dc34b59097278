import type { Message } from './messages.ts'
import type { WireViolation } from './violation.ts'

/** Where a `WireReader` delivers. Calls come in wire order, none after `violation` or after the reader's `stop()`. */
export interface WireSink {
  /** Byte 48 has come: the eight reserved bytes and the info hash, for the sink to keep. A responder answers now. */
  infoHash(reserved: Uint8Array, infoHash: Uint8Array): void
  /** Byte 68 has come, the handshake is complete: the peer id, for the sink to keep. */
  peerId(peerId: Uint8Array): void
  /** A message, or a batch of one kind. Bytes in it are views that are valid during this call only. */
  message(message: Message): void
  /** A message whose id nobody has defined has begun; what it says is passed over. */
  unknown(id: number): void
  /** The remote broke a rule. The last call. */
  violation(violation: WireViolation): void
}
