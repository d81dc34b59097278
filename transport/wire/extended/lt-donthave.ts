import { readU32, writeU32 } from '../bytes.ts'

const payloadBytes = 4

/** The payload of an `lt_donthave` message (BEP 54): we no longer have the piece `index`. Throws RangeError for what is no u32. */
export function encodeDonthave(index: number): Uint8Array {
  if (!Number.isInteger(index) || index < 0 || index > 0xffff_ffff) {
    throw new RangeError(`lt_donthave: index is ${index}, not an integer from 0 to 2^32 - 1`)
  }
  const payload = new Uint8Array(payloadBytes)
  writeU32(payload, 0, index)
  return payload
}

/**
 * The piece that its sender no longer has (BEP 54), any u32: whether the torrent has such a piece is not checked here.
 * Undefined when the payload has not exactly 4 bytes. Never throws.
 */
export function decodeDonthave(payload: Uint8Array): number | undefined {
  return payload.length === payloadBytes ? readU32(payload, 0) : undefined
}
