import { remoteKey } from '../../transport/address.ts'
import type { Address } from '../../transport/transport.ts'
import type { PexContact, PexMessage } from '../../transport/wire/extended/ut-pex.ts'

/** Messages of one peer that follow sooner are ignored. BEP 11 says 60 s; anacrolix/torrent takes them after 45 s as well. */
export const pexGapMinMs = 45_000

/** Messages ignored after one that counted; the next ends the connection. libtorrent ends it at the seventh in a minute. */
export const pexEarlyMax = 6

/** Addresses remembered of one source: no peer fills the address book alone. libtorrent's `max_pex_peers`. */
export const pexSourceMax = 50

/** What a message meets: it counts, it is ignored, or, with `pex_flood`, it ends the connection. */
export type PexAdmission = 'take' | 'ignore' | 'pex_flood'

/**
 * What one peer has told us by its ut_pex (BEP 11). It is not verified: good for dialling, not for what a peer has or can. Of one host only
 * the first port counts, or a peer that lies could point a swarm at many ports of its victim.
 */
export class PexIntake {
  /** Ports, by `remoteKey` their address. */
  readonly #known = new Map<string, number>()
  #takenAt: number | undefined
  /** Messages since then. */
  #early = 0

  /**
   * A message came at `at`, in milliseconds: whether it is worth decoding. One too early alone is no reason to close: clocks and
   * networks jitter.
   */
  admit(at: number): PexAdmission {
    if (this.#takenAt === undefined || at - this.#takenAt >= pexGapMinMs) {
      this.#takenAt = at
      this.#early = 0
      return 'take'
    }
    this.#early++
    return this.#early > pexEarlyMax ? 'pex_flood' : 'ignore'
  }

  /** Answers the contacts that are new and worth dialling, in their order. What is called dropped makes room for what is added. */
  take({ added, dropped }: PexMessage): PexContact[] {
    for (const address of dropped) this.#forget(address)
    return added.filter(({ address }) => this.#learn(address))
  }

  /** Whether the address is new and there is room for it. */
  #learn(address: Address): boolean {
    const key = remoteKey(address)
    if (this.#known.has(key) || this.#known.size >= pexSourceMax) return false
    this.#known.set(key, address.port)
    return true
  }

  #forget(address: Address): void {
    const key = remoteKey(address)
    if (this.#known.get(key) === address.port) this.#known.delete(key)
  }
}
