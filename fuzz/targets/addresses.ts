import {
  addressKey,
  canonicalHost,
  distance,
  formatAddress,
  hostKey,
  ipBytes,
  ipText,
  isDialable,
  isInReachOf,
  isLoopback,
  isSameHost,
  parseAddress,
  remoteKey,
} from '../../transport/address.ts'
import { must, type Target } from '../engine/target.ts'
import { unlessThrown } from '../engine/typed.ts'

/** Addresses as text, of a command line, a link, a file or a name server, and as bytes: each has one spelling, which stays as it is. */
export const target: Target = {
  covers: ['transport/address.ts'],
  bytesMax: 600,
  words: [
    '[',
    ']',
    ':',
    '::',
    '.',
    '%eth0',
    '::ffff:',
    'localhost',
    '127.0.0.1',
    'ff02::1',
    'fe80::1',
    '0.0.0.0',
    '255',
    '-',
    '_',
    '\u212a',
  ],
  seeds: () => ({
    ipv4: '192.0.2.1:6881',
    ipv6: '[2001:db8::1]:6881',
    mapped: '[::ffff:192.0.2.1]:6881',
    zone: '[fe80::1%eth0]:6881',
    name: 'peer.example.org:6881',
    'ipv4 bytes': Uint8Array.of(192, 0, 2, 1),
    'ipv6 bytes': Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  }),
  run(input) {
    if (input.length === 4 || input.length === 16) {
      const host = ipText(input)
      must(canonicalHost(host) === host, 'the host of some bytes has its one spelling')
      const bytes = ipBytes(host)
      must(bytes !== undefined && ipText(bytes) === host, 'its bytes lead to it again')
    }
    const text = Buffer.from(input).toString()
    const one = canonicalHost(text)
    must(canonicalHost(one) === one, 'the one spelling of a host is its own')
    must(isSameHost(text, one) && isLoopback(text) === isLoopback(one), 'it is the same host')
    must(isInReachOf(text, text) && [0, 1, 2].includes(distance(text)), 'a host is in its own reach')
    must(hostKey(text) === hostKey(one), 'it is known by the same key')
    const address = unlessThrown(() => parseAddress(text), Error)
    if (!address) return 'none'
    const again = parseAddress(formatAddress(address))
    must(again.host === address.host && again.port === address.port, 'written it is read as the same')
    must(addressKey(address) === addressKey(again) && remoteKey(address) === remoteKey(again), 'its keys are the same')
    return isDialable(address) ? 'dialable' : 'nobody'
  },
}
