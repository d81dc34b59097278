import { addressKey } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'

/** Addresses kept: of our own each interface has a few, and a router may lend some; of those that are banned the last say enough. */
export const recentMax = 50

/** As many addresses as were noted last, each once, however it is spelt. */
export class RecentAddresses {
  /** By their keys, the oldest first. */
  readonly #addresses = new Map<string, Address>()

  /** Notes an address. One that is here already stays where it is. */
  add(address: Address): void {
    this.#addresses.set(addressKey(address), address)
    for (const key of this.#addresses.keys()) {
      if (this.#addresses.size <= recentMax) break
      this.#addresses.delete(key)
    }
  }

  has(address: Address): boolean {
    return this.#addresses.has(addressKey(address))
  }

  /** The oldest first. */
  get all(): readonly Address[] {
    return [...this.#addresses.values()]
  }
}
