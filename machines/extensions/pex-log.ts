import type { Address } from '../../transport/transport.ts'
import { pexEntriesSentMax } from '../../transport/wire/extended/pex-limits.ts'
import type { PexContact, PexMessage } from '../../transport/wire/extended/ut-pex.ts'
import type { PexRoster } from './pex-roster.ts'

/** From the opening of a connection to its first message: by then both extended handshakes are through, and listen ports known. */
export const firstPexMs = 5_000

/** Between two messages. BEP 11 allows one a minute, and webtorrent's ut_pex closes on a gap of 59 s: this leaves room for jitter. */
export const pexIntervalMs = 65_000

/** Addresses a peer is told at a time; libtorrent keeps 50 of one source, no peer needs more than it can dial. */
export const toldMax = 200

/** The peer that a message is for. */
export interface PexReceiver {
  /** See `distance`: of those nearer to us it could make nothing. */
  readonly distance: number
  /** Of the address it listens at, as it is not told of itself; undefined when that is not known. */
  readonly key: string | undefined
}

/**
 * What one peer has been told by our ut_pex (BEP 11), and so what it is told next: the difference to the peers that are connected by then.
 * A peer that came and went in between is never told, one that went and came back is not told again, and none is added and dropped at once.
 */
export class PexLog {
  /** By key, oldest first. */
  readonly #told = new Map<string, Address>()
  #dueAt: number
  /** The generation of the roster of which there is nothing more to tell. */
  #settledAt: number | undefined

  /** `openedAt`: when the handshakes of the connection were over, in milliseconds. */
  constructor(openedAt: number) {
    this.#dueAt = openedAt + firstPexMs
  }

  /** From when on a message may be sent. */
  get dueAt(): number {
    return this.#dueAt
  }

  /** Whether `next` is worth asking: a message may be sent, and the roster is not the one it said all of. */
  isDue({ generation }: Pick<PexRoster, 'generation'>, at: number): boolean {
    return at >= this.#dueAt && generation !== this.#settledAt
  }

  /**
   * The message to send now, which counts as sent; undefined while it is too early or nothing is new, which is looked at again
   * after `firstPexMs`. What does not fit waits for the next message, in the order of the roster.
   */
  next(roster: Pick<PexRoster, 'entries' | 'generation'>, receiver: PexReceiver, at: number): PexMessage | undefined {
    if (!this.isDue(roster, at)) return undefined
    const dropped = this.#drop(roster, receiver)
    const added = this.#add(roster, receiver)
    if (added.length === 0 && dropped.length === 0) {
      this.#dueAt = at + firstPexMs
      this.#settledAt = roster.generation
      return undefined
    }
    this.#dueAt = at + pexIntervalMs
    return { added, dropped }
  }

  #drop({ entries }: Pick<PexRoster, 'entries'>, receiver: PexReceiver): Address[] {
    const dropped: Address[] = []
    for (const [key, address] of this.#told) {
      if (dropped.length === pexEntriesSentMax) break
      if (entries.has(key) && key !== receiver.key) continue
      this.#told.delete(key)
      dropped.push(address)
    }
    return dropped
  }

  #add({ entries }: Pick<PexRoster, 'entries'>, receiver: PexReceiver): PexContact[] {
    const room = Math.min(pexEntriesSentMax, toldMax - this.#told.size)
    const added: PexContact[] = []
    for (const { key, address, distance, flags } of entries.values()) {
      if (added.length >= room) break
      if (this.#told.has(key) || key === receiver.key || distance < receiver.distance) continue
      this.#told.set(key, address)
      added.push({ address, flags: flags() })
    }
    return added
  }
}
