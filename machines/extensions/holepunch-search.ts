import { addressKey } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'

/** No address is asked for again sooner, in milliseconds: whatever comes of it has come by then. Our own number. */
export const searchMs = 60_000

/** Addresses that are asked for at a time; more are let be. Our own number. */
export const searchesMax = 50

interface Search {
  /** The peer that is asked. */
  relay: number
  /** Those that may be asked next. */
  readonly others: number[]
  readonly since: number
}

/** The addresses at which nobody answered us, and the peer that was asked to bring us together with the peer there (BEP 55): one at a time. */
export class HolepunchSearch {
  readonly #searches = new Map<string, Search>()

  /**
   * Nobody answered at an address, of which `relays` have told us, at `at`, in milliseconds. Answers which peer to ask; undefined
   * when there is none, or it was asked for lately.
   */
  begin(address: Address, relays: readonly number[], at: number): number | undefined {
    const key = addressKey(address)
    for (const [old, { since }] of this.#searches) if (at - since >= searchMs) this.#searches.delete(old)
    const [relay, ...others] = relays
    if (relay === undefined || this.#searches.has(key) || this.#searches.size >= searchesMax) return undefined
    this.#searches.set(key, { relay, others, since: at })
    return relay
  }

  /** One that was asked cannot do it. Answers which peer to ask next, undefined when this one was not asked, or none is left. */
  failed(relay: number, address: Address): number | undefined {
    const search = this.#searches.get(addressKey(address))
    if (search?.relay !== relay) return undefined
    const next = search.others.shift()
    search.relay = next ?? -1
    return next
  }
}
