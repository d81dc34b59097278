import { ipBytes } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { crc32c } from './crc32c.ts'

/**
 * The canonical priority of a connection between two addresses (BEP 40), from 0 to 2^32 - 1: those with the higher number are
 * dialled, and kept, first. Both ends come to the same number and no peer can choose it, so a swarm connects at random, and a peer that
 * floods it with addresses of one subnet gains little: those have few different numbers.
 *
 * `client`: our own address as the peer sees it, with the port we listen on. Undefined unless both hosts are IP addresses of
 * one family. For IPv6 the masks are those of BEP 40; libtorrent's differ there (/32 and /48 for its /48 and /56), so with
 * libtorrent the ends agree over IPv4 alone.
 */
export function dialPriority(client: Address, peer: Address): number | undefined {
  const one = ipBytes(client.host)
  const other = ipBytes(peer.host)
  if (!one || one.length !== other?.length) return undefined
  const common = commonBytes(one, other)
  if (common === one.length) return crc32c(joined([portBytes(client.port), portBytes(peer.port)]))
  const whole = wholeBytes(one.length, common)
  return crc32c(joined([masked(one, whole), masked(other, whole)]))
}

/**
 * How many leading bytes the mask leaves whole: a /16 (IPv4) or /48 (IPv6); for addresses that share it, one byte more than they
 * have in common, so that neighbours differ.
 */
function wholeBytes(length: number, common: number): number {
  const network = length === 4 ? 2 : 6
  return common < network ? network : common + 1
}

/** Behind the whole bytes every second bit counts: 0x55. */
function masked(address: Uint8Array, whole: number): Uint8Array {
  return address.map((byte, i) => (i < whole ? byte : byte & 0x55))
}

function commonBytes(one: Uint8Array, other: Uint8Array): number {
  const first = one.findIndex((byte, i) => byte !== other[i])
  return first === -1 ? one.length : first
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >>> 8, port & 0xff)
}

/** Lower one first, so that both ends hash the same bytes. */
function joined([one, other]: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const difference = one.findIndex((byte, i) => byte !== other[i])
  const inOrder = (one[difference] ?? 0) <= (other[difference] ?? 0)
  return Uint8Array.of(...(inOrder ? one : other), ...(inOrder ? other : one))
}
