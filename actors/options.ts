import type { EncryptionPolicy } from '../machines/peer/vocabulary/facts.ts'
import { ConnectionLimit } from '../machines/torrent/connections/connection-limit.ts'
import { Blacklist } from '../machines/torrent/trust/blacklist.ts'
import { requireMetainfo } from '../storage/require-metainfo.ts'
import type { ResumeStore } from '../storage/resume-file.ts'
import { type Bandwidth, gatesOf } from '../transport/bandwidth/bandwidth.ts'
import { requireDht } from '../transport/dht/dht.ts'
import { isPort, isPortToBind } from '../transport/port.ts'
import {
  isBytes,
  isFunction,
  isObject,
  requireBoolean,
  requireClock,
  requireFunction,
  requireMethods,
} from '../transport/require.ts'
import type { Address } from '../transport/transport.ts'
import { extensionsMax } from '../transport/wire/extended/extensions-max.ts'
import { requireChoice } from './file-choice.ts'
import type { TorrentSource } from './torrent-source.ts'
import { requireTransports } from './transports.ts'

/** What several calls take, to be checked at the call: what has no type here is looked at for what it is used for. */
export interface CheckedOptions {
  readonly bandwidth?: Bandwidth | undefined
  readonly blacklist?: unknown
  readonly choker?: unknown
  readonly clock?: unknown
  readonly connections?: unknown
  readonly extensions?: unknown
  readonly files?: unknown
  readonly inspect?: unknown
  readonly random?: unknown
  readonly randomBytes?: unknown
  readonly dht?: unknown
  readonly record?: unknown
  readonly sequential?: unknown
  readonly superSeed?: unknown
  readonly transport?: unknown
  readonly listen?: Address | undefined
  readonly peers?: readonly Address[] | undefined
  readonly encryption?: EncryptionPolicy | undefined
  readonly maxPeers?: number | undefined
  readonly maxIncomingPerHost?: number | undefined
  readonly slots?: number | undefined
  readonly resume?: ResumeStore | undefined
}

const policies: readonly string[] = ['none', 'preferred', 'required'] satisfies readonly EncryptionPolicy[]

/** Throws a RangeError for an option whose value cannot be meant, and a TypeError for one that is no such thing. */
export function requireOptions(options: CheckedOptions): void {
  const { bandwidth, blacklist, connections, extensions = [], inspect, sequential = false, superSeed = false } = options
  const { listen, peers = [], encryption, maxPeers, maxIncomingPerHost, slots, resume } = options
  for (const name of ['choker', 'random', 'randomBytes'] as const) {
    if (options[name] !== undefined) requireFunction(name, options[name])
  }
  if (options.clock !== undefined) requireClock(options.clock)
  if (options.transport !== undefined) requireTransports(options.transport)
  if (inspect !== undefined && !isFunction(inspect)) requireMethods('inspect', inspect, ['next'])
  if (options.dht !== undefined) requireDht(options.dht)
  if (options.record !== undefined) requireMethods('record', options.record, ['attach', 'close'])
  requireInstance('blacklist', blacklist, Blacklist)
  requireInstance('connections', connections, ConnectionLimit)
  if (bandwidth) gatesOf(bandwidth)
  requireBoolean('sequential', sequential)
  requireBoolean('superSeed', superSeed)
  if (options.files !== undefined) requireChoice('files', options.files)
  if (!Array.isArray(extensions)) throw new TypeError('extensions is an array')
  for (const extension of extensions) requireExtension(extension)
  if (!Array.isArray(peers)) throw new TypeError('peers is an array of addresses')
  if (listen) requireAddress(listen, 0)
  for (const peer of peers) requireAddress(peer)
  if (encryption !== undefined) requireEncryption(encryption)
  if (maxPeers !== undefined) requireCount('maxPeers', maxPeers)
  if (maxIncomingPerHost !== undefined) requireCount('maxIncomingPerHost', maxIncomingPerHost)
  if (slots !== undefined) requireCount('slots', slots)
  if (resume && !(isFunction(resume.load) && isFunction(resume.save))) {
    throw new TypeError('resume is a store with load and save, as resumeFile makes one')
  }
}

/** Throws a TypeError unless a torrent can be made from this: `metainfo` and `store`, or `magnet` and `openStore`. */
export function requireSource(source: TorrentSource): void {
  const { metainfo, store, magnet, openStore }: Partial<TorrentSource> = source ?? {}
  const isOfFile = metainfo && store && isBytes(metainfo.infoHash) && !magnet && !openStore
  const isOfLink = magnet && isBytes(magnet.infoHash) && isFunction(openStore) && !metainfo && !store
  if (!isOfFile && !isOfLink) {
    throw new TypeError(
      'a torrent is made from metainfo, as parsed, and store, or from magnet, as parsed, and openStore, not from both',
    )
  }
  if (!isOfFile) return
  requireMetainfo(metainfo)
  requireMethods('store', store, ['put', 'get', 'close'])
}

/** Throws a RangeError unless there is a host, and a port from `lowestPort` to 65535, and a TypeError for what has neither. */
export function requireAddress(address: Address, lowestPort: 0 | 1 = 1): void {
  if (!isObject(address)) throw new TypeError('an address is an object with a host and a port')
  const { host, port } = address
  if (typeof host !== 'string' || host === '') throw new RangeError(`an address has a host, not '${host}'`)
  if (!(lowestPort === 0 ? isPortToBind(port) : isPort(port))) {
    throw new RangeError(`port ${port} is not between ${lowestPort} and 65535`)
  }
}

/** Throws a RangeError unless there is such a policy. */
function requireEncryption(encryption: EncryptionPolicy): void {
  if (!policies.includes(encryption)) {
    throw new RangeError(`encryption is 'none', 'preferred' or 'required', not '${encryption}'`)
  }
}

/** Throws a RangeError unless it is a whole number from 1: without a slot, or a connection, a torrent would never give anything. */
export function requireCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${name} is a whole number from 1, not ${count}`)
}

/** Throws a TypeError unless it is one of an extension of `defineExtension`, or as good. */
export function requireExtension(extension: unknown): void {
  const isOne = isObject(extension) && 'name' in extension && typeof extension.name === 'string' && 'start' in extension
  if (!isOne || !isFunction(extension.start)) throw new TypeError('an extension is made by defineExtension')
}

function requireInstance<Kind>(name: string, value: unknown, kind: abstract new (...given: never[]) => Kind): void {
  if (value !== undefined && !(value instanceof kind)) throw new TypeError(`${name} is a ${kind.name}`)
}

/**
 * Throws a RangeError for more names of extensions than an extended handshake bears; those of removed ones stay in it, with the id 0 (BEP 10).
 */
export function requireRoom(names: readonly string[]): void {
  if (new Set(names).size > extensionsMax) {
    throw new RangeError(`a torrent has at most ${extensionsMax} names of extensions, removed ones included`)
  }
}
