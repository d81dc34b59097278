import { addressKey, distance, ipBytes, isDialable } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'

/** A connected peer, as others may be told of it by ut_pex. What is compared with every other peer is computed once. */
export interface PexEntry {
  readonly address: Address
  /** See `addressKey`. */
  readonly key: string
  /** See `distance`. */
  readonly distance: number
  /** A sum of `pexFlags`, as of now. */
  readonly flags: () => number
}

/**
 * Which peers are connected and where each can be dialled: what a torrent has to tell by ut_pex (BEP 11). Entries that lead to one address
 * count once.
 */
export class PexRoster {
  /** By peer. */
  readonly #entries = new Map<number, PexEntry>()
  #byKey: ReadonlyMap<string, PexEntry> | undefined
  #generation = 0

  /** Another number whenever a peer came, went or moved: with the same one there is nothing new to tell. */
  get generation(): number {
    return this.#generation
  }

  /** By key, in the order they came. */
  get entries(): ReadonlyMap<string, PexEntry> {
    this.#byKey ??= new Map([...this.#entries.values()].map((entry) => [entry.key, entry]))
    return this.#byKey
  }

  /**
   * A peer is connected and listens at `address`. Without one, or when it cannot be dialled, or it has no IP address (see
   * `ipBytes`), no peer is told of it.
   */
  put(peer: number, address: Address | undefined, flags: () => number): void {
    if (!address || !isDialable(address) || !ipBytes(address.host)) {
      this.remove(peer)
      return
    }
    const key = addressKey(address)
    if (this.#entries.get(peer)?.key === key) return
    this.#entries.set(peer, { address, key, distance: distance(address.host), flags })
    this.#changed()
  }

  /** The peer is gone. */
  remove(peer: number): void {
    if (this.#entries.delete(peer)) this.#changed()
  }

  /** The key of the address a peer listens at; undefined when no peer is told of it. */
  keyOf(peer: number): string | undefined {
    return this.#entries.get(peer)?.key
  }

  #changed(): void {
    this.#generation++
    this.#byKey = undefined
  }
}
