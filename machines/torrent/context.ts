import type { ActorRef, Snapshot } from 'xstate'
import type { Address, TransportKind } from '../../transport/transport.ts'
import type { ExtendedHandshake } from '../../transport/wire/extended/handshake.ts'
import { fieldByField } from '../field-by-field.ts'
import { type EncryptionPolicy, unknownLayout } from '../peer/context.ts'
import { PieceSet } from '../piece-set.ts'
import { Rate } from '../rate.ts'
import { AddressBook } from './address-book.ts'
import { Blacklist } from './blacklist.ts'
import { Blame } from './blame.ts'
import type { ChokeAlgorithm, ChokeRecord } from './choke-algorithm.ts'
import { chokeRound, defaultSlots } from './choke-round.ts'
import { type ConnectionClaim, ConnectionLimit } from './connection-limit.ts'
import type { StorageCommand, TorrentEvent } from './events.ts'
import type { Extension, RunningExtension } from './extension.ts'
import { FastAllowances } from './fast-allowance.ts'
import type { IdleCode } from './idleness.ts'
import type { Layout } from './layout.ts'
import { type Losses, noLosses } from './losses.ts'
import { MemoryOfPeers } from './memory-of-peers.ts'
import { OwnAddress } from './own-address.ts'
import { closing, dialing, Pace } from './pace.ts'
import { PieceBuffers } from './piece-buffers.ts'
import { PiecePicker } from './piece-picker.ts'
import type { Rechecks } from './rechecking.ts'
import { Reconnects } from './reconnects.ts'
import type { SuperSeeding } from './super-seeding.ts'
import { Swarm } from './swarm.ts'
import { Telling } from './telling.ts'

/** What a torrent is made from. */
export interface TorrentInput {
  /** 40 hex digits. */
  readonly infoHash: string
  /** How the torrent divides; absent as long as its metadata has to be fetched from peers (BEP 9). */
  readonly layout?: Layout
  /** Peers come from its trackers and its user alone (BEP 27). Default false; of a magnet link its metadata says so. */
  readonly isPrivate?: boolean
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
  /** Connections that one host may have made to us. Default 2 (swarm.ts), on loopback any number. */
  readonly maxIncomingPerHost?: number
  /** The connections it may hold together with other torrents. Default: as many as `maxPeers`, shared with nobody. */
  readonly connections?: ConnectionLimit
  /** Who is banned; may be shared with other torrents. Default: nobody. */
  readonly blacklist?: Blacklist
  /** Peers unchoked at once. Default 4 (BEP 3). */
  readonly slots?: number
  /** Who is unchoked. Default `chokeRound`. */
  readonly choker?: ChokeAlgorithm
  /** Once everything is there it pretends to have nothing, and tells of its pieces one by one (BEP 16). Default false. */
  readonly superSeed?: boolean
  /** Whether the storage keeps resume data. Default false. */
  readonly keepsResume?: boolean
  /** Nothing can be written: it downloads nothing, and serves what is there. Default false; of a magnet link `metadata.ready` says so. */
  readonly readOnly?: boolean
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
  readonly ownAddress: OwnAddress
  readonly blacklist: Blacklist
  /** Who came again and again for nothing. */
  readonly reconnects: Reconnects
  /** The places it holds among the connections of all torrents. */
  readonly claim: ConnectionClaim
  /** How many it dials, and ends, at once. */
  readonly dialing: Pace
  readonly closing: Pace
  /** What all peers are to hear. */
  readonly telling: Telling
  readonly blame: Blame
  readonly buffers: PieceBuffers
  readonly picker: PiecePicker
  /** Pieces handed to the storage and not answered yet, and their bytes. */
  readonly verifying: Set<number>
  /** Peers with room that found nothing to ask for; fed when blocks come free. */
  readonly hungry: Set<number>
  readonly memory: MemoryOfPeers
  readonly fastAllowances: FastAllowances
  /** The id of every extension there is or was, by name. */
  readonly extensionIds: Map<string, number>
  verifyingBytes: number
  /** Choke rounds so far. */
  round: number
  /** Whom it tells of which pieces, while it pretends to have nothing (BEP 16). */
  superSeeding: SuperSeeding | undefined
  /** The same when that is over, as long as there is something left to tell. */
  revealing: SuperSeeding | undefined
  /** The choke algorithm has thrown: it is not asked again before the next round. */
  chokerRests: boolean
  /** What was last decided of who is unchoked. */
  chokeRound: ChokeRecord | undefined
  /** Pieces that blocks were last read of for somebody, the newest first. */
  served: readonly number[]
  /** Payload bytes of this run. */
  downloaded: number
  uploaded: number
  /** Payload bytes of the runs before. */
  earlier: { readonly downloaded: number; readonly uploaded: number }
  /** What had been achieved at the last save, as one number; and the bytes of blocks it kept. */
  savedMark: number
  savedBlockBytes: number
  /** The time, as the last event that told it. */
  now: number
  /** When the chart last entered a state in which no payload moves: stopped, checking, paused, stopping, failed. */
  enteredAt: number
  /** What has kept the torrent, while it is active, from moving payload, and since when. */
  readonly idle: Map<IdleCode, number>
}

