import { formatAddress } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import { reputationRules } from '../peer/context.ts'

/** Peers remembered after they left; the oldest goes first. */
const rememberedMax = 2_000

/**
 * What stays of peers that left: where they were, by their number, and their reputation, by address. Leaving neither escapes a
 * verdict that is still to come nor washes a bad name clean.
 */
export class MemoryOfPeers {
  readonly #addresses = new Map<number, Address>()
  readonly #reputations = new Map<string, number>()

  /** A peer left. */
  left(peer: number, address: Address, reputation: number): void {
    put(this.#addresses, peer, address)
    const key = formatAddress(address)
    if (reputation === reputationRules.initial) this.#reputations.delete(key)
    else put(this.#reputations, key, reputation)
  }

  /** Where a peer that left was. */
  addressOf(peer: number): Address | undefined {
    return this.#addresses.get(peer)
  }

  /** What an address starts with when it comes again. */
  reputationOf(address: Address): number {
    return this.#reputations.get(formatAddress(address)) ?? reputationRules.initial
  }

  /** A peer that left is to blame for a corrupt piece; answers what is left of its reputation. */
  punish(address: Address): number {
    const reputation = this.reputationOf(address) + reputationRules.corrupt
    put(this.#reputations, formatAddress(address), reputation)
    return reputation
  }
}

function put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= rememberedMax) return
    map.delete(oldest)
  }
}
