import { isIP } from 'node:net'
import { InvalidArgumentError } from 'commander'
import { type Address, parseAddress, readTrackerUrl, readWebSeedUrl } from '../../index.ts'

const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/

/** A whole number in `from` to `to`, in decimal digits alone. Throws commander's error, which names the option and the text. */
function whole(text: string, from: number, to: number, what: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= from && value <= to) return value
  throw new InvalidArgumentError(`It must be ${what}.`)
}

/** A count or a number of seconds: at least 1. */
export function positive(text: string): number {
  return whole(text, 1, Number.MAX_SAFE_INTEGER, 'a whole number above 0')
}

/** A whole number from 0. */
export function count(text: string): number {
  return whole(text, 0, Number.MAX_SAFE_INTEGER, 'a whole number from 0')
}

/** Members of a simulation: at least what a scenario of the library has, at most what the simulator takes. */
export function members(text: string): number {
  return whole(text, 4, 60_000, 'a whole number from 4 to 60000')
}

/** The torrent of a simulation, in MiB: at most what the simulator takes. */
export function mebibytes(text: string): number {
  return whole(text, 1, 4096, 'a whole number from 1 to 4096')
}

/** A part of a whole: 0 to below 1, as in 0.2. */
export function part(text: string): number {
  const value = /^0?(\.\d{1,9})?$/.test(text) && text !== '' ? Number(text) : Number.NaN
  if (value >= 0) return value
  throw new InvalidArgumentError('It must be a number from 0 to below 1, as in 0.2.')
}

/** A port to bind: 0, any free one, to 65535. */
export function port(text: string): number {
  return whole(text, 0, 65535, 'a port, 0 to 65535')
}

/** Bytes, at least 1, optionally in units of 1024: `500000`, `512K`, `2M`, `1G`. */
export function bytes(text: string): number {
  const unit = ['K', 'M', 'G'].indexOf(text.slice(-1).toUpperCase()) + 1
  return (
    whole(unit === 0 ? text : text.slice(0, -1), 1, 1e9, 'a number of bytes above 0, as in 500000, 512K or 2M') *
    1024 ** unit
  )
}

/** A piece length (BEP 3): a power of two, 16 KiB to 64 MiB, which is what clients accept. */
export function pieceLength(text: string): number {
  const length = bytes(text)
  if (Number.isInteger(Math.log2(length)) && length >= 16 * 1024 && length <= 64 * 1024 ** 2) return length
  throw new InvalidArgumentError('It must be a power of two, 16K to 64M.')
}

/** How long a record gets: at least 1 MiB. */
export function recordLimit(text: string): number {
  const limit = bytes(text)
  if (limit >= 1024 ** 2) return limit
  throw new InvalidArgumentError('It must be at least 1M.')
}

/** An address or a host name to bind, without port. */
export function host(text: string): string {
  if (isIP(text) !== 0 || hostName.test(text)) return text
  throw new InvalidArgumentError('It must be an IP address or a host name.')
}

/** A peer to dial: `HOST:PORT`, IPv6 in brackets. */
export function address(text: string): Address {
  try {
    return parseAddress(text.trim())
  } catch {
    throw new InvalidArgumentError('It must be HOST:PORT, with IPv6 as [::1]:6881.')
  }
}

/** A node to enter the DHT by: `HOST:PORT`, or the word for those that clients share. */
export function dhtEntry(text: string): Address | 'well-known' {
  if (text === 'well-known') return text
  try {
    return parseAddress(text.trim())
  } catch {
    throw new InvalidArgumentError("It must be HOST:PORT, or 'well-known'.")
  }
}

/** Makes a parser gather what it reads, for an option that may stand many times. */
export function gather<T>(parse: (text: string) => T): (text: string, before: readonly T[]) => readonly T[] {
  return (text, before) => [...before, parse(text)]
}

/** The same, of an option that names several things at once. */
export function gatherAll<T>(
  parse: (text: string) => readonly T[],
): (text: string, before: readonly T[]) => readonly T[] {
  return (text, before) => [...before, ...parse(text)]
}

/** A tracker to ask (BEP 3, BEP 15). */
export function trackerUrl(text: string): string {
  if (readTrackerUrl(text) !== undefined) return text
  throw new InvalidArgumentError('It must be an http, https or udp URL, of udp with a port.')
}

/** A web seed to download from (BEP 19). */
export function webSeedUrl(text: string): string {
  if (readWebSeedUrl(text) !== undefined) return text
  throw new InvalidArgumentError('It must be an http or https URL.')
}

/** An announce URL of a tracker (BEP 3, BEP 15). */
export function announceUrl(text: string): string {
  if (URL.canParse(text) && /^(https?|udp|wss?):$/.test(new URL(text).protocol)) return text
  throw new InvalidArgumentError('It must be an http, https, udp, ws or wss URL.')
}

/** Where a web seed has the data (BEP 19). */
export function webUrl(text: string): string {
  if (URL.canParse(text) && /^(https?|ftp):$/.test(new URL(text).protocol)) return text
  throw new InvalidArgumentError('It must be an http, https or ftp URL.')
}
