import { formatAddress } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'

/** Entries kept; the oldest goes first. */
const entriesMax = 10_000

const isLoopback = (host: string): boolean => host === '::1' || host.startsWith('127.')

/**
 * Who was banned in this session. The whole host is meant, because an incoming connection has a new port each time, and not
 * the peer id, which a liar could borrow from an honest peer (libtorrent bans by IP address). On loopback all share one host:
 * there a peer is known by its port, and by its peer id when it comes back from another.
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

const keyOf = (address: Address): string => (isLoopback(address.host) ? formatAddress(address) : address.host)
