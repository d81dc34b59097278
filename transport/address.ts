import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import type { Address } from './transport.ts'

/**
 * Reads `host:port`, where an IPv6 host stands in brackets: `192.0.2.1:6881`, `[::1]:6881`, `example.org:6881`.
 * The host comes back in its one spelling (see `canonicalHost`). Throws an error that quotes `text` and says what is wrong.
 */
export function parseAddress(text: string): Address {
  const [, bracketed, bare, port] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text) ?? []
  if (port === undefined) {
    throw fault(text, 'expected host:port, with an IPv6 host in brackets as in [::1]:6881')
  }
  if (bracketed !== undefined && !isIPv6(bracketed)) throw fault(text, 'what stands in brackets is no IPv6 address')
  if (bare !== undefined && !isHostName(bare)) throw fault(text, 'the host is neither an IP address nor a host name')
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw fault(text, 'the port is not a number from 1 to 65535')
  }
  return { host: canonicalHost(bracketed ?? bare ?? ''), port: Number(port) }
}

/** Writes an address the way `parseAddress` reads it; also a key that is equal for equal addresses. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * The one spelling of a host, so that two names of one remote compare equal: an IPv4 address mapped into IPv6
 * (`::ffff:192.0.2.1`, what a dual-stack listener sees) becomes the IPv4 address, IPv6 takes its shortest form (RFC 5952),
 * names become lower case.
 */
export function canonicalHost(host: string): string {
  // A zone (fe80::1%eth0) says which link is meant, and SocketAddress would drop it.
  if (!isIPv6(host) || host.includes('%')) return host.toLowerCase()
  const { address } = new SocketAddress({ address: host, family: 'ipv6' })
  const mapped = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : ''
  return isIPv4(mapped) ? mapped : address
}

/** Whether a host, in any spelling, is this machine: 127.0.0.0/8 (RFC 1122), `::1` (RFC 4291), `localhost` (RFC 6761). */
export function isLoopback(host: string): boolean {
  const one = canonicalHost(host)
  return one === '::1' || one === 'localhost' || (isIPv4(one) && one.startsWith('127.'))
}

/** Whether two hosts, in any spelling, are one machine: all of loopback is. A name is not looked up: it equals itself alone. */
export function isSameHost(one: string, other: string): boolean {
  return canonicalHost(one) === canonicalHost(other) || (isLoopback(one) && isLoopback(other))
}

/** RFC 1123 names, at most 253 characters; what is made of digits and dots alone must be an IPv4 address. */
function isHostName(host: string): boolean {
  if (/^[0-9.]*$/.test(host)) return isIPv4(host)
  return host.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(host)
}

function fault(text: string, reason: string): Error {
  return new Error(`"${text}" is not a peer's address: ${reason}`)
}
