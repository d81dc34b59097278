import type { ActorRef, Snapshot } from 'xstate'
import type { Address, TransportKind } from '../../transport/transport.ts'
import type { ExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { type EncryptionPolicy, unknownLayout } from '../peer/context.ts'
import { PieceSet } from '../piece-set.ts'
import { Rate } from '../rate.ts'
import { AddressBook } from './address-book.ts'
import { Blacklist } from './blacklist.ts'
import { Blame } from './blame.ts'
import { defaultSlots } from './choke-round.ts'
import type { StorageCommand, TorrentEvent } from './events.ts'
import type { Extension, RunningExtension } from './extension.ts'
import type { Layout } from './layout.ts'
import { MemoryOfPeers } from './memory-of-peers.ts'
import { PieceBuffers } from './piece-buffers.ts'
import { PiecePicker } from './piece-picker.ts'
import { Swarm } from './swarm.ts'

/** What a torrent is made from. */
export interface TorrentInput {
  /** 40 hex digits. */
  readonly infoHash: string
  /** How the torrent divides; absent as long as its metadata has to be fetched from peers (BEP 9). */
  readonly layout?: Layout
  /** Our peer id, 40 hex digits. */
  readonly peerId: string
  /** What our extended handshakes say (BEP 10); the ids of extensions are added. */
  readonly greeting: ExtendedHandshake
  /** Extensions it starts with (BEP 10). */
  readonly extensions?: readonly Extension[]
  readonly transport: TransportKind
  /** Where to accept peers; none without. */
  readonly listen?: Address
  /** Peers to dial from the start. */
  readonly peers?: readonly Address[]
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /** Connections held at once. Default 55, as webtorrent. */
  readonly maxPeers?: number
  /** Peers unchoked at once. Default 4 (BEP 3). */
  readonly slots?: number
  /** At least 0, below 1. */
  readonly random: () => number
  /** The digest of its argument, 20 bytes: what a peer may ask for while choked follows from it (BEP 6). */
  readonly sha1: (bytes: Uint8Array) => Uint8Array
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
}

/** Connections held at once if the caller does not say (webtorrent). */
export const defaultMaxPeers = 55

/**
 * What changes with every block and is too large to copy for it. Actions write here; guards never read it, and it is no part of
 * what a snapshot promises.
 */
export interface Work {
  readonly swarm: Swarm
  readonly addresses: AddressBook
  readonly blacklist: Blacklist
  readonly blame: Blame
  readonly buffers: PieceBuffers
  readonly picker: PiecePicker
  /** Pieces handed to the storage and not answered yet, and their bytes. */
  readonly verifying: Set<number>
  /** Peers with room that found nothing to ask for; fed when blocks come free. */
  readonly hungry: Set<number>
  readonly memory: MemoryOfPeers
  /** The id of every extension there is or was, by name. */
  readonly extensionIds: Map<string, number>
  verifyingBytes: number
  /** Choke rounds so far. */
  round: number
  /** Pieces that blocks were last read of for somebody, the newest first. */
  served: readonly number[]
  /** Payload bytes of this run. */
  downloaded: number
  uploaded: number
  /** The time, as the last event that told it. */
  now: number
}

/** What outlives one event of a torrent. */
export interface TorrentContext {
  readonly infoHash: string
  readonly layout: Layout
  readonly peerId: string
  readonly greeting: ExtendedHandshake
  readonly extensions: readonly RunningExtension[]
  readonly transport: TransportKind
  readonly listen: Address | undefined
  readonly encryption: EncryptionPolicy
  readonly maxPeers: number
  readonly slots: number
  readonly random: () => number
  readonly sha1: (bytes: Uint8Array) => Uint8Array
  readonly storage: ActorRef<Snapshot<unknown>, StorageCommand>
  /** The torrent itself, as its peers know it. */
  readonly self: ActorRef<Snapshot<unknown>, TorrentEvent>
  /** Pieces hashed and written. */
  readonly have: PieceSet
  /** Whether the disk was ever looked at. Before, peers do not learn how the torrent divides: what they would be asked for may be there. */
  readonly isChecked: boolean
  readonly rateDown: Rate
  readonly rateUp: Rate
  readonly error: Error | undefined
  readonly work: Work
}

/** What an extended handshake says, with the ids of the extensions we listen to; those we did and do not any more have 0 (BEP 10). */
export function withExtensions(
  greeting: ExtendedHandshake,
  extensions: readonly Pick<RunningExtension, 'name' | 'id'>[],
): ExtendedHandshake {
  const gone = Object.keys(greeting.m ?? {}).map((name) => [name, 0] as const)
  return { ...greeting, m: Object.fromEntries([...gone, ...extensions.map(({ name, id }) => [name, id] as const)]) }
}

/** The context of a torrent that was not started yet. */
export function initialContext(
  input: TorrentInput,
  self: ActorRef<Snapshot<unknown>, TorrentEvent>,
  storage: ActorRef<Snapshot<unknown>, StorageCommand>,
  extensions: readonly RunningExtension[],
): TorrentContext {
  const { layout = unknownLayout, random } = input
  const have = PieceSet.none(layout.pieceCount)
  const addresses = new AddressBook()
  for (const address of input.peers ?? []) addresses.add(address)
  return {
    infoHash: input.infoHash,
    layout,
    peerId: input.peerId,
    greeting: withExtensions(input.greeting, extensions),
    extensions,
    transport: input.transport,
    listen: input.listen,
    encryption: input.encryption ?? 'preferred',
    maxPeers: input.maxPeers ?? defaultMaxPeers,
    slots: input.slots ?? defaultSlots,
    random,
    sha1: input.sha1,
    storage,
    self,
    have,
    isChecked: false,
    rateDown: Rate.start(input.at),
    rateUp: Rate.start(input.at),
    error: undefined,
    work: {
      swarm: new Swarm(),
      addresses,
      blacklist: new Blacklist(),
      blame: new Blame(),
      buffers: new PieceBuffers(layout),
      picker: new PiecePicker({ layout, have, random }),
      verifying: new Set(),
      hungry: new Set(),
      memory: new MemoryOfPeers(),
      extensionIds: new Map(extensions.map(({ name, id }) => [name, id])),
      verifyingBytes: 0,
      round: 0,
      served: [],
      downloaded: 0,
      uploaded: 0,
      now: input.at,
    },
  }
}
