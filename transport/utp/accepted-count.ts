import { hostKey } from '../address.ts'
import type { Address } from '../transport.ts'

/** Accepted connections of one socket, those included that linger. */
export const acceptedMax = 4096

/** Those of one host among them: many torrents of a program, or many programs behind one address, but no sixteenth of all. */
export const acceptedPerHostMax = 256

/** How many connections a socket has accepted, and from where: one host takes the places of no others. */
export class AcceptedCount {
  readonly #byHost = new Map<string, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  hasRoomFor({ host }: Address): boolean {
    return this.#total < acceptedMax && this.#of(hostKey(host)) < acceptedPerHostMax
  }

  add({ host }: Address): void {
    const key = hostKey(host)
    this.#byHost.set(key, this.#of(key) + 1)
    this.#total++
  }

  /** One of that host is over. */
  remove({ host }: Address): void {
    const key = hostKey(host)
    const left = this.#of(key) - 1
    if (left > 0) this.#byHost.set(key, left)
    else this.#byHost.delete(key)
    this.#total--
  }

  #of(key: string): number {
    return this.#byHost.get(key) ?? 0
  }
}
