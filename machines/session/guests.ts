import { hostKey, isLoopback } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { Link, PeerRef } from '../peer/events.ts'
import { type Place, Places } from '../torrent/connections/group-slots.ts'
import type { GroupOwner } from '../torrent/events.ts'

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
  /** Known as soon as the actor runs. */
  ref: PeerRef | undefined
  /** The torrent that has taken it, and its number there; undefined as long as it is a guest. */
  adoptedBy: { readonly torrent: GroupOwner; readonly peer: number } | undefined
  /** It was told to go. */
  isLeaving: boolean
}

/** The connections that came in, by number: guests, and those a torrent has adopted, whose actors stay where they were made. */
export class Guests {
  readonly records = new Map<number, GuestRecord>()
  readonly #places = new Places()
  #next = 0

  /** Makes room for a guest. `opensGroup`: its group is new and has to be spawned first. */
  add(link: Link): { readonly record: GuestRecord; readonly opensGroup: boolean } {
    const { place, opensGroup } = this.#places.take()
    const record: GuestRecord = {
      guest: this.#next++,
      place,
      link,
      ref: undefined,
      adoptedBy: undefined,
      isLeaving: false,
    }
    this.records.set(record.guest, record)
    return { record, opensGroup }
  }

  /** Forgets a connection; its place is free. */
  remove(record: GuestRecord): void {
    this.records.delete(record.guest)
    this.#places.free(record.place)
  }

  /** Those that no torrent has adopted. */
  get waiting(): GuestRecord[] {
    return [...this.records.values()].filter(({ adoptedBy }) => !adoptedBy)
  }

  /** Those that a torrent has adopted. */
  of(torrent: GroupOwner): GuestRecord[] {
    return [...this.records.values()].filter(({ adoptedBy }) => adoptedBy?.torrent === torrent)
  }

  /** The oldest guest, if there are as many as may be: it is to go, and counts no more. */
  takeOldest(): GuestRecord | undefined {
    const staying = this.waiting.filter(({ isLeaving }) => !isLeaving)
    const oldest = staying.length < guestsMax ? undefined : staying[0]
    if (oldest) oldest.isLeaving = true
    return oldest
  }

  /** Whether one more may come in from an address, whose host may not hold too many. */
  hasRoomFor({ host }: Address): boolean {
    if (isLoopback(host)) return true
    const key = hostKey(host)
    return this.waiting.filter(({ link }) => hostKey(link.address.host) === key).length < guestsPerHostMax
  }
}
