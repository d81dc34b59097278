import { isPort } from './port.ts'
import { requireObject, requireText } from './require.ts'
import type { Address } from './transport.ts'

/**
 * Reads `host:port`, where an IPv6 host stands in brackets: `192.0.2.1:6881`, `[::1]:6881`, `example.org:6881`.
 * The host comes back in its one spelling (see `canonicalHost`). Throws an error that quotes `text` and says what is wrong.
 */
export function parseAddress(text: string): Address {
  requireText('an address', text)
  const [, bracketed, bare, port] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text) ?? []
  if (port === undefined) {
    throw fault(text, 'expected host:port, with an IPv6 host in brackets as in [::1]:6881')
  }
  if (bracketed !== undefined && !isIPv6(bracketed)) throw fault(text, 'what stands in brackets is no IPv6 address')
  if (bare !== undefined && !isHostName(bare)) throw fault(text, 'the host is neither an IP address nor a host name')
  if (!/^[0-9]{1,5}$/.test(port) || !isPort(Number(port))) {
    throw fault(text, 'the port is not a number from 1 to 65535')
  }
  return { host: canonicalHost(bracketed ?? bare ?? ''), port: Number(port) }
}

/** Writes an address the way `parseAddress` reads it, its host as it is spelt. */
export function formatAddress(address: Address): string {
  requireObject('an address', address)
  const { host, port } = address
  requireText('the host of an address', host)
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** By what an address is known in tables: equal for any two spellings of it. */
export function addressKey({ host, port }: Address): string {
  return formatAddress({ host: canonicalHost(host), port })
}

/**
 * The one spelling of a host, so that two names of one remote compare equal: an IPv4 address mapped into IPv6
 * (`::ffff:192.0.2.1`, what a dual-stack listener sees) becomes the IPv4 address, IPv6 takes its shortest form (RFC 5952),
 * names become lower case.
 */
export function canonicalHost(host: string): string {
  if (isIPv4(host)) return host
  // A zone (fe80::1%eth0) says which link is meant, and has no shorter form.
  const address = shortestIPv6(host)
  if (address === undefined) return host.toLowerCase()
  return mapped.test(address) ? ipText(ipv6Bytes(address).subarray(12)) : address
}

/**
 * By what a remote's host is known where each has its share: equal for any spelling. Of an IPv6 address the first 64 bits, as
 * whoever has one has all that begin so (RFC 4291); not of a link-local one, where the whole link would share them.
 */
export function hostKey(host: string): string {
  const one = canonicalHost(host)
  if (isIPv4(one)) return one
  const bytes = ipBytes(one)
  if (bytes?.length !== 16 || one === '::1' || isLinkLocal(bytes)) return one
  return `${ipText(bytes.fill(0, 8))}/64`
}

/**
 * By what a remote is known from one connection to the next: the whole host, because an incoming connection has a new port each
 * time (libtorrent bans by IP address); of IPv6 all 64 bits that one subscriber has (`hostKey`; libtorrent bans the single address,
 * and is evaded). On loopback all share one host: there it is host and port. Equal for any spelling.
 */
export const remoteKey = (address: Address): string =>
  isLoopback(address.host) ? addressKey(address) : hostKey(address.host)

const isLinkLocal = ([first, second = 0]: Uint8Array): boolean => first === 0xfe && (second & 0xc0) === 0x80

/** Whether a host, in any spelling, is this machine: 127.0.0.0/8 (RFC 1122), `::1` (RFC 4291), `localhost` (RFC 6761). */
export function isLoopback(host: string): boolean {
  const one = canonicalHost(host)
  return one === '::1' || one === 'localhost' || (isIPv4(one) && one.startsWith('127.'))
}

/** Whether two hosts, in any spelling, are one machine: all of loopback is. A name is not looked up: it equals itself alone. */
export function isSameHost(one: string, other: string): boolean {
  return canonicalHost(one) === canonicalHost(other) || (isLoopback(one) && isLoopback(other))
}

/**
 * Whether an address can be dialled at all: a port from 1 to 65535, and a host name or the IP address of a single machine, in
 * any spelling. Not 0.0.0.0/8 and `::`, which are nobody; not multicast (224.0.0.0/4, ff00::/8); not 240.0.0.0/4, which is
 * reserved but for broadcast (RFC 1122, RFC 4291); and not a link-local IPv6 address without its zone, as on which link it is
 * nobody could tell (RFC 4007). Loopback and private addresses can be: whether one wants to depends on where they come from.
 */
export function isDialable({ host, port }: Address): boolean {
  if (!isPort(port)) return false
  const one = canonicalHost(host)
  if (isIPv4(one)) {
    const firstByte = Number.parseInt(one, 10)
    return firstByte > 0 && firstByte < 224
  }
  // A group without its leading zeroes has fewer digits: ff:: is no multicast. An address with a zone is not shortened.
  if (isIPv6(one)) return !/^([0:]+(%|$)|ff[0-9a-f]{2}:|fe[89ab][0-9a-f]:[^%]*$)/.test(one)
  return isHostName(one)
}

/**
 * Whether `host` can mean the same to a remote at `from` as to us: an address on loopback does among those on loopback alone, one
 * of a private network (RFC 1918, RFC 3927, RFC 4193, RFC 4291) not to those outside. A remote that names such an address from further away
 * names one of ours, by mistake or to have us knock there.
 */
export function isInReachOf(from: string, host: string): boolean {
  return distance(host) >= distance(from)
}

/** How far off a host is: 0 on this machine, as is what is no address of another (RFC 1122), 1 in a private network or on a link, 2 anywhere. */
export function distance(host: string): 0 | 1 | 2 {
  const one = canonicalHost(host)
  if (isLoopback(host) || /^(0\.|::$)/.test(one)) return 0
  const near = isIPv4(one)
    ? /^(10|192\.168|169\.254|172\.(1[6-9]|2[0-9]|3[01]))\./
    : /^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/
  return near.test(one) ? 1 : 2
}

/** The 4 or 16 bytes of an IP literal, as they travel; undefined for a name, and where a zone would be lost. */
export function ipBytes(host: string): Uint8Array | undefined {
  if (isIPv4(host)) return ipv4Bytes(host)
  const address = shortestIPv6(host)
  if (address === undefined) return undefined
  const bytes = ipv6Bytes(address)
  return mapped.test(address) ? bytes.slice(12) : bytes
}

/** The host whose 4 or 16 bytes these are, in its one spelling (see `canonicalHost`). Throws RangeError for any other length. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) throw new RangeError(`An IP address has 4 or 16 bytes, not ${bytes.length}`)
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number))
  return canonicalHost(groups.map((group) => group.toString(16)).join(':'))
}

/** A shortest IPv6 address into which an IPv4 address is mapped (RFC 4291): its last four bytes. */
const mapped = /^::ffff:[0-9a-f]+:[0-9a-f]+$/

/** The four bytes of an IPv4 address that `isIPv4` has accepted. `Uint8Array.from` takes several times as long. */
function ipv4Bytes(address: string): Uint8Array {
  const bytes = new Uint8Array(4)
  let at = 0
  for (let i = 0; i < address.length; i++) {
    const digit = address.charCodeAt(i) - 0x30
    if (digit >= 0) bytes[at] = (bytes[at] as number) * 10 + digit
    else at++
  }
  return bytes
}

/** The 16 bytes of a shortest IPv6 address. */
function ipv6Bytes(address: string): Uint8Array {
  const [head = [], tail = []] = address.split('::').map(groupBytes)
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, bytes.length - tail.length)
  return bytes
}

/** The bytes of one side of a shortest IPv6 address's `::`. */
function groupBytes(groups: string): number[] {
  if (groups === '') return []
  return groups.split(':').flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

/** Four decimal numbers from 0 to 255. A leading zero would make one octal to some and decimal to others. */
const isIPv4 = (host: string): boolean => /^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?!$)|$)){4}$/.test(host)

/** With a zone or without. */
const isIPv6 = (host: string): boolean => shortestIPv6(host.replace(/%[a-z0-9._~-]+$/i, '')) !== undefined

/** An IPv6 address as the host of a URL, which has one form (RFC 5952, URL Standard); undefined for all else, and with a zone. */
function shortestIPv6(host: string): string | undefined {
  // What this lets through cannot end the brackets early.
  if (!/^[0-9a-f.]*:[0-9a-f:.]*$/i.test(host)) return undefined
  const url = `http://[${host}]`
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined
}

/** RFC 1123 names, at most 253 characters; what is made of digits and dots alone must be an IPv4 address. */
function isHostName(host: string): boolean {
  if (/^[0-9.]*$/.test(host)) return isIPv4(host)
  return host.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(host)
}

function fault(text: string, reason: string): Error {
  return new Error(`"${text}" is not a peer's address: ${reason}`)
}
