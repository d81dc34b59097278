import { writeU32 } from '../wire/bytes.ts'

/** The bytes of `parts`, one after another, in memory of their own. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** `value` as a big-endian u16. */
export const u16 = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value)

/** `value` as a big-endian u32. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  writeU32(bytes, 0, value)
  return bytes
}

/** The big-endian u16 at `at`. The caller has checked that two bytes stand there. */
export const readU16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
