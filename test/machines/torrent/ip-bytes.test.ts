import { expect, test } from 'vitest'
import { bytesToHex } from '../../../machines/hex.ts'
import { ipBytes } from '../../../machines/torrent/ip-bytes.ts'

test.each([
  ['192.0.2.1', 'c0000201'],
  ['::ffff:192.0.2.1', 'c0000201'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:DB8::', '20010db8000000000000000000000000'],
  ['2001:db8::1', '20010db8000000000000000000000001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1:2:3::6:7:8', '00010002000300000000000600070008'],
  ['64:ff9b::192.0.2.1', '0064ff9b0000000000000000c0000201'],
  ['::192.0.2.1', '000000000000000000000000c0000201'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['fe80::1%eth0:1', 'fe800000000000000000000000000001'],
])('the bytes of %s are %s', (host, hex) => {
  expect(bytesToHex(ipBytes(host) ?? new Uint8Array())).toBe(hex)
})

test.each(['localhost', 'peer.example.org', '1.2.3', '1.2.3.256', ''])('"%s" is no IP address and has none', (host) => {
  expect(ipBytes(host)).toBeUndefined()
})
