import { requireBytes, requireText } from '../transport/require.ts'

/** Bytes as lower-case hex digits: how info hashes and peer ids are kept in contexts and shown to people. */
export function bytesToHex(bytes: Uint8Array): string {
  requireBytes('what is to be hex digits', bytes)
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}

/** The bytes that `hex` spells. Throws a RangeError unless it is an even number of hex digits, of either case. */
export function hexToBytes(hex: string): Uint8Array {
  requireText('what hex digits spell', hex)
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) throw new RangeError(`not hex digits: ${hex}`)
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}
