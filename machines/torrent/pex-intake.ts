import type { Address } from '../../transport/transport.ts'
import type { PexContact, PexMessage } from '../../transport/wire/extended/ut-pex.ts'
import { keyOf } from './blacklist.ts'

/** Messages of one peer that follow sooner are ignored. BEP 11 says 60 s; anacrolix/torrent takes them after 45 s as well. */
export const pexGapMinMs = 45_000

/** Addresses remembered of one source: no peer fills the address book alone. libtorrent's `max_pex_peers`. */
export const pexSourceMax = 50

/**
 * What one peer has told us by its ut_pex (BEP 11). Hearsay: good for dialling, not for what a peer has or can. Of one host only
 * the first port counts, or a liar could point a swarm at many ports of its victim.
 */
export class PexIntake {
  /** Ports, by `keyOf` their address. */
  readonly #known = new Map<string, number>()
  #takenAt: number | undefined

  /**
   * A message came at `at`, in milliseconds. Answers the contacts that are new and worth dialling, in its order; none when it came
   * too early, which is no reason to close: clocks and networks jitter. What it calls dropped makes room for what it adds.
   */
  take({ added, dropped }: PexMessage, at: number): PexContact[] {
    if (this.#takenAt !== undefined && at - this.#takenAt < pexGapMinMs) return []
    this.#takenAt = at
    for (const address of dropped) this.#forget(address)
    return added.filter(({ address }) => this.#learn(address))
  }

  /** Whether the address is new and there is room for it. */
  #learn(address: Address): boolean {
    const key = keyOf(address)
    if (this.#known.has(key) || this.#known.size >= pexSourceMax) return false
    this.#known.set(key, address.port)
    return true
  }

  #forget(address: Address): void {
    const key = keyOf(address)
    if (this.#known.get(key) === address.port) this.#known.delete(key)
  }
}
