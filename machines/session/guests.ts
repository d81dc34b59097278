import { hostKey, isLoopback } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { PeerRef } from '../peer/vocabulary/events.ts'
import type { Link } from '../peer/vocabulary/link.ts'
import { type Place, Places } from '../torrent/peers/group-slots.ts'
import type { GroupOwner } from '../torrent/vocabulary/events.ts'

/**
 * Connections that may stand before us without having named their torrent. The timers of the handshake (delays.ts) end each that
 * takes its time. When another comes the oldest goes.
 */
export const guestsMax = 100

/** Of these, how many may come from one host (`hostKey`), loopback aside: it may have as many torrents in common with us. */
export const guestsPerHostMax = 10

/** What a session keeps of a connection that came in, as long as its actor lives. */
export interface GuestRecord {
  /** Its number in the session, never used again. */
  readonly guest: number
  /** Where its actor lives. */
  readonly place: Place
  readonly link: Link
  /** The host that it comes from, as `hostKey` tells hosts apart. */
  readonly host: string
  /** Known as soon as the actor runs. */
  ref: PeerRef | undefined
  /** The torrent that has taken it, and its number there; undefined as long as it is a guest. */
  adoptedBy: { readonly torrent: GroupOwner; readonly peer: number } | undefined
  /** It is to go, and why. */
  leavesAs: 'gave_way' | 'stopped' | undefined
}

/** The connections that came in, by number: guests, and those a torrent has adopted, whose actors stay where they were made. */
export class Guests {
  readonly #waiting = new Map<number, GuestRecord>()
  readonly #adopted = new Map<number, GuestRecord>()
  readonly #places = new Places()
  #next = 0

  /** How many there are, those that are adopted among them. */
  get size(): number {
    return this.#waiting.size + this.#adopted.size
  }

  /** What is kept of a connection; nothing of one that is forgotten. */
  get(guest: number): GuestRecord | undefined {
    return this.#waiting.get(guest) ?? this.#adopted.get(guest)
  }

  /** Makes room for a guest. `opensGroup`: its group is new and has to be spawned first. */
  add(link: Link): { readonly record: GuestRecord; readonly opensGroup: boolean } {
    const { place, opensGroup } = this.#places.take()
    const record: GuestRecord = {
      guest: this.#next++,
      place,
      link,
      host: hostKey(link.address.host),
      ref: undefined,
      adoptedBy: undefined,
      leavesAs: undefined,
    }
    this.#waiting.set(record.guest, record)
    return { record, opensGroup }
  }

  /** A torrent has taken a guest, which has the number `peer` there. */
  adopt(guest: number, torrent: GroupOwner, peer: number): void {
    const record = this.get(guest)
    if (!record) return
    record.adoptedBy = { torrent, peer }
    this.#waiting.delete(guest)
    this.#adopted.set(guest, record)
  }

  /** Forgets a connection; its place is free. */
  remove({ guest, place }: GuestRecord): void {
    this.#waiting.delete(guest)
    this.#adopted.delete(guest)
    this.#places.free(place)
  }

  /** Those that no torrent has adopted, the oldest first. */
  get waiting(): GuestRecord[] {
    return [...this.#waiting.values()]
  }

  /** Those that a torrent has adopted. */
  of(torrent: GroupOwner): GuestRecord[] {
    return [...this.#adopted.values()].filter(({ adoptedBy }) => adoptedBy?.torrent === torrent)
  }

  /** The oldest guest, if there are as many as may be: it is to go, and counts no more. */
  takeOldest(): GuestRecord | undefined {
    const staying = this.waiting.filter(({ leavesAs }) => !leavesAs)
    const oldest = staying.length < guestsMax ? undefined : staying[0]
    if (oldest) oldest.leavesAs = 'gave_way'
    return oldest
  }

  /** Whether one more may come in from an address, whose host may not hold too many. */
  hasRoomFor({ host }: Address): boolean {
    if (isLoopback(host)) return true
    const key = hostKey(host)
    return this.waiting.filter((record) => record.host === key).length < guestsPerHostMax
  }
}
