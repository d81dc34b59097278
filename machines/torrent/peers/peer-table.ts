import { hostKey, isLoopback, remoteKey } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { webSeedKind } from '../../../transport/web-seed/web-seed-address.ts'
import { isEnding, peerIdOf } from '../../peer/peer-view.ts'
import type { LocalChoice } from '../../peer/vocabulary/close-reason.ts'
import { none } from '../../peer/vocabulary/context.ts'
import type { PeerRef } from '../../peer/vocabulary/events.ts'
import type { Link } from '../../peer/vocabulary/link.ts'
import type { ChokeSlot } from '../choking/algorithm/choke-algorithm.ts'
import type { PeerHome } from '../vocabulary/events.ts'
import { type Place, Places } from './group-slots.ts'
import { Refusals } from './rejected-blocks.ts'

/**
 * Incoming connections one host (`hostKey`) may hold, loopback aside. libtorrent allows one; the second is for a remote that comes back
 * before its lost connection has timed out here, or for two peers behind one router.
 */
export const incomingPerHostMax = 2

/** As many as a host may hold if the caller does not say: on loopback each connection may be another peer. */
const defaultPerHost = ({ host }: Address): number => (isLoopback(host) ? Number.POSITIVE_INFINITY : incomingPerHostMax)

/**
 * What a torrent keeps of one of its peers; what the peer's own chart knows is read there. Each part is written by the rooms that stand
 * above it.
 */
export interface PeerRecord {
  // peers, connections, core
  /** Its number in the torrent, never used again. */
  readonly peer: number
  /** Where its actor lives: among those of the torrent, or with its maker; undefined if the maker need not be told of it. */
  readonly home: Place | PeerHome | undefined
  readonly link: Link
  /** Addresses that lead to it too, as a second connection has shown: they are not dialled while this one lives. */
  alsoAt: readonly Address[]
  /** Known as soon as the actor runs. */
  ref: PeerRef | undefined
  /** Its handshake is done, and it holds a place among `maxPeers` (admission.ts) until it is forgotten. */
  holdsPlace: boolean
  /** When it took that, in milliseconds. */
  placedAt: number
  /** It is to end as soon as it is its turn. */
  leavesAs: LocalChoice | undefined
  /** It knows how the torrent divides (broadcast.ts). */
  isTaught: boolean
  /** How many of the verified pieces, and of the changes of our extended handshake, it has been told (broadcast.ts). */
  toldPieces: number
  toldGreetings: number
  /** It was welcomed as it opened, and is known to picker and extensions until it is let go (coming-and-going.ts). */
  isMember: boolean

  // trust
  /** The reputation it came with, less what it lost for what its host had paid already. */
  startReputation: number

  // download
  /** How many pieces it has that we lack. */
  wanted: number
  /** Pieces it would rather be asked for than others (BEP 6), the newest first. */
  suggestions: readonly number[]
  readonly refusals: Refusals

  // choking
  /** What we unchoke it for; `none`: we choke it. */
  uploadSlot: ChokeSlot
  /** Since when it holds that slot or waits for one, in milliseconds. */
  uploadSlotSince: number
  /** When it was last found to take nothing of what it might have (appetite.ts), in milliseconds. */
  refrainedAt: number | undefined
  /** Payload it had been sent when it got its slot. */
  uploadedBefore: number
  wasUnchoked: boolean

  // searching
  /** When our node of the DHT was last told of the one that this peer names, in milliseconds. */
  namedNodeAt: number | undefined

  // upload
  /** It has been granted its allowed-fast set. */
  wasGranted: boolean
  /** Pieces it asked for that we never announced, and has paid for. */
  unannounced: Set<number> | undefined
}

/** A peer that left. */
export interface Departed {
  readonly address: Address
  /** 40 hex digits; empty when it left before it had said it. */
  readonly peerId: string
  /** Connections of this number and above came after it had left. */
  readonly nextPeer: number
}

/** The peers of a torrent by number, and the places their actors live in. */
export class Swarm {
  readonly peers = new Map<number, PeerRecord>()
  readonly #places = new Places()
  /** Connections whose handshake is not done, by direction, the oldest first. */
  readonly #halfOpen = { in: new Set<PeerRecord>(), out: new Set<PeerRecord>() } as const
  /** Connections that hold a place, by direction. */
  readonly #placed = { in: 0, out: 0 }
  #nextPeer: number

  /** @param firstPeer The number of its first peer. Default 0. */
  constructor(firstPeer = 0) {
    this.#nextPeer = firstPeer
  }

  /** Makes room for a peer whose actor is to be spawned at `place`. `opensGroup`: its group is new and has to be spawned first. */
  add(
    link: Link,
    startReputation: number,
  ): { readonly record: PeerRecord; readonly place: Place; readonly opensGroup: boolean } {
    const { place, opensGroup } = this.#places.take()
    return { record: this.adopt(link, startReputation, place), place, opensGroup }
  }

