import type { Carry } from './carry.ts'
import { handshakeLayout, protocolHeader } from './handshake.ts'

/** What a portion of the stream has brought of a handshake (BEP 3). */
export interface HandshakeProgress {
  /** Where in the portion it stopped: at the end of the portion, of the handshake, or of the first field that is wrong. */
  readonly at: number
  /** When the info hash is whole with this portion: 8 bytes and 20. */
  readonly named?: { readonly reserved: Uint8Array; readonly infoHash: Uint8Array }
  /** When the handshake is complete with this portion: 20 bytes. */
  readonly peerId?: Uint8Array
  /** It is none: says what is wrong, for people. */
  readonly fault?: string
}

/** Reads on in a handshake. The bytes that came wait in `carry`, which is free again at its end; what is answered is copied. */
export function readHandshake(carry: Carry, chunk: Uint8Array): HandshakeProgress {
  const { reserved, infoHash, peerId, end } = handshakeLayout
  const before = carry.length
  const at = Math.min(chunk.length, end - before)
  carry.append(chunk, 0, at, end)
  const { bytes, length } = carry
  for (let i = before; i < length && i < protocolHeader.length; i++) {
    if (bytes[i] === protocolHeader[i]) continue
    return { at, fault: `byte ${i} of the handshake is ${bytes[i]}, not ${protocolHeader[i]}` }
  }
  const isNamed = before < peerId && length >= peerId
  const named = isNamed && { reserved: bytes.slice(reserved, infoHash), infoHash: bytes.slice(infoHash, peerId) }
  const isComplete = length === end
  if (isComplete) carry.release()
  return { at, ...(named && { named }), ...(isComplete && { peerId: bytes.slice(peerId, end) }) }
}
