import { addressKey } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { addressesMax } from './address-book.ts'

/** Peers that are remembered to have told of an address: the latest ones. Our own number. */
export const toldByMax = 4

/**
 * Which peers told us of an address (BEP 11): one that is connected to both can bring us together (BEP 55). And the addresses whose peers
 * dial us at this moment, as one has told us that it did so: there a dial has to be by uTP, and at once.
 */
export class Introductions {
  /** By address the numbers of the peers, the latest first; of addresses the one longest known first. */
  readonly #toldBy = new Map<string, number[]>()
  readonly #calling = new Set<string>()

  note(address: Address, peer: number): void {
    const key = addressKey(address)
    const others = (this.#toldBy.get(key) ?? []).filter((one) => one !== peer)
    this.#toldBy.set(key, [peer, ...others].slice(0, toldByMax))
    dropFirst(this.#toldBy)
  }

  /** The peers that told of an address, the latest first. Some may have left. */
  toldBy(address: Address): readonly number[] {
    return this.#toldBy.get(addressKey(address)) ?? []
  }

  /** The peer at an address dials us. */
  call(address: Address): void {
    this.#calling.add(addressKey(address))
    dropFirst(this.#calling)
  }

  /** Whether the peer at an address dials us; it is answered once. */
  takeCall(address: Address): boolean {
    return this.#calling.delete(addressKey(address))
  }
}

/** Never more than the addresses that are remembered. */
function dropFirst(all: Map<string, unknown> | Set<string>): void {
  for (const key of all.keys()) {
    if (all.size <= addressesMax) return
    all.delete(key)
  }
}