  /** Makes room for a peer whose actor is there. */
  adopt(link: Link, startReputation: number, home: PeerRecord['home']): PeerRecord {
    const record: PeerRecord = {
      peer: this.#nextPeer++,
      home,
      link,
      startReputation,
      alsoAt: none,
      ref: undefined,
      holdsPlace: false,
      placedAt: 0,
      leavesAs: undefined,
      isTaught: false,
      toldPieces: 0,
      toldGreetings: 0,
      isMember: false,
      wanted: 0,
      uploadSlot: 'none',
      uploadSlotSince: 0,
      refrainedAt: undefined,
      uploadedBefore: 0,
      wasUnchoked: false,
      suggestions: none,
      namedNodeAt: undefined,
      wasGranted: false,
      refusals: new Refusals(),
      unannounced: undefined,
    }
    this.peers.set(record.peer, record)
    if (!isWebSeed(record)) this.#halfOpen[link.direction].add(record)
    return record
  }

  /** Its handshake is done: it holds a place from now on. */
  place(record: PeerRecord): void {
    const { direction } = record.link
    if (!this.#halfOpen[direction].delete(record)) return
    record.holdsPlace = true
    this.#placed[direction]++
  }

  /** Connections that hold a place: of one direction, or all. */
  placed(direction?: 'in' | 'out'): number {
    return direction ? this.#placed[direction] : this.#placed.in + this.#placed.out
  }

  /** Whether its handshake is not done, and it was not turned out. */
  isHalfOpen(record: PeerRecord): boolean {
    return this.#halfOpen[record.link.direction].has(record)
  }

  /** Connections whose handshake is not done. */
  halfOpen(direction: 'in' | 'out'): number {
    return this.#halfOpen[direction].size
  }

  /** The same, the oldest first. */
  halfOpenPeers(direction: 'in' | 'out'): readonly PeerRecord[] {
    return [...this.#halfOpen[direction]]
  }

  /** The oldest of those that came in, which counts as half-open no more. */
  takeOldestHalfOpen(): PeerRecord | undefined {
    const [oldest] = this.#halfOpen.in
    if (oldest) this.#halfOpen.in.delete(oldest)
    return oldest
  }

  /** Forgets a peer; its place is free. */
  remove(record: PeerRecord): void {
    this.peers.delete(record.peer)
    this.#halfOpen[record.link.direction].delete(record)
    if (record.holdsPlace) this.#placed[record.link.direction]--
    if (record.home && 'slot' in record.home) this.#places.free(record.home)
  }

  /** What is kept of the peer with this actor; undefined for one that is not here, or not yet. */
  of(ref: PeerRef): PeerRecord | undefined {
    for (const record of this.peers.values()) if (record.ref === ref) return record
    return undefined
  }

  /** Connections to peers that are open. */
  get openCount(): number {
    return this.#count(false)
  }

  /** The same to web seeds. */
  get openWebSeeds(): number {
    return this.#count(true)
  }

  #count(webSeeds: boolean): number {
    let count = 0
    for (const record of this.peers.values()) if (record.isMember && isWebSeed(record) === webSeeds) count++
    return count
  }

  /**
   * Whether one more connection may come in from an address: its host holds fewer than `perHost`, whether their handshakes are done or not.
   * Default: two, on loopback any number.
   */
  hasRoomFor(address: Address, perHost: number = defaultPerHost(address)): boolean {
    if (perHost === Number.POSITIVE_INFINITY) return true
    const key = hostKey(address.host)
    let held = 0
    for (const { link } of this.peers.values()) {
      if (link.direction === 'in' && hostKey(link.address.host) === key) held++
    }
    return held < perHost
  }

  /** Another connection to the same peer that holds a place and is not ending, if there is one. */
  twinOf(record: PeerRecord): PeerRecord | undefined {
    const peerId = peerIdOf(record)
    for (const other of this.peers.values()) {
      if (other === record || !other.holdsPlace || isEnding(other)) continue
      if (peerIdOf(other) === peerId) return other
    }
    return undefined
  }

  /**
   * The connection of a peer that left and came back: made since, with its peer id, from its host (`remoteKey`). Others of that host
   * may be any peer behind the same router, and are not meant.
   */
  successorOf({ address, peerId, nextPeer }: Departed): PeerRecord | undefined {
    const key = remoteKey(address)
    for (const record of this.peers.values()) {
      if (record.peer < nextPeer || isEnding(record) || peerIdOf(record) !== peerId) continue
      if (remoteKey(record.link.address) === key) return record
    }
    return undefined
  }

  /** The number that the next connection gets. */
  get nextPeer(): number {
    return this.#nextPeer
  }

  addressOf(peer: number): Address | undefined {
    return this.peers.get(peer)?.link.address
  }
}

/** It is a web seed (BEP 19): it holds no place among peers, and is none to others. */
export const isWebSeed = ({ link }: Pick<PeerRecord, 'link'>): boolean => link.kind === webSeedKind

/** What is kept of a peer; nothing for one that is forgotten. */
export const recordOf = ({ swarm }: { readonly swarm: Swarm }, peer: number): PeerRecord | undefined =>
  swarm.peers.get(peer)
