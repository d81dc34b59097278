import { requireBytes, requireText } from '../transport/require.ts'

/** Bytes as lower-case hex digits: how info hashes and peer ids are kept in contexts and shown to people. */
export function bytesToHex(bytes: Uint8Array): string {
  requireBytes('what is to be hex digits', bytes)
  let hex = ''
  for (let i = 0; i < bytes.length; i++) hex += hexOfByte[bytes[i] as number]
  return hex
}

/** The bytes that `hex` spells. Throws a RangeError unless it is an even number of hex digits, of either case. */
export function hexToBytes(hex: string): Uint8Array {
  requireText('what hex digits spell', hex)
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) throw new RangeError(`not hex digits: ${hex}`)
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = 16 * digitAt(hex, 2 * i) + digitAt(hex, 2 * i + 1)
  return bytes
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The value of a hex digit. The low four bits of a letter are 1 to 6 in either case. The caller has checked that it is one. */
function digitAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at)
  return code <= 0x39 ? code - 0x30 : (code & 0x0f) + 9
}
