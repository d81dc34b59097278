import { bytesToHex } from '../machines/hex.ts'
import type { PeerEvent } from '../machines/peer/vocabulary/events.ts'
import type { Intake } from '../transport/bandwidth/intake.ts'
import { receivedMessage } from '../transport/wire/decode.ts'
import { decodeExtendedHandshake, extendedHandshakeId } from '../transport/wire/extended/handshake.ts'
import { readFeatures } from '../transport/wire/handshake.ts'
import type { Block, MessageFields } from '../transport/wire/messages.ts'
import type { SunkName, WireSink } from '../transport/wire/sink.ts'
import type { WireViolation } from '../transport/wire/violation.ts'
import { heldBack } from './held-back.ts'

/** Reports what a connection's reader finds to its peer, one event a message. */
export class WireReports implements WireSink {
  /** When the bytes that are read came: a time of the clock. */
  readAt = 0
  readonly #intake: Intake
  readonly #report: (event: PeerEvent) => void

  constructor(intake: Intake, report: (event: PeerEvent) => void) {
    this.#intake = intake
    this.#report = report
  }

  infoHash(reserved: Uint8Array, infoHash: Uint8Array): void {
    this.#report({ type: 'wire.info_hash', infoHash: bytesToHex(infoHash), features: readFeatures(reserved) })
  }

  peerId(peerId: Uint8Array): void {
    this.#report({ type: 'wire.peer_id', peerId: bytesToHex(peerId) })
  }

  blocks(blocks: readonly Block[]): void {
    this.#report({ type: 'wire.piece', blocks, at: this.readAt, ...heldBack(this.#intake.hasBacklog) })
  }

  extended(id: number, payload: Uint8Array): void {
    const handshake = id === extendedHandshakeId ? decodeExtendedHandshake(payload) : undefined
    if (handshake) this.#report({ type: 'wire.extended_handshake', handshake })
    else this.#report({ type: 'wire.extended', id, payload })
  }

  message<Name extends SunkName>(name: Name, fields: MessageFields[Name]): void {
    this.#report(receivedMessage<SunkName>(name, fields))
  }

  unknown(id: number): void {
    this.#report({ type: 'wire.unknown', id })
  }

  violation(violation: WireViolation): void {
    this.#report({ type: 'wire.violation', violation })
  }
}
