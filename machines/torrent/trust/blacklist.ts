import { isLoopback, remoteKey } from '../../../transport/address.ts'
import type { Address } from '../../../transport/transport.ts'
import { evidenceMax } from '../../peer/vocabulary/evidence.ts'
import { type BlacklistEntry, type BlacklistJson, problemOfAddress, readBlacklist } from './blacklist-entry.ts'

/** Entries kept; the oldest goes first. */
const entriesMax = 10_000

/**
 * Which peers are banned, by `remoteKey`, and not by peer id, which one that lies could take from an honest peer. On loopback alone the peer id
 * counts too, for a peer that comes back from another port. One list may serve several torrents: a peer that is banned in one of them is
 * out of all at once. At most 10,000 entries; the oldest goes first. A decision of a torrent
 * only reads it; a ban is one of the commands that follow, and that it was entered the torrents learn as an event.
 */
export class Blacklist {
  /** Oldest first. */
  readonly #entries = new Map<string, BlacklistEntry>()
  /** The keys banned with a peer id. */
  readonly #peerIds = new Map<string, string>()
  readonly #listeners = new Set<(entry: BlacklistEntry) => void>()

  /** A list as `toJSON` wrote it. Throws an Error for anything else, naming the first entry that is wrong. */
  static from(json: unknown): Blacklist {
    const list = new Blacklist()
    for (const { address, ...why } of readBlacklist(json)) list.add(address, why)
    return list
  }

  /** Every entry, oldest first. */
  get entries(): readonly BlacklistEntry[] {
    return [...this.#entries.values()]
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * Bans. `peerId`: 40 hex digits, or empty; `at`: default 0. A peer that is banned already is banned for the new reason. Throws a
   * RangeError for what is no address.
   */
  add(address: Address, why: Partial<Omit<BlacklistEntry, 'key' | 'address'>> = {}): void {
    const problem = problemOfAddress(address)
    if (problem) throw new RangeError(`who is banned: ${problem}`)
    const { reason = '', evidence = [], at = 0 } = why
    const key = remoteKey(address)
    const peerId = isLoopback(address.host) ? (why.peerId ?? '') : ''
    const entry = { key, address, peerId, reason, evidence: evidence.slice(-evidenceMax), at }
    this.#delete(key)
    this.#entries.set(key, entry)
    if (peerId !== '') this.#peerIds.set(peerId, key)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= entriesMax) break
      this.#delete(oldest)
    }
    for (const listener of this.#listeners) listener(entry)
  }

  hasAddress(address: Address): boolean {
    return this.#entries.has(remoteKey(address))
  }

  hasPeerId(peerId: string): boolean {
    return this.#peerIds.has(peerId)
  }

  /**
   * Lets a peer in again, with the reputation of a newcomer; it has to be added to a torrent anew to be dialled. False when it was not
   * banned.
   */
  remove(address: Address): boolean {
    return this.#delete(remoteKey(address))
  }

  /** Lets all in again. */
  clear(): void {
    this.#entries.clear()
    this.#peerIds.clear()
  }

  /** Calls `listener` with each entry that is added from now on. It must not throw. */
  subscribe(listener: (entry: BlacklistEntry) => void): { unsubscribe(): void } {
    this.#listeners.add(listener)
    return { unsubscribe: () => void this.#listeners.delete(listener) }
  }

  /** What `from` reads: plain data, for a file of your own. */
  toJSON(): BlacklistJson {
    return { version: 1, banned: this.entries.map(({ key, ...entry }) => entry) }
  }

  #delete(key: string): boolean {
    const entry = this.#entries.get(key)
    if (!entry) return false
    if (this.#peerIds.get(entry.peerId) === key) this.#peerIds.delete(entry.peerId)
    return this.#entries.delete(key)
  }
}
