import type { ReachedAddress } from '../../../transport/reached-address.ts'
import type { Address, TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import { Layout } from '../../layout.ts'
import { viewOf } from '../../peer/peer-view.ts'
import {
  address,
  evidence,
  extendedHandshake,
  layout,
  pieceSet,
  transportKind,
} from '../../peer/persistence/value-codecs.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import type { EncryptionPolicy } from '../../peer/vocabulary/facts.ts'
import {
  boolean,
  type Codec,
  count,
  finite,
  hexDigest,
  list,
  misfit,
  newest,
  oneOf,
  optional,
  port,
  record,
  text,
} from '../../persistence/codec.ts'
import type { PieceSet } from '../../piece-set.ts'
import { type TrackerPlace, trackersMax } from '../announcing/tracker-list.ts'
import type { Hearsay } from '../connections/address-book.ts'
import { Blacklist } from '../trust/blacklist.ts'
import { type KnownAddress, rememberedMax } from '../trust/remembered-peers.ts'
import { type FilePriority, filePriorities } from '../vocabulary/file-priority.ts'
import { webSeedsMax } from '../web-seeds/web-seed-list.ts'
import type { Core } from './core.ts'
import type { RestoredInput } from './input.ts'

/** What stays of a file. Of its length in bytes. */
interface RememberedFile {
  readonly length: number
  readonly pad: true | undefined
  readonly level: number
}

/** What its owner has said of a file. */
interface RememberedWish {
  readonly file: number
  readonly priority: FilePriority
}

/** What stays of a torrent when it is persisted. */
export interface Memory {
  readonly infoHash: string
  readonly layout: Layout
  readonly isPrivate: boolean
  readonly readOnly: boolean
  /** Pieces that it had, as far as it was looked at. */
  readonly have: PieceSet
  /** Its files, in their order, where there are several, with the priority of each as its place in `filePriorities`. */
  readonly files: readonly RememberedFile[] | undefined
  /** What its owner has said of files, where what was saved counts for the others, and is not known yet. */
  readonly wishes: readonly RememberedWish[] | undefined
  readonly peerId: string
  readonly greeting: ExtendedHandshake
  readonly transports: readonly [TransportKind, ...TransportKind[]]
  readonly listen: Address | undefined
  readonly encryption: EncryptionPolicy
  readonly maxPeers: number
  readonly maxIncomingPerHost: number | undefined
  /** Addresses that were given, and those that peers told of. */
  readonly given: readonly ReachedAddress[]
  readonly hearsay: readonly Hearsay[]
  /** Its trackers, in the order in which they are asked. */
  readonly trackers: readonly TrackerPlace[]
  /** Its web seeds, in that order, too. */
  readonly webSeeds: readonly string[] | undefined
  /** It is searched for in the DHT. */
  readonly asksDht: boolean
  readonly slots: number
  readonly superSeeds: boolean
  readonly keepsResume: boolean
  /** The names of the extensions that run. */
  readonly runs: readonly string[]
  /** Payload bytes of all runs. */
  readonly downloaded: number
  readonly uploaded: number
  readonly blacklist: Blacklist
  /** What is known of peers by their addresses; of those that are connected as it stood. */
  readonly known: readonly KnownAddress[]
  /** The number of the next connection: what is known of peers bears the numbers of those before. */
  readonly nextPeer: number
}

/** What stays of a torrent. */
export function remember(core: Readonly<Core>): Memory {
  const { addresses, memory, swarm } = core
  const changes = [...swarm.peers.values()].map((peer) => ({
    address: peer.link.address,
    change: (viewOf(peer)?.context.reputation ?? peer.startReputation) - peer.startReputation,
  }))
  return {
    infoHash: core.infoHash,
    layout: core.layout,
    isPrivate: core.isPrivate,
    readOnly: core.readOnly,
    have: core.have,
    files: filesOf(core),
    wishes: core.wishes && Array.from(core.wishes, ([file, priority]) => ({ file, priority })),
    peerId: core.peerId,
    greeting: core.greeting,
    transports: core.transports,
    listen: core.listen,
    encryption: core.encryption,
    maxPeers: core.maxPeers,
    maxIncomingPerHost: core.maxIncomingPerHost,
    ...addresses.known,
    trackers: core.trackers.map(({ url, list, tier }) => ({ url, list, tier })),
    webSeeds: core.webSeeds.length > 0 ? core.webSeeds.map(({ url }) => url) : undefined,
    asksDht: core.asksDht,
    slots: core.slots,
    superSeeds: core.superSeeds,
    keepsResume: core.keepsResume,
    runs: core.extensions.map(({ name }) => name),
    downloaded: core.earlier.downloaded + core.downloaded,
    uploaded: core.earlier.uploaded + core.uploaded,
    blacklist: core.blacklist,
    known: memory.known(changes),
    nextPeer: swarm.nextPeer,
  }
}

function filesOf({ layout, selection, wishes }: Readonly<Core>): readonly RememberedFile[] | undefined {
  const { files } = layout
  if (layout === unknownLayout || (files.length === 1 && wishes?.size === 0)) return undefined
  return files.map(({ length, pad }, file) => ({ length, pad, level: selection.files[file] ?? 0 }))
}

/** The layout with the files that it was written without. */
function layoutOf({ files, layout }: Memory): Layout {
  if (files === undefined) return layout
  let offset = 0
  const spans = files.map(({ length, pad }) => {
    const span = { offset, length, ...(pad && { pad }) }
    offset += length
    return span
  })
  const { length, pieceLength } = layout
  return new Layout({ pieceLength, length, files: spans })
}

/** What a torrent that remembers this is made from. `at`: now, in milliseconds. */
export function inputOf(memory: Memory, at: number): RestoredInput {
  const { files, listen, maxIncomingPerHost, wishes } = memory
  const levels = files && Uint8Array.from(files, ({ level }) => level)
  return {
    infoHash: memory.infoHash,
    ...(memory.layout !== unknownLayout && { layout: layoutOf(memory), had: memory.have }),
    ...(wishes
      ? { byDefault: levels, wishes: new Map(wishes.map(({ file, priority }) => [file, priority])) }
      : { priorities: levels }),
    isPrivate: memory.isPrivate,
    readOnly: memory.readOnly,
    peerId: memory.peerId,
    greeting: memory.greeting,
    transports: memory.transports,
    ...(listen && { listen }),
    encryption: memory.encryption,
    maxPeers: memory.maxPeers,
    ...(maxIncomingPerHost !== undefined && { maxIncomingPerHost }),
    peers: memory.given,
    hearsay: memory.hearsay,
    trackers: memory.trackers,
    webSeeds: memory.webSeeds,
    asksDht: memory.asksDht,
    slots: memory.slots,
    superSeed: memory.superSeeds,
    keepsResume: memory.keepsResume,
    runs: memory.runs,
    earlier: { downloaded: memory.downloaded, uploaded: memory.uploaded },
    blacklist: memory.blacklist,
    known: memory.known,
    firstPeer: memory.nextPeer,
    at,
  }
}

const blacklist: Codec<Blacklist> = {
  write: (value) => JSON.parse(JSON.stringify(value)),
  read: (json, at) => {
    try {
      return Blacklist.from(json)
    } catch (error) {
      misfit(at, `is no blacklist (${error instanceof Error ? error.message : error})`)
    }
  },
}

const isTrue: Codec<true> = {
  write: () => true,
  read: (json, at) => json === true || misfit(at, 'is not true'),
}

const reachedAddress = {
  host: text,
  port,
  transport: optional(transportKind),
  plaintext: optional(boolean),
}

/** How that is written. */
export const memoryCodec = record<Memory>({
  infoHash: hexDigest,
  layout,
  isPrivate: boolean,
  readOnly: boolean,
  have: pieceSet,
  files: optional(list(record<RememberedFile>({ length: count, pad: optional(isTrue), level: count }))),
  wishes: optional(list(record<RememberedWish>({ file: count, priority: oneOf(...filePriorities) }))),
  peerId: hexDigest,
  greeting: extendedHandshake,
  transports: {
    write: (kinds) => kinds,
    read: (json, at) => {
      const [first = misfit(at, 'names no transport'), ...others] = list(transportKind).read(json, at)
      return [first, ...others]
    },
  },
  listen: optional(address),
  encryption: oneOf('none', 'preferred', 'required'),
  maxPeers: count,
  maxIncomingPerHost: optional(count),
  given: list(record<ReachedAddress>(reachedAddress)),
  hearsay: list(record<Hearsay>({ ...reachedAddress, priority: optional(finite), isTrackers: optional(boolean) })),
  trackers: newest(record<TrackerPlace>({ url: text, list: count, tier: count }), trackersMax),
  webSeeds: optional(newest(text, webSeedsMax)),
  asksDht: boolean,
  slots: count,
  superSeeds: boolean,
  keepsResume: boolean,
  runs: list(text),
  downloaded: count,
  uploaded: count,
  blacklist,
  known: newest(record<KnownAddress>({ key: text, reputation: finite, evidence }), 2 * rememberedMax),
  nextPeer: count,
})
