import { crc32 } from 'node:zlib'
import { seededRandom } from '../../transport/random.ts'

/** The same bytes in portions, of sizes that follow from the bytes: mostly small ones, also empty ones. */
export function portionsOf(bytes: Uint8Array, salt = 0): Uint8Array[] {
  const random = seededRandom(crc32(bytes) + salt)
  const most = random() < 0.5 ? 8 : 600
  const portions: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const to = Math.min(bytes.length, at + Math.floor(random() * most))
    portions.push(copyOf(bytes.subarray(at, to)))
    at = to
  }
  return portions
}

/** The same bytes at once, and in two other ways: cut anywhere, and byte by byte. */
export function wholeAndCut(bytes: Uint8Array): Uint8Array[][] {
  const single = bytes.length > 4_096 ? portionsOf(bytes, 1) : Array.from(bytes, (byte) => Uint8Array.of(byte))
  return [[copyOf(bytes)], portionsOf(bytes), single]
}

/** `slice` of a Buffer is a view. */
const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)
