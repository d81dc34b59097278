import type { EncryptionPolicy } from '../machines/peer/context.ts'
import type { ResumeStore } from '../storage/resume-file.ts'
import type { Address } from '../transport/transport.ts'
import type { TorrentSource } from './torrent-source.ts'

/** What several calls take, to be checked at the call. */
export interface CheckedOptions {
  readonly listen?: Address | undefined
  readonly peers?: readonly Address[] | undefined
  readonly encryption?: EncryptionPolicy | undefined
  readonly maxPeers?: number | undefined
  readonly slots?: number | undefined
  readonly resume?: ResumeStore | undefined
}

const policies: readonly string[] = ['none', 'preferred', 'required'] satisfies readonly EncryptionPolicy[]

/** Throws a RangeError for an option whose value can not be meant, and a TypeError for one that is no such thing. */
export function requireOptions({ listen, peers = [], encryption, maxPeers, slots, resume }: CheckedOptions): void {
  if (listen) requireAddress(listen, 0)
  for (const peer of peers) requireAddress(peer)
  if (encryption !== undefined) requireEncryption(encryption)
  if (maxPeers !== undefined) requireCount('maxPeers', maxPeers)
  if (slots !== undefined) requireCount('slots', slots)
  if (resume && !(isFunction(resume.load) && isFunction(resume.save))) {
    throw new TypeError('resume is a store with load and save, as resumeFile makes one')
  }
}

/** Throws a TypeError unless a torrent can be made from this: `metainfo` and `store`, or `magnet` and `openStore`. */
export function requireSource(source: TorrentSource): void {
  const { metainfo, store, magnet, openStore } = source
  if (metainfo && store && isBytes(metainfo.infoHash)) return
  if (!metainfo && magnet && isBytes(magnet.infoHash) && isFunction(openStore)) return
  throw new TypeError('a torrent is made from metainfo, as parsed, and store, or from magnet, as parsed, and openStore')
}

/** Throws a RangeError unless there is a host, and a port from `lowestPort` to 65535. */
export function requireAddress({ host, port }: Address, lowestPort: 0 | 1 = 1): void {
  if (typeof host !== 'string' || host === '') throw new RangeError(`an address has a host, not '${host}'`)
  if (!Number.isInteger(port) || port < lowestPort || port > 65_535) {
    throw new RangeError(`port ${port} is not between ${lowestPort} and 65535`)
  }
}

/** Throws a RangeError unless there is such a policy. */
export function requireEncryption(encryption: EncryptionPolicy): void {
  if (!policies.includes(encryption)) {
    throw new RangeError(`encryption is 'none', 'preferred' or 'required', not '${encryption}'`)
  }
}

/** Throws a RangeError unless it is a whole number from 1: without a slot, or a connection, a torrent would never give anything. */
export function requireCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${name} is a whole number from 1, not ${count}`)
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isBytes = (value: unknown): boolean => value instanceof Uint8Array
