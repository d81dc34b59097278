import { expect, test } from 'vitest'
import { hexToBytes } from '../../../../machines/hex.ts'
import { crc32c } from '../../../../machines/torrent/connections/crc32c.ts'

test.each([
  ['no bytes', '', 0],
  ['"123456789"', '313233343536373839', 0xe306_9283],
  ['32 zeros (RFC 3720, B.4)', '00'.repeat(32), 0x8a91_36aa],
  ['32 ones (RFC 3720, B.4)', 'ff'.repeat(32), 0x62a8_ab43],
  ['the first example of BEP 40', '624c14007bd50000', 0xec2d_7224],
  ['the second example of BEP 40', '7bd5200a7bd520ea', 0x9956_8189],
])('the CRC-32C of %s', (_, hex, checksum) => {
  expect(crc32c(hexToBytes(hex))).toBe(checksum)
})
