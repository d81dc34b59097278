import type { Address } from '../../transport/transport.ts'
import { reputationRules } from '../peer/context.ts'
import { keyOf } from './blacklist.ts'

/** Peers remembered after they left; the oldest goes first. */
const rememberedMax = 2_000

/**
 * What stays of peers that left: where they were, by their number, and their reputation, by `keyOf` of where they were. Leaving
 * neither escapes a verdict that is still to come nor washes a bad name clean.
 */
export class MemoryOfPeers {
  readonly #addresses = new Map<number, Address>()
  readonly #reputations = new Map<string, number>()

  /**
   * A peer left. `change`: what it won or lost since it came; others of its host may have been judged meanwhile, so changes add
   * up. Answers the reputation that is remembered from now on.
   */
  left(peer: number, address: Address, change: number): number {
    put(this.#addresses, peer, address)
    return this.#change(address, change)
  }

  /** Where a peer that left was. */
  addressOf(peer: number): Address | undefined {
    return this.#addresses.get(peer)
  }

  /** What an address starts with when it comes again. */
  reputationOf(address: Address): number {
    return this.#reputations.get(keyOf(address)) ?? reputationRules.initial
  }

  /** A peer that left is to blame for a corrupt piece; answers what is left of its reputation. */
  punish(address: Address): number {
    return this.#change(address, reputationRules.corrupt)
  }

  #change(address: Address, change: number): number {
    const reputation = this.reputationOf(address) + change
    if (reputation === reputationRules.initial) this.#reputations.delete(keyOf(address))
    else put(this.#reputations, keyOf(address), reputation)
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
