import { hexToBytes } from '../machines/hex.ts'
import type { OurHandshake } from '../machines/peer/vocabulary/transport-commands.ts'
import { encodeHandshake } from '../transport/wire/handshake.ts'

/** A handshake of ours as it goes on the wire (BEP 3). */
export function handshakeBytes({ features, infoHash, peerId }: OurHandshake): Uint8Array {
  return encodeHandshake({ features, infoHash: hexToBytes(infoHash), peerId: hexToBytes(peerId) })
}
