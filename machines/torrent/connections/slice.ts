import type { ReachedAddress } from '../../../transport/reached-address.ts'
import type { Address, TransportKind } from '../../../transport/transport.ts'
import type { ExtendedHandshake } from '../../../transport/wire/extended/handshake.ts'
import type { RunningExtension } from '../../extensions/extension.ts'
import type { EncryptionPolicy } from '../../peer/vocabulary/facts.ts'
import type { ChokingSlice } from '../choking/slice.ts'
import type { ContentSlice } from '../content/slice.ts'
import type { PeersSlice } from '../peers/slice.ts'
import type { TrustSlice } from '../trust/slice.ts'
import type { Basis } from '../vocabulary/basis.ts'
import { AddressBook, type Hearsay } from './address-book.ts'
import { closing, dialing, Pace } from './batching.ts'
import { Telling } from './broadcast-news.ts'
import { type ConnectionClaim, ConnectionLimit } from './connection-limit.ts'
import { DialShare } from './dial-share.ts'
import { Introductions } from './introductions.ts'
import { type Family, OwnAddress } from './own-address.ts'
import { Reconnects } from './reconnects.ts'
import { Tries } from './tries.ts'

/** Connections held at once if the caller does not say (webtorrent). */
export const defaultMaxPeers = 55

/** What a torrent is made from, of its connections. */
export interface ConnectionsInput {
  /** Our peer id, 40 hex digits. */
  readonly peerId: string
  /** What our extended handshakes say (BEP 10); the ids of extensions are added. */
  readonly greeting: ExtendedHandshake
  /** By which transports it dials, in the order in which they are tried: at least one. */
  readonly transports: readonly [TransportKind, ...TransportKind[]]
  /** Where to accept peers; none without. */
  readonly listen?: Address
  /** A session listens for it, or is to: it is told where (`listener.listening`), or that nothing comes of it. Default false. */
  readonly awaitsListener?: boolean
  /** Peers to dial from the start. */
  readonly peers?: readonly ReachedAddress[]
  /** Addresses that peers told of. */
  readonly hearsay?: readonly Hearsay[]
  /** It is searched for in the DHT (BEP 5), and tells its peers of our node there, unless it is private. Default false. */
  readonly asksDht?: boolean
  /** Default `preferred`. */
  readonly encryption?: EncryptionPolicy
  /** Connections held at once. Default 55, as webtorrent. */
  readonly maxPeers?: number
  /** Connections that one host may have made to us. Default 2 (peer-table.ts), on loopback any number. */
  readonly maxIncomingPerHost?: number
  /** The connections it may hold together with other torrents. Default: as many as `maxPeers`, shared with no other torrent. */
  readonly connections?: ConnectionLimit
}

/** Which addresses are dialled, which connections held, and what all of them are told. */
export interface ConnectionsSlice {
  readonly peerId: string
  readonly transports: readonly [TransportKind, ...TransportKind[]]
  readonly listen: Address | undefined
  readonly encryption: EncryptionPolicy
  readonly asksDht: boolean
  readonly maxPeers: number
  readonly maxIncomingPerHost: number | undefined
  readonly addresses: AddressBook
  readonly introductions: Introductions
  readonly ownAddress: OwnAddress
  /** The places it holds among the connections of all torrents. */
  readonly claim: ConnectionClaim
  /** Hosts that came again and again for nothing. */
  readonly reconnects: Reconnects
  /** How many it dials, and ends, at once. */
  readonly dialing: Pace
  readonly dialShare: DialShare
  /** When one more is dialled than there are places. */
  readonly tries: Tries
  readonly closing: Pace
  /** What all peers are to be told. */
  readonly telling: Telling
  /** Our extended handshake (BEP 10). */
  greeting: ExtendedHandshake
  /** We, or a session for us, are to listen, and have yet to hear on which port: a tracker that was told another would send peers to nobody. */
  awaitsPort: boolean
  /** The families of addresses on which we, or a session for us, accept connections. */
  listensOn: readonly Family[]
}

/** The core as connections see it: their own slice, and what they read of others. */
export interface ConnectionsCore
  extends ConnectionsSlice,
    Readonly<Basis>,
    Readonly<PeersSlice>,
    Readonly<Omit<ContentSlice, 'rechecks' | 'awaitsCheck'>>,
    Readonly<Pick<TrustSlice, 'blacklist' | 'memory'>>,
    Readonly<Pick<ChokingSlice, 'superSeeding' | 'superSeeds'>> {
  readonly extensions: readonly Pick<RunningExtension, 'name' | 'id'>[]
}

/** No connection is held. `greeting`: with the ids of extensions. */
export function createConnections(input: ConnectionsInput, greeting: ExtendedHandshake): ConnectionsSlice {
  const { maxPeers = defaultMaxPeers } = input
  const addresses = new AddressBook()
  for (const address of input.peers ?? []) addresses.add(address)
  for (const address of input.hearsay ?? [])
    if (address.isTrackers) addresses.addTold(address, address.priority)
    else addresses.addHearsay(address, address.priority)
  return {
    peerId: input.peerId,
    transports: input.transports,
    listen: input.listen,
    encryption: input.encryption ?? 'preferred',
    asksDht: input.asksDht ?? false,
    maxPeers,
    maxIncomingPerHost: input.maxIncomingPerHost,
    addresses,
    introductions: new Introductions(),
    ownAddress: new OwnAddress(),
    claim: (input.connections ?? new ConnectionLimit(Math.max(1, maxPeers))).join(),
    reconnects: new Reconnects(),
    dialing: new Pace(dialing.batch),
    dialShare: new DialShare(),
    tries: new Tries(),
    closing: new Pace(closing.batch),
    telling: new Telling(),
    greeting,
    awaitsPort: (input.listen !== undefined || input.awaitsListener === true) && !greeting.p,
    listensOn: [],
  }
}