/** What outlives one event of a torrent. */
export interface TorrentContext {
  readonly infoHash: string
  readonly layout: Layout
  readonly isPrivate: boolean
  readonly peerId: string
  readonly greeting: ExtendedHandshake
  readonly extensions: readonly RunningExtension[]
  readonly transport: TransportKind
  readonly listen: Address | undefined
  /** Where it was last heard to listen, or a session for it. */
  readonly address: Address | undefined
  readonly encryption: EncryptionPolicy
  readonly maxPeers: number
  readonly maxIncomingPerHost: number | undefined
  readonly slots: number
  readonly choker: ChokeAlgorithm
  readonly random: () => number
  readonly sha1: (bytes: Uint8Array) => Uint8Array
  readonly storage: ActorRef<Snapshot<unknown>, StorageCommand>
  /** The torrent itself, as its peers know it. */
  readonly self: ActorRef<Snapshot<unknown>, TorrentEvent>
  /** Pieces hashed and written. */
  readonly have: PieceSet
  readonly losses: Losses
  readonly rechecks: Rechecks
  /** Whether the disk was ever looked at. Before, peers do not learn how the torrent divides: what they would be asked for may be there. */
  readonly isChecked: boolean
  /** It is to pretend to have nothing once it has everything (BEP 16). */
  readonly superSeeds: boolean
  readonly keepsResume: boolean
  /** Nothing can be written. */
  readonly readOnly: boolean
  /** Saves of resume data that were asked for. */
  readonly saves: number
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
  const { layout = unknownLayout, maxPeers = defaultMaxPeers, random } = input
  const have = PieceSet.none(layout.pieceCount)
  const addresses = new AddressBook()
  for (const address of input.peers ?? []) addresses.add(address)
  return fieldByField<TorrentContext>({
    infoHash: input.infoHash,
    layout,
    isPrivate: input.isPrivate ?? false,
    peerId: input.peerId,
    greeting: withExtensions(input.greeting, extensions),
    extensions,
    transport: input.transport,
    listen: input.listen,
    address: undefined,
    encryption: input.encryption ?? 'preferred',
    maxPeers,
    maxIncomingPerHost: input.maxIncomingPerHost,
    slots: input.slots ?? defaultSlots,
    choker: input.choker ?? chokeRound,
    random,
    sha1: input.sha1,
    storage,
    self,
    have,
    losses: noLosses(have.size),
    rechecks: { asked: 0, over: 0 },
    isChecked: false,
    superSeeds: input.superSeed ?? false,
    keepsResume: input.keepsResume ?? false,
    readOnly: input.readOnly ?? false,
    saves: 0,
    rateDown: Rate.start(input.at),
    rateUp: Rate.start(input.at),
    error: undefined,
    work: {
      swarm: new Swarm(),
      addresses,
      ownAddress: new OwnAddress(),
      claim: (input.connections ?? new ConnectionLimit(Math.max(1, maxPeers))).join(),
      dialing: new Pace(dialing.batch),
      closing: new Pace(closing.batch),
      telling: new Telling(),
      blacklist: input.blacklist ?? new Blacklist(),
      reconnects: new Reconnects(),
      blame: new Blame(),
      buffers: new PieceBuffers(layout),
      picker: new PiecePicker({ layout, have, random }),
      verifying: new Set(),
      hungry: new Set(),
      memory: new MemoryOfPeers(),
      fastAllowances: new FastAllowances(),
      extensionIds: new Map(extensions.map(({ name, id }) => [name, id])),
      verifyingBytes: 0,
      round: 0,
      superSeeding: undefined,
      revealing: undefined,
      chokerRests: false,
      chokeRound: undefined,
      served: [],
      downloaded: 0,
      uploaded: 0,
      earlier: { downloaded: 0, uploaded: 0 },
      savedMark: -1,
      savedBlockBytes: 0,
      now: input.at,
      enteredAt: input.at,
      idle: new Map(),
    },
  })
}
