import { canonicalHost, formatAddress, ipBytes } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import { pexEntriesSentMax } from '../../transport/wire/extended/pex-limits.ts'
import type { PexContact, PexMessage } from '../../transport/wire/extended/ut-pex.ts'

/** From the opening of a connection to its first message: by then both extended handshakes are through, and listen ports known. */
export const firstPexMs = 5_000

/** Between two messages. BEP 11 allows one a minute, and webtorrent's ut_pex closes on a gap of 59 s: this leaves room for jitter. */
export const pexIntervalMs = 65_000

/** Addresses a peer is told at a time; libtorrent keeps 50 of one source, nobody needs more than it can dial. */
export const toldMax = 200

/**
 * What one peer has been told by our ut_pex (BEP 11), and so what it is told next: the difference to who is connected by then.
 * Who came and went in between is never told, who went and came back is not told again, and nobody is added and dropped at once.
 */
export class PexLog {
  /** Oldest first. */
  readonly #told = new Map<string, Address>()
  #dueAt: number

  /** `openedAt`: when the handshakes of the connection were over, in milliseconds. */
  constructor(openedAt: number) {
    this.#dueAt = openedAt + firstPexMs
  }

  /** Whether a message may be sent: `next` is worth asking. */
  isDue(at: number): boolean {
    return at >= this.#dueAt
  }

  /**
   * The message to send now, which counts as sent; undefined while it is too early or nothing is new, which is looked at again
   * after `firstPexMs`. `connected`: the peers
   * connected to us right now whose handshake succeeded, without the receiver; those known by a host name alone are left out. What
   * does not fit waits for the next message, in the order given.
   */
  next(connected: readonly PexContact[], at: number): PexMessage | undefined {
    if (!this.isDue(at)) return undefined
    const contacts = new Map(connected.map((contact) => [keyOf(contact.address), contact]))
    const dropped = this.#drop(contacts)
    const added = this.#add(contacts)
    if (added.length === 0 && dropped.length === 0) {
      this.#dueAt = at + firstPexMs
      return undefined
    }
    this.#dueAt = at + pexIntervalMs
    return { added, dropped }
  }

  #drop(contacts: ReadonlyMap<string, PexContact>): Address[] {
    const gone = [...this.#told].filter(([key]) => !contacts.has(key)).slice(0, pexEntriesSentMax)
    for (const [key] of gone) this.#told.delete(key)
    return gone.map(([, address]) => address)
  }

  #add(contacts: ReadonlyMap<string, PexContact>): PexContact[] {
    const room = Math.min(pexEntriesSentMax, toldMax - this.#told.size)
    const fresh = [...contacts]
      .filter(([key, { address }]) => !this.#told.has(key) && ipBytes(address.host) !== undefined)
      .slice(0, room)
    for (const [key, { address }] of fresh) this.#told.set(key, address)
    return fresh.map(([, contact]) => contact)
  }
}

const keyOf = ({ host, port }: Address): string => formatAddress({ host: canonicalHost(host), port })
