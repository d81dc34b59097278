import { isLoopback, isSameHost } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { Link, PeerRef } from '../peer/events.ts'
import { keyOf } from './blacklist.ts'
import { groupSize } from './peer-group.ts'
import { Refusals } from './refusals.ts'

/**
 * Incoming connections one host may hold, loopback aside. libtorrent allows one; the second is for a remote that comes back
 * before its lost connection has timed out here, or for two peers behind one router.
 */
export const incomingPerHostMax = 2

/** What a torrent keeps of one of its peers; what the peer's own chart knows is read there. */
export interface PeerRecord {
  /** Its number in the torrent, never used again. */
  readonly peer: number
  /** Where its actor lives: group and slot. */
  readonly group: number
  readonly slot: number
  readonly link: Link
  /** The reputation it came with. */
  readonly startReputation: number
  /** Addresses that lead to it too, as a second connection has shown: they are not dialled while this one lives. */
  readonly alsoAt: Address[]
  /** Known as soon as the actor runs. */
  ref: PeerRef | undefined
  state: 'connecting' | 'open' | 'closing'
  /** When it became `open`, in milliseconds. */
  openedAt: number
  peerId: string
  /** How many pieces it has that we lack. */
  wanted: number
  amInterested: boolean
  interested: boolean
  amChoking: boolean
  optimistic: boolean
  wasUnchoked: boolean
  choking: boolean
  /** How many more requests it could take, as it last said, less what it was sent since. */
  room: number
  /** Pieces it may be asked for while it chokes us (BEP 6); its chart holds the same, and bounds them. */
  readonly allowedFast: Set<number>
  /** Pieces it would rather be asked for than others (BEP 6), the newest first. */
  suggestions: readonly number[]
  /** It has been granted its allowed-fast set. */
  wasGranted: boolean
  readonly refusals: Refusals
}

/** The peers of a torrent by number, and the places their actors live in. */
export class Swarm {
  readonly peers = new Map<number, PeerRecord>()
  /** By group, which slots are taken. */
  readonly #groups: boolean[][] = []
  #nextPeer = 0

  /** Makes room for a peer. `opensGroup`: its group is new and has to be spawned first. */
  add(link: Link, startReputation: number): { readonly record: PeerRecord; readonly opensGroup: boolean } {
    let group = this.#groups.findIndex((slots) => slots.includes(false))
    const opensGroup = group < 0
    if (opensGroup) group = this.#groups.push(new Array<boolean>(groupSize).fill(false)) - 1
    const slots = this.#groups[group] as boolean[]
    const slot = slots.indexOf(false)
    slots[slot] = true
    const record: PeerRecord = {
      peer: this.#nextPeer++,
      group,
      slot,
      link,
      startReputation,
      alsoAt: [],
      ref: undefined,
      state: 'connecting',
      openedAt: 0,
      peerId: '',
      wanted: 0,
      amInterested: false,
      interested: false,
      amChoking: true,
      optimistic: false,
      wasUnchoked: false,
      choking: true,
      room: 0,
      allowedFast: new Set(),
      suggestions: [],
      wasGranted: false,
      refusals: new Refusals(),
    }
    this.peers.set(record.peer, record)
    return { record, opensGroup }
  }

  /** Forgets a peer; its place is free. */
  remove(record: PeerRecord): void {
    this.peers.delete(record.peer)
    const slots = this.#groups[record.group]
    if (slots) slots[record.slot] = false
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
    return incoming.filter(({ link }) => isSameHost(link.address.host, address.host)).length < incomingPerHostMax
  }

  /** The other open connection to the same peer id, if there is one. */
  twinOf(record: PeerRecord): PeerRecord | undefined {
    for (const other of this.peers.values()) {
      if (other !== record && other.peerId === record.peerId && other.state !== 'closing') return other
    }
    return undefined
  }

  /** A peer that the key of an address (`keyOf`) means too, if one is there. */
  at(address: Address): PeerRecord | undefined {
    const key = keyOf(address)
    for (const record of this.peers.values()) {
      if (record.state !== 'closing' && keyOf(record.link.address) === key) return record
    }
    return undefined
  }

  addressOf(peer: number): Address | undefined {
    return this.peers.get(peer)?.link.address
  }
}
