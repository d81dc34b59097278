import { canonicalHost, formatAddress } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'

/** How long to wait before an address is dialled again, in milliseconds, by the number of failures in a row (webtorrent: 1, 5, 15 s). */
const backoffMs = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000] as const

/** Addresses remembered. A new one takes the place of the one that failed most often; if none has failed, it is not taken. */
export const addressesMax = 2_000

/**
 * How a dial ended. `unreached`: nobody answered at the address. `encryption_refused`: encryption was preferred, and it hung up
 * before its handshake, so that a dial in plaintext may work. `failed`: it ended so, and there is no other way to try. `idle`:
 * its handshake came, and no payload was moved. `worked`: payload was moved.
 */
export type DialOutcome = 'unreached' | 'encryption_refused' | 'failed' | 'idle' | 'worked'

interface Entry {
  readonly address: Address
  connected: boolean
  failures: number
  /** The next dial, or the one under way, is in plaintext, as encryption was refused. */
  plaintext: boolean
  /** It was dialled in plaintext at once, for which it is not failed; until a handshake comes it does not get that again. */
  fellBack: boolean
  /** When it may be dialled again, in milliseconds. */
  dueAt: number
}

/**
 * The addresses a torrent could dial, and when. One connection an address, however it is spelt; failures wait longer each time.
 * No address is given up for failing, only for want of room: a peer the user named may come up at any time.
 */
export class AddressBook {
  readonly #entries = new Map<string, Entry>()

  /** Takes an address, due at once. Known ones stay as they are. */
  add(address: Address): void {
    const key = keyOf(address)
    if (this.#entries.has(key)) return
    if (this.#entries.size >= addressesMax && !this.#dropWorst()) return
    this.#entries.set(key, { address, connected: false, failures: 0, plaintext: false, fellBack: false, dueAt: 0 })
  }

  /** How many addresses are not connected: due now, or after their wait. */
  get waiting(): number {
    let count = 0
    for (const { connected } of this.#entries.values()) if (!connected) count++
    return count
  }

  /**
   * The next address to dial, which counts as connected from now on. Of those due the one with the fewest failures, then the one
   * due longest, so that addresses nobody answers at never keep the others waiting. `plaintext`: encryption was refused there.
   */
  next(at: number): { readonly address: Address; readonly plaintext: boolean } | undefined {
    let best: Entry | undefined
    for (const entry of this.#entries.values()) {
      if (!entry.connected && entry.dueAt <= at && (!best || isBefore(entry, best))) best = entry
    }
    if (best) best.connected = true
    return best && { address: best.address, plaintext: best.plaintext }
  }

  /**
   * A dialled connection is over. One that moved payload starts with a small wait again. Where encryption was refused the next
   * dial is in plaintext, the first time at once. The address is dialled so from then on, until a dial in plaintext fails where
   * somebody answers: then encryption is tried again.
   */
  closed(address: Address, { at, outcome }: { readonly at: number; readonly outcome: DialOutcome }): void {
    const entry = this.#entries.get(keyOf(address))
    if (!entry) return
    entry.connected = false
    if (outcome === 'idle' || outcome === 'worked') entry.fellBack = false
    else if (outcome !== 'unreached') entry.plaintext = outcome === 'encryption_refused'
    if (outcome === 'encryption_refused' && !entry.fellBack) {
      entry.fellBack = true
      entry.dueAt = at
      return
    }
    entry.failures = outcome === 'worked' ? 1 : entry.failures + 1
    entry.dueAt = at + (backoffMs[Math.min(entry.failures, backoffMs.length) - 1] ?? 0)
  }

  /** Never dial it again: it is ourselves, banned, or has nothing for us. */
  remove(address: Address): void {
    this.#entries.delete(keyOf(address))
  }

  /** Drops the address with the most failures; false when none that is free has failed. */
  #dropWorst(): boolean {
    let worst: Entry | undefined
    for (const entry of this.#entries.values()) {
      if (!entry.connected && entry.failures > (worst?.failures ?? 0)) worst = entry
    }
    if (worst) this.remove(worst.address)
    return worst !== undefined
  }
}

const keyOf = ({ host, port }: Address): string => formatAddress({ host: canonicalHost(host), port })

const isBefore = (one: Entry, other: Entry): boolean =>
  one.failures < other.failures || (one.failures === other.failures && one.dueAt < other.dueAt)
