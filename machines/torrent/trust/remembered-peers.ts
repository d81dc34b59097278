import { remoteKey } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { type Evidence, evidenceMax, withEvidence } from '../../peer/vocabulary/evidence.ts'
import { reputationBounds } from '../../peer/vocabulary/reputation-rules.ts'
import type { Departed } from '../peers/peer-table.ts'

/** Peers remembered after they left, and addresses of which evidence is kept; the oldest goes first. */
export const rememberedMax = 2_000

const noEvidence: readonly Evidence[] = []

/** What is remembered of an address: by `remoteKey`, its reputation, and what that rests on, oldest first. */
export interface KnownAddress {
  readonly key: string
  readonly reputation: number
  readonly evidence: readonly Evidence[]
}

/**
 * What stays of peers: their names and addresses, by their number; their reputation when they have left, and at all times what it rests on,
 * by `remoteKey` of where they were. Leaving neither escapes a verdict that is still to come nor washes a bad name clean.
 */
export class MemoryOfPeers {
  readonly #departed = new Map<number, Departed>()
  readonly #reputations = new Map<string, number>()
  readonly #evidence = new Map<string, readonly Evidence[]>()

  /** What another remembered of addresses. */
  static of(known: readonly KnownAddress[]): MemoryOfPeers {
    const memory = new MemoryOfPeers()
    for (const { key, reputation, evidence } of known) {
      if (reputation !== reputationBounds.initial) put(memory.#reputations, key, reputation)
      if (evidence.length > 0) put(memory.#evidence, key, evidence.slice(-evidenceMax))
    }
    return memory
  }

  /** What it remembers of addresses. `changes`: what peers that are connected won or lost since they came, by address. */
  known(changes: readonly { readonly address: Address; readonly change: number }[]): readonly KnownAddress[] {
    const reputations = new Map(this.#reputations)
    for (const { address, change } of changes) {
      const key = remoteKey(address)
      reputations.set(key, (reputations.get(key) ?? reputationBounds.initial) + change)
    }
    return [...new Set([...reputations.keys(), ...this.#evidence.keys()])]
      .map((key) => ({
        key,
        reputation: reputations.get(key) ?? reputationBounds.initial,
        evidence: this.#evidence.get(key) ?? [],
      }))
      .filter(({ evidence, reputation }) => evidence.length > 0 || reputation !== reputationBounds.initial)
  }

  /**
   * A peer left. `change`: what it won or lost since it came; others of its host may have been judged meanwhile, so changes add
   * up. Answers the reputation that is remembered from now on.
   */
  left(peer: number, departed: Departed, change: number): number {
    put(this.#departed, peer, departed)
    return this.#change(departed.address, change)
  }

  /** A peer that left, by its number. */
  departed(peer: number): Departed | undefined {
    return this.#departed.get(peer)
  }

  /** What an address starts with when it comes again. */
  reputationOf(address: Address): number {
    return this.#reputations.get(remoteKey(address)) ?? reputationBounds.initial
  }

  /** The last changes of the reputation of an address, oldest first. */
  evidenceOf(address: Address): readonly Evidence[] {
    return this.#evidence.get(remoteKey(address)) ?? noEvidence
  }

  /** Keeps why the reputation of a peer that is connected has changed. */
  note(address: Address, one: Evidence): void {
    put(this.#evidence, remoteKey(address), withEvidence(this.evidenceOf(address), one))
  }

  /** A peer that left is judged; answers what is left of its reputation. */
  judge(address: Address, one: Evidence): number {
    this.note(address, one)
    return this.#change(address, one.change)
  }

  /** Forgets what an address did: it is a newcomer. */
  pardon(address: Address): void {
    this.#reputations.delete(remoteKey(address))
    this.#evidence.delete(remoteKey(address))
  }

  #change(address: Address, change: number): number {
    const reputation = this.reputationOf(address) + change
    if (reputation === reputationBounds.initial) this.#reputations.delete(remoteKey(address))
    else put(this.#reputations, remoteKey(address), reputation)
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
