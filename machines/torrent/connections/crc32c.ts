/** The polynomial of Castagnoli, its bits reversed because the lowest bit of a byte counts first. */
const polynomial = 0x82f6_3b78

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1
  return remainder
})

/** The CRC-32C checksum (RFC 3720), from 0 to 2^32 - 1. It is no proof against a sender that wants it to match. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffff_ffff
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (table[(remainder ^ byte) & 0xff] as number)
  return (remainder ^ 0xffff_ffff) >>> 0
}
