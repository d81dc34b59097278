import { createHmac } from 'node:crypto'
import { ipBytes, ipText } from '../transport/address.ts'

/** What is done to addresses, and whatever else tells a host from others, before it is recorded. */
export interface Privacy {
  /** An IP address, or the name of a host. */
  host(host: string): string
  /** The 4 or 16 bytes of an IP address. */
  ip(bytes: Uint8Array): Uint8Array
  /** 40 hex digits. */
  peerId(hex: string): string
  /** A text for people in which addresses may stand. */
  text(text: string): string
  /** Whether what nobody here can read, and may hold addresses, is left out. */
  readonly dropsUnknown: boolean
}

/** Everything as it is. */
export const keepAddresses: Privacy = {
  host: (host) => host,
  ip: (bytes) => bytes,
  peerId: (hex) => hex,
  text: (text) => text,
  dropsUnknown: false,
}

/** The first bytes of a peer id name the client and its version; the rest is chance, and tells it from all others. */
const clientDigits = 16

const tokens = /[\w.:%~-]+/g

/**
 * Puts others in the place of addresses, always the same ones for a key, which is to be forgotten: from 127.0.0.0/8 for IPv4, 100::/64
 * (RFC 6666, which leads nowhere) for IPv6, `host-….invalid` for names. Of 24 bits each, so that two addresses may become one.
 * Nothing is remembered, however many there are.
 */
export function replaceAddresses(key: Uint8Array): Privacy {
  const digest = (what: Uint8Array | string): Buffer => createHmac('sha256', key).update(what).digest()
  const ip = (bytes: Uint8Array): Uint8Array => {
    const made = digest(bytes)
    if (bytes.length === 4) return Uint8Array.of(127, ...made.subarray(0, 3))
    const address = new Uint8Array(16)
    address.set([1, 0])
    address.set(made.subarray(0, 8), 8)
    return address
  }
  const host = (name: string): string => {
    const bytes = ipBytes(name)
    return bytes ? ipText(ip(bytes)) : `host-${digest(name.toLowerCase()).toString('hex', 0, 3)}.invalid`
  }
  const token = (text: string, isNamed: boolean): string => {
    if (ipBytes(text)) return host(text)
    const [, body = '', port = '', end = ''] = /^(.*?)(:\d+)?([.:]*)$/.exec(text) ?? []
    const isHost = isAddress(body) || isName(body) || (isLabel(body) && (port !== '' || isNamed))
    return isHost ? `${host(body)}${port}${end}` : text
  }
  return {
    host,
    ip,
    peerId: (hex) =>
      hex.slice(0, clientDigits) +
      digest(hex)
        .toString('hex')
        .slice(0, Math.max(0, hex.length - clientDigits)),
    text: (text) => text.replace(tokens, (found, at: number) => token(found, systemError.test(text.slice(0, at)))),
    dropsUnknown: true,
  }
}

/** What stands right before the host that an error of the system is about: `getaddrinfo ENOTFOUND peer`. */
const systemError = /\bE[A-Z][A-Z0-9_]+ $/

/** An IP address, also with its zone (`fe80::1%eth0`). */
const isAddress = (text: string): boolean => ipBytes(text.replace(/%.*$/, '')) !== undefined

/** A name with a dot in it and no digit at its end; words of an error's text have none. */
const isName = (text: string): boolean => isLabel(text) && /\.[a-z][a-z0-9-]*$/i.test(text)

/** Anything that may name a host, also without a dot in it. */
const isLabel = (text: string): boolean => /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(text) && /[a-z]/i.test(text)
