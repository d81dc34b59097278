import { formatAddress } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'

/** How long to wait before an address is dialled again, in milliseconds, by the number of failures in a row (webtorrent: 1, 5, 15 s). */
const backoffMs = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000] as const

/** Addresses remembered; more are not taken. */
export const addressesMax = 2_000

interface Entry {
  readonly address: Address
  connected: boolean
  failures: number
  /** When it may be dialled again, in milliseconds. */
  dueAt: number
}

/** The addresses a torrent could dial, and when. One connection an address; failures wait longer each time. */
export class AddressBook {
  readonly #entries = new Map<string, Entry>()

  /** Takes an address, due at once. Known ones stay as they are. */
  add(address: Address): void {
    const key = formatAddress(address)
    if (this.#entries.has(key) || this.#entries.size >= addressesMax) return
    this.#entries.set(key, { address, connected: false, failures: 0, dueAt: 0 })
  }

  /** The next address to dial, which counts as connected from now on. */
  next(at: number): Address | undefined {
    for (const entry of this.#entries.values()) {
      if (entry.connected || entry.dueAt > at) continue
      entry.connected = true
      return entry.address
    }
    return undefined
  }

  /** A dialled connection is over. `worked`: it moved payload, so the wait starts small again. */
  closed(address: Address, { at, worked }: { readonly at: number; readonly worked: boolean }): void {
    const entry = this.#entries.get(formatAddress(address))
    if (!entry) return
    entry.connected = false
    entry.failures = worked ? 1 : entry.failures + 1
    entry.dueAt = at + (backoffMs[Math.min(entry.failures, backoffMs.length) - 1] ?? 0)
  }

  /** Never dial it again: it is ourselves, banned, or has nothing for us. */
  remove(address: Address): void {
    this.#entries.delete(formatAddress(address))
  }
}
