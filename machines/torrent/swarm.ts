import { hostKey, isLoopback } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { LocalChoice } from '../peer/close-reason.ts'
import type { Link, PeerRef } from '../peer/events.ts'
import { keyOf } from './blacklist.ts'
import type { ChokeSlot } from './choke-algorithm.ts'
import type { PeerHome } from './events.ts'
import type { Departed } from './memory-of-peers.ts'
import { type Place, Places } from './places.ts'
import { Refusals } from './refusals.ts'

/**
 * Incoming connections one host (`hostKey`) may hold, loopback aside. libtorrent allows one; the second is for a remote that comes back
 * before its lost connection has timed out here, or for two peers behind one router.
 */
export const incomingPerHostMax = 2

/** What a torrent keeps of one of its peers; what the peer's own chart knows is read there. */
export interface PeerRecord {
  /** Its number in the torrent, never used again. */
  readonly peer: number
  /** Where its actor lives: among those of the torrent, or with whoever made it; undefined if that one needs no word of it. */
  readonly home: Place | PeerHome | undefined
  readonly link: Link
  /** The reputation it came with, less what it lost for what its host had paid already. */
  startReputation: number
  /** Addresses that lead to it too, as a second connection has shown: they are not dialled while this one lives. */
  readonly alsoAt: Address[]
  /** Known as soon as the actor runs. */
  ref: PeerRef | undefined
  state: 'connecting' | 'open' | 'closing'
  /** It is to end as soon as it is its turn. */
  leavesAs: LocalChoice | undefined
  /** It knows how the torrent divides (telling.ts). */
  isTaught: boolean
  /** How many of the verified pieces, and of the changes of our extended handshake, it has been told (telling.ts). */
  toldPieces: number
  toldGreetings: number
  /** When it became `open`, in milliseconds. */
  openedAt: number
  peerId: string
  /** How many pieces it has that we lack. */
  wanted: number
  amInterested: boolean
  interested: boolean
  /** What we unchoke it for; `none`: we choke it. */
  uploadSlot: ChokeSlot
  /** Since when it holds that slot or waits for one, in milliseconds. */
  uploadSlotSince: number
  /** Payload it had been sent when it got its slot. */
  uploadedBefore: number
  wasUnchoked: boolean
  choking: boolean
  /** When it last unchoked us, in milliseconds. */
  unchokedUsAt: number
  /** How many more requests it could take, as it last said, less what it was sent since. */
  room: number
  /** Pieces it may be asked for while it chokes us (BEP 6); its chart holds the same, and bounds them. */
  readonly allowedFast: Set<number>
  /** Pieces it would rather be asked for than others (BEP 6), the newest first. */
  suggestions: readonly number[]
  /** It has been granted its allowed-fast set. */
  wasGranted: boolean
  readonly refusals: Refusals
  /** Pieces it asked for that we never announced, and has paid for. */
  unannounced: Set<number> | undefined
}

/** The peers of a torrent by number, and the places their actors live in. */
export class Swarm {
  readonly peers = new Map<number, PeerRecord>()
  readonly #places = new Places()
  #nextPeer = 0

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
      alsoAt: [],
      ref: undefined,
      state: 'connecting',
      leavesAs: undefined,
      isTaught: false,
      toldPieces: 0,
      toldGreetings: 0,
      openedAt: 0,
      peerId: '',
      wanted: 0,
      amInterested: false,
      interested: false,
      uploadSlot: 'none',
      uploadSlotSince: 0,
      uploadedBefore: 0,
      wasUnchoked: false,
      choking: true,
      unchokedUsAt: 0,
      room: 0,
      allowedFast: new Set(),
      suggestions: [],
      wasGranted: false,
      refusals: new Refusals(),
      unannounced: undefined,
    }
    this.peers.set(record.peer, record)
    return record
  }

  /** Forgets a peer; its place is free. */
  remove(record: PeerRecord): void {
    this.peers.delete(record.peer)
    if (record.home && 'slot' in record.home) this.#places.free(record.home)
  }

  /** What is kept of the peer with this actor; undefined for one that is not here, or not yet. */
  of(ref: PeerRef): PeerRecord | undefined {
    for (const record of this.peers.values()) if (record.ref === ref) return record
    return undefined
  }

  /** Open connections. */
  get openCount(): number {
    let count = 0
    for (const record of this.peers.values()) if (record.state === 'open') count++
    return count
  }

  /**
   * Whether a connection from an address may be accepted, `waiting` being the addresses not dialled yet: there is a place, it is
   * not one kept for dialling, and its host does not hold too many. As many places are kept as there is to dial, at most a third,
   * so that whoever dials us can not choose all our peers.
   */
  hasPlaceFor(
    address: Address,
    { maxPeers, waiting }: { readonly maxPeers: number; readonly waiting: number },
  ): boolean {
    const incoming = [...this.peers.values()].filter(({ link }) => link.direction === 'in')
    const outgoing = this.peers.size - incoming.length
    const kept = Math.min(outgoing + waiting, Math.floor(maxPeers / 3))
    if (this.peers.size >= maxPeers || incoming.length >= maxPeers - kept) return false
    if (isLoopback(address.host)) return true
    const key = hostKey(address.host)
    return incoming.filter(({ link }) => hostKey(link.address.host) === key).length < incomingPerHostMax
  }

  /** The other open connection to the same peer id, if there is one. */
  twinOf(record: PeerRecord): PeerRecord | undefined {
    for (const other of this.peers.values()) {
      if (other !== record && other.peerId === record.peerId && other.state !== 'closing') return other
    }
    return undefined
  }

  /**
   * The connection of a peer that left and came back: made since, with its peer id, from its host (`keyOf`). Others of that host
   * may be anybody behind the same router, and are not meant.
   */
  successorOf({ address, peerId, nextPeer }: Departed): PeerRecord | undefined {
    const key = keyOf(address)
    for (const record of this.peers.values()) {
      if (record.peer < nextPeer || record.state === 'closing' || record.peerId !== peerId) continue
      if (keyOf(record.link.address) === key) return record
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
