import { distance, ipBytes, ipText, isDialable, isInReachOf, isSameHost } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { limits } from '../vocabulary/delays.ts'

/**
 * What a remote's extended handshakes say together. Each changes only what it names, and in `m` only the extensions it names
 * (BEP 10); of those that are new, no more than `limits.extensions` are kept.
 */
export function mergeGreetings(before: ExtendedHandshake | undefined, now: ExtendedHandshake): ExtendedHandshake {
  const merged = { ...before, ...now }
  if (!before?.m || !now.m) return merged
  const m = Object.entries({ ...before.m, ...now.m }).slice(0, limits.extensions)
  return { ...merged, m: Object.fromEntries(m) }
}

/**
 * What we say to a remote at `host`: the greeting, and where we see it (BEP 10, `yourip`), by which it learns its own address. Of our own
 * addresses it is told that of the other family: in its own it sees us. One as near as this machine or network is told neither.
 */
export function greetingTo(host: string, greeting: ExtendedHandshake): ExtendedHandshake {
  const { ipv4, ipv6, ...rest } = greeting
  const yourip = ipBytes(host)
  if (!yourip) return rest
  const isFar = distance(host) === 2
  return {
    ...rest,
    yourip,
    ...(isFar && yourip.length === 16 && ipv4 && { ipv4 }),
    ...(isFar && yourip.length === 4 && ipv6 && { ipv6 }),
  }
}

/**
 * Where a remote at `host` says that it is reached too, over the other family of addresses (BEP 10, `ipv4` and `ipv6`, on the port `p`).
 * Undefined without one that can be dialled, and for one as near as only a liar would name: see `isInReachOf`.
 */
export function otherAddress(host: string, greeting: ExtendedHandshake | undefined): Address | undefined {
  const { ipv4, ipv6, p: port } = greeting ?? {}
  const bytes = ipBytes(host)?.length === 4 ? ipv6 : ipv4
  if (!bytes || port === undefined) return undefined
  const other = { host: ipText(bytes), port }
  return isDialable(other) && isInReachOf(host, other.host) && !isSameHost(host, other.host) ? other : undefined
}

/** The id under which a greeting takes an extension; undefined for those it does not name, or disables (BEP 10). */
export function extensionId(greeting: ExtendedHandshake | undefined, name: string): number | undefined {
  const m = greeting?.m ?? {}
  // A remote chooses the names and a caller asks for them: `constructor` is no extension.
  return (Object.hasOwn(m, name) && m[name]) || undefined
}

/** The extension that goes by an id in a greeting's `m`; undefined for ids that no extension has, and for 0, which disables (BEP 10). */
export function extensionNamed(greeting: ExtendedHandshake | undefined, id: number): string | undefined {
  if (id === 0) return undefined
  return Object.entries(greeting?.m ?? {}).find(([, own]) => own === id)?.[0]
}
