import { canonicalHost, formatAddress, isLoopback } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'

/** Entries kept; the oldest goes first. */
const entriesMax = 10_000

/**
 * By what a remote is known from one connection to the next: the whole host, because an incoming connection has a new port each
 * time (libtorrent bans by IP address). On loopback all share one host: there it is host and port. Equal for any spelling.
 */
export function keyOf({ host, port }: Address): string {
  const one = canonicalHost(host)
  return isLoopback(one) ? formatAddress({ host: one, port }) : one
}

/**
 * Who was banned in this session, by `keyOf`, and not by peer id, which a liar could borrow from an honest peer. On loopback
 * alone the peer id counts too, for whoever comes back from another port.
 */
export class Blacklist {
  readonly #keys = new Set<string>()

  /** Bans. `peerId` may be empty. */
  add(address: Address, peerId: string): void {
    this.#keys.add(keyOf(address))
    if (peerId !== '' && isLoopback(address.host)) this.#keys.add(peerId)
    for (const key of this.#keys) {
      if (this.#keys.size <= entriesMax) break
      this.#keys.delete(key)
    }
  }

  hasAddress(address: Address): boolean {
    return this.#keys.has(keyOf(address))
  }

  hasPeerId(peerId: string): boolean {
    return this.#keys.has(peerId)
  }
}
