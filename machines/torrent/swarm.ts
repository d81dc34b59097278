import type { Address } from '../../transport/transport.ts'
import type { Link, PeerRef } from '../peer/events.ts'
import { groupSize } from './peer-group.ts'
import { Refusals } from './refusals.ts'

/** What a torrent keeps of one of its peers; what the peer's own chart knows is read there. */
export interface PeerRecord {
  /** Its number in the torrent, never used again. */
  readonly peer: number
  /** Where its actor lives: group and slot. */
  readonly group: number
  readonly slot: number
  readonly link: Link
  /** Addresses that lead to it too, as a second connection has shown: they are not dialled while this one lives. */
  readonly alsoAt: Address[]
  /** Known as soon as the actor runs. */
  ref: PeerRef | undefined
  state: 'connecting' | 'open' | 'closing'
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
  readonly refusals: Refusals
}

/** The peers of a torrent by number, and the places their actors live in. */
export class Swarm {
  readonly peers = new Map<number, PeerRecord>()
  /** By group, which slots are taken. */
  readonly #groups: boolean[][] = []
  #nextPeer = 0

  /** Makes room for a peer. `opensGroup`: its group is new and has to be spawned first. */
  add(link: Link): { readonly record: PeerRecord; readonly opensGroup: boolean } {
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
      alsoAt: [],
      ref: undefined,
      state: 'connecting',
      peerId: '',
      wanted: 0,
      amInterested: false,
      interested: false,
      amChoking: true,
      optimistic: false,
      wasUnchoked: false,
      choking: true,
      room: 0,
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

  /** The other open connection to the same peer id, if there is one. */
  twinOf(record: PeerRecord): PeerRecord | undefined {
    for (const other of this.peers.values()) {
      if (other !== record && other.peerId === record.peerId && other.state !== 'closing') return other
    }
    return undefined
  }

  /** The peer at an address, if one is there. */
  at(address: Address): PeerRecord | undefined {
    for (const record of this.peers.values()) {
      const { host, port } = record.link.address
      if (host === address.host && port === address.port && record.state !== 'closing') return record
    }
    return undefined
  }

  addressOf(peer: number): Address | undefined {
    return this.peers.get(peer)?.link.address
  }
}
