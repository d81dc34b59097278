import type { ActorRef, Snapshot } from 'xstate'
import type { Address, TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { RunningExtension } from '../../extensions/extension.ts'
import { mayRun } from '../../extensions/may-run.ts'
import type { Layout } from '../../layout.ts'
import { type EncryptionPolicy, unknownLayout } from '../../peer/context.ts'
import { PieceSet } from '../../piece-set.ts'
import { Rate } from '../../rate.ts'
import type { ChokeAlgorithm, ChokeRecord } from '../choking/algorithm/choke-algorithm.ts'
import { chokeRound, defaultSlots } from '../choking/algorithm/choke-round.ts'
import type { SuperSeeding } from '../choking/super-seeding.ts'
import { AddressBook } from '../connections/address-book.ts'
import { closing, dialing, Pace } from '../connections/batching.ts'
import { Telling } from '../connections/broadcast-news.ts'
import { type ConnectionClaim, ConnectionLimit } from '../connections/connection-limit.ts'
import { OwnAddress } from '../connections/own-address.ts'
import { Reconnects } from '../connections/reconnects.ts'
import { type Losses, noLosses } from '../content/losses.ts'
import type { Rechecks } from '../content/recheck-count.ts'
import { PieceBuffers } from '../download/piece-buffers.ts'
import { Swarm } from '../peers/peer-table.ts'
import { PiecePicker } from '../picking/piece-picker.ts'
import { Blacklist } from '../trust/blacklist.ts'
import { Blame } from '../trust/blame.ts'
import { MemoryOfPeers } from '../trust/remembered-peers.ts'
import { FastAllowances } from '../upload/fast-allowance.ts'
import type { ChartRef } from '../vocabulary/commands.ts'
import type { StorageRef } from '../vocabulary/events.ts'
import type { CoreEvent, PiecesNews } from '../vocabulary/news.ts'
import type { IdleCode } from './idle-codes.ts'
import type { TorrentInput } from './input.ts'

/** Connections held at once if the caller does not say (webtorrent). */
export const defaultMaxPeers = 55

/** What a core is made from. */
export interface CoreInput extends TorrentInput {
  /** The chart of the torrent: it is told what changes its state. */
  readonly chart: ChartRef
}

/**
 * What changes with every block and message, and is too large to copy for each: the data plane of a torrent. Its functions change it in
 * place and answer what is to be done (`Command`); nothing else writes here.
 */
export interface Core {
  /** The actor that holds it: peers, storage and extensions tell it their news. */
  readonly self: ActorRef<Snapshot<unknown>, CoreEvent>
  readonly chart: ChartRef
  storage: StorageRef | undefined
  /** The chart has it dial, accept, fetch and serve. */
  isRunning: boolean

  // the torrent
  readonly infoHash: string
  readonly peerId: string
  readonly transport: TransportKind
  readonly listen: Address | undefined
  readonly random: () => number
  readonly sha1: (bytes: Uint8Array) => Uint8Array
  layout: Layout
  isPrivate: boolean
  /** Nothing can be written. */
  readOnly: boolean
  greeting: ExtendedHandshake
  extensions: readonly RunningExtension[]
  /** The id of every extension there is or was, by name. */
  readonly extensionIds: Map<string, number>

  // pieces
  /** Pieces hashed and written. */
  have: PieceSet
  losses: Losses
  rechecks: Rechecks
  /** Whether the disk was ever looked at. Before, peers do not learn how the torrent divides: what they would be asked for may be there. */
  isChecked: boolean
  /** It is looked at, and the answer counts. */
  awaitsCheck: boolean
  buffers: PieceBuffers
  picker: PiecePicker
  /** Pieces handed to the storage and not answered yet, and their bytes. */
  verifying: Set<number>
  verifyingBytes: number
  /** How the pieces stand, and whether the disk is behind, as the chart was told last. */
  toldPieces: PiecesNews['type'] | undefined
  toldDiskBehind: boolean

  // connections
  readonly encryption: EncryptionPolicy
  readonly maxPeers: number
  readonly maxIncomingPerHost: number | undefined
  readonly swarm: Swarm
  readonly addresses: AddressBook
  readonly ownAddress: OwnAddress
  /** The places it holds among the connections of all torrents. */
  readonly claim: ConnectionClaim
  /** Hosts that came again and again for nothing. */
  readonly reconnects: Reconnects
  /** How many it dials, and ends, at once. */
  readonly dialing: Pace
  readonly closing: Pace
  /** What all peers are to be told. */
  readonly telling: Telling

  // trust
  readonly blacklist: Blacklist
  readonly blame: Blame
  readonly memory: MemoryOfPeers

  // download
  /** Peers with room that found nothing to ask for; fed when blocks come free. */
  readonly hungry: Set<number>

  // upload
  slots: number
  readonly choker: ChokeAlgorithm
  /** Choke rounds so far. */
  round: number
  /** The choke algorithm has thrown: it is not asked again before the next round. */
  chokerRests: boolean
  /** What the last choke round decided. */
  chokeRound: ChokeRecord | undefined
  /** Pieces that blocks were last read of for a peer, the newest first. */
  served: readonly number[]
  readonly fastAllowances: FastAllowances
  /** Which peers it tells of which pieces, while it pretends to have nothing (BEP 16). */
  superSeeding: SuperSeeding | undefined
  /** It is to pretend to have nothing once it has everything (BEP 16). */
  superSeeds: boolean
  /** The same when that is over, as long as there is something left to tell. */
  revealing: SuperSeeding | undefined

  // counters
  /** Payload bytes of this run. */
  downloaded: number
  uploaded: number
  /** Payload bytes of the runs before. */
  earlier: { readonly downloaded: number; readonly uploaded: number }
  rateDown: Rate
  rateUp: Rate

  // resume data
  readonly keepsResume: boolean
  /** Saves that were asked for. */
  saves: number
  /** What had been achieved at the last save, as one number; and the bytes of blocks it kept. */
  savedMark: number
  savedBlockBytes: number

  // time
  /** The time, as the last event that told it. */
  now: number
  /** When it last began to rest. */
  enteredAt: number
  /** What has kept it, while it runs, from moving payload, and since when. */
  readonly idle: Map<IdleCode, number>
}

/** What an extended handshake says, with the ids of the extensions we listen to; those we did and do not any more have 0 (BEP 10). */
export function withExtensions(
  greeting: ExtendedHandshake,
  extensions: readonly Pick<RunningExtension, 'name' | 'id'>[],
): ExtendedHandshake {
  const gone = Object.keys(greeting.m ?? {}).map((name) => [name, 0] as const)
  return { ...greeting, m: Object.fromEntries([...gone, ...extensions.map(({ name, id }) => [name, id] as const)]) }
}

/** The core of a torrent that was not started yet. */
export function createCore(input: CoreInput, self: Core['self']): Core {
  const { layout = unknownLayout, maxPeers = defaultMaxPeers, random } = input
  const have = PieceSet.none(layout.pieceCount)
  const { isPrivate = false } = input
  const extensions = (input.extensions ?? [])
    .filter(({ name }) => mayRun(name, { isPrivate }))
    .map((extension, i) => ({ name: extension.name, id: i + 1, extension, ref: undefined }))
  const addresses = new AddressBook()
  for (const address of input.peers ?? []) addresses.add(address)
  return {
    self,
    chart: input.chart,
    storage: undefined,
    isRunning: false,
    infoHash: input.infoHash,
    peerId: input.peerId,
    transport: input.transport,
    listen: input.listen,
    random,
    sha1: input.sha1,
    layout,
    isPrivate,
    readOnly: input.readOnly ?? false,
    greeting: withExtensions(input.greeting, extensions),
    extensions,
    extensionIds: new Map(extensions.map(({ name, id }) => [name, id])),
    have,
    losses: noLosses(have.size),
    rechecks: { asked: 0, over: 0 },
    isChecked: false,
    awaitsCheck: false,
    buffers: new PieceBuffers(layout),
    picker: new PiecePicker({ layout, have, random }),
    verifying: new Set(),
    verifyingBytes: 0,
    toldPieces: undefined,
    toldDiskBehind: false,
    encryption: input.encryption ?? 'preferred',
    maxPeers,
    maxIncomingPerHost: input.maxIncomingPerHost,
    swarm: new Swarm(),
    addresses,
    ownAddress: new OwnAddress(),
    claim: (input.connections ?? new ConnectionLimit(Math.max(1, maxPeers))).join(),
    reconnects: new Reconnects(),
    dialing: new Pace(dialing.batch),
    closing: new Pace(closing.batch),
    telling: new Telling(),
    blacklist: input.blacklist ?? new Blacklist(),
    blame: new Blame(),
    memory: new MemoryOfPeers(),
    hungry: new Set(),
    slots: input.slots ?? defaultSlots,
    choker: input.choker ?? chokeRound,
    round: 0,
    chokerRests: false,
    chokeRound: undefined,
    served: [],
    fastAllowances: new FastAllowances(),
    superSeeds: input.superSeed ?? false,
    superSeeding: undefined,
    revealing: undefined,
    downloaded: 0,
    uploaded: 0,
    earlier: { downloaded: 0, uploaded: 0 },
    rateDown: Rate.start(input.at),
    rateUp: Rate.start(input.at),
    keepsResume: input.keepsResume ?? false,
    saves: 0,
    savedMark: -1,
    savedBlockBytes: 0,
    now: input.at,
    enteredAt: input.at,
    idle: new Map(),
  }
}
