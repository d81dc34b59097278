import { addressKey } from '../address.ts'
import type { Clock } from '../clock.ts'
import type { Address } from '../transport.ts'

/** How long a connection id holds, in milliseconds (BEP 15). */
export const connectionMs = 60_000

/** Ids that are kept, for all torrents of a session together: one for each address of a tracker. Of more the oldest is forgotten. */
export const connectionsMax = 256

/** The connection ids that trackers gave us over UDP (BEP 15), by the address that was asked: one holds for several questions. */
export class UdpConnections {
  readonly #clock: Clock
  readonly #ids = new Map<string, { readonly id: bigint; readonly until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The id that holds now; undefined where there is none. */
  of(tracker: Address): bigint | undefined {
    const kept = this.#ids.get(addressKey(tracker))
    return kept && this.#clock.now() < kept.until ? kept.id : undefined
  }

  /** A tracker has given one. */
  note(tracker: Address, id: bigint): void {
    const key = addressKey(tracker)
    this.#ids.delete(key)
    this.#ids.set(key, { id, until: this.#clock.now() + connectionMs })
    const [oldest] = this.#ids.keys()
    if (oldest !== undefined && this.#ids.size > connectionsMax) this.#ids.delete(oldest)
  }

  /** It does not hold any more. */
  forget(tracker: Address): void {
    this.#ids.delete(addressKey(tracker))
  }
}
