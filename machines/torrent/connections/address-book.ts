import { addressKey, canonicalHost, ipBytes } from '../../../transport/address.ts'
import { isPort } from '../../../transport/port.ts'
import type { ReachedAddress } from '../../../transport/reached-address.ts'
import type { Address, TransportKind } from '../../../transport/transport.ts'
import { RecentAddresses } from './recent-addresses.ts'

/** How long to wait before an address is dialled again, in milliseconds, by the number of failures in a row (webtorrent: 1, 5, 15 s). */
const backoffMs = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000] as const

/**
 * How long until an address is dialled that could not be for want of a descriptor, in milliseconds: others have their turn. Our own number.
 */
export const untriedMs = 5_000

/** Addresses remembered. A new one takes the place of the one that failed most often; if none has failed, it is not taken. */
export const addressesMax = 2_000

/** Of these, addresses that peers told of: those the user gave always have room. */
export const hearsayMax = addressesMax / 2

/** Dials in a row that bring no handshake, after which an address is forgotten that peers alone told of. */
export const hearsayTriesMax = 3

/**
 * How a dial ended. `untried`: for want of a descriptor the address was not dialled. `unreached`: nothing answered at the address.
 * `encryption_refused`: encryption was preferred, and it hung up before its handshake, so that a dial in plaintext may work. `failed`: it
 * ended so, and there is no other way to try. `idle`: its handshake came, and no payload was moved. `worked`: payload was moved.
 */
export type DialOutcome = 'untried' | 'unreached' | 'encryption_refused' | 'failed' | 'idle' | 'worked'

/** An address that peers or trackers told of; of two the one with the higher priority is dialled first (BEP 40). Default 0. */
export interface Hearsay extends ReachedAddress {
  readonly priority?: number | undefined
  /** A tracker has named it: of a private torrent it is kept, too (BEP 27). Default false. */
  readonly isTrackers?: boolean | undefined
}

/** An address whose turn has come. */
export interface Due {
  readonly address: Address
  readonly transport: TransportKind | undefined
  readonly plaintext: boolean
}

/** How and when a dial ended. */
export interface DialEnd {
  readonly at: number
  readonly outcome: DialOutcome
  /** What carried the connection, where one stood. */
  readonly transport?: TransportKind | undefined
  /** What to try first where no handshake came by that. */
  readonly nextTransport?: TransportKind | undefined
  /** Why, for people. */
  readonly why?: string | undefined
}

interface Entry {
  /** An IP address stands in its one spelling, a name as it was given: a transport of the caller's own may mind its case. */
  readonly address: Address
  /** Known from peers (BEP 11) or trackers alone, not from the user. */
  isHearsay: boolean
  /** A tracker has named it: of a private torrent it is kept, too (BEP 27). */
  isTrackers: boolean
  /** Among addresses that peers told of the higher is dialled first (BEP 40). */
  readonly priority: number
  connected: boolean
  failures: number
  /** Why the last dial ended, for people. */
  why: string | undefined
  /** The transport that is tried first: by it the last handshake came, or is said to come; undefined: that is not known. */
  transport: TransportKind | undefined
  /** The next dial, or the one under way, is in plaintext, as encryption was refused. */
  plaintext: boolean
  /** It was dialled in plaintext at once, for which it is not failed; until a handshake comes it does not get that again. */
  fellBack: boolean
  /** When it may be dialled again, in milliseconds. */
  dueAt: number
  /** When a connection that moved payload ended. */
  workedAt: number | undefined
}

/**
 * The addresses a torrent could dial, and when. One connection an address, however it is spelt; failures wait longer each time.
 * No address the user named is given up for failing, only for want of room: its peer may come up at any time. What peers tell of
 * is `hearsay`: it comes after those, takes no room from them, and is soon forgotten when it leads nowhere. What a tracker names comes after
 * those too, and is kept as long as there is room.
 */
export class AddressBook {
  readonly #entries = new Map<string, Entry>()
  /** Given addresses of peers with which there was nothing to trade, the oldest first; none of them is among the others. */
  readonly #aside = new Map<string, Entry>()
  /** Addresses at which we met ourselves. */
  readonly #ours = new RecentAddresses()
  readonly #banned = new RecentAddresses()

  /**
   * Takes an address, due at once. Known ones stay as they are, but for what was not known of them; one that has no host, or no port from
   * 1 to 65535, is not taken.
   */
  add(address: ReachedAddress): void {
    this.#add(address, false)
  }

  /**
   * Takes an address that a peer told of (BEP 11), unless it is ours. Known ones stay as `add` leaves them. `priority`: of two such
   * addresses the one with the higher is dialled first (BEP 40).
   */
  addHearsay(address: ReachedAddress, priority = 0): void {
    if (!this.#ours.has(address)) this.#add(address, true, priority)
  }

  /** The same of an address that a tracker names. */
  addTold(address: ReachedAddress, priority = 0): void {
    this.addHearsay(address, priority)
    const entry = this.#entries.get(addressKey(address))
    if (entry) entry.isTrackers = true
  }

  /** Whether only peers told of an address; not so of one that is not known. */
  isHearsay(address: Address): boolean {
    const entry = this.#entries.get(addressKey(address))
    return entry?.isHearsay === true && !entry.isTrackers
  }

  /** A dial has led to a peer that moved payload, whatever ended it. */
  noteWorked(address: Address, at: number): void {
    const entry = this.#entries.get(addressKey(address))
    if (entry) entry.workedAt = at
  }

  /** The handshake of a peer that was dialled has come by a transport: it is tried first from now on. */
  noteReached(address: Address, transport: TransportKind): void {
    const entry = this.#entries.get(addressKey(address))
    if (entry) entry.transport = transport
  }

  /** How an address is dialled best; as it is, where nothing is known of that. */
  reached(address: Address): ReachedAddress {
    const key = addressKey(address)
    const entry = this.#entries.get(key) ?? this.#aside.get(key)
    return entry ? reachedOf(entry) : address
  }

  /** Where dials led to peers that moved payload, the latest first. */
  get worked(): ReachedAddress[] {
    return [...this.#entries.values(), ...this.#aside.values()]
      .filter(({ workedAt }) => workedAt !== undefined)
      .sort((one, other) => (other.workedAt ?? 0) - (one.workedAt ?? 0))
      .map(reachedOf)
  }

  /** The addresses that were given, and those that peers told of, with their priorities. */
  get known(): { readonly given: readonly ReachedAddress[]; readonly hearsay: readonly Hearsay[] } {
    const entries = [...this.#entries.values()]
    const given = [...entries.filter(({ isHearsay }) => !isHearsay), ...this.#aside.values()]
    return {
      given: given.map(reachedOf),
      hearsay: entries
        .filter(({ isHearsay }) => isHearsay)
        .map((entry) => ({
          ...reachedOf(entry),
          priority: entry.priority,
          ...(entry.isTrackers && { isTrackers: true }),
        })),
    }
  }

  /** Forgets the addresses that only peers told of. Where one of them is connected it is not dialled again. */
  forgetHearsay(): void {
    for (const [key, { isHearsay, isTrackers }] of this.#entries)
      if (isHearsay && !isTrackers) this.#entries.delete(key)
  }

  #add({ host, port, transport, plaintext = false }: ReachedAddress, isHearsay: boolean, priority = 0): void {
    const address = { host, port }
    if (!canBe(address)) return
    const key = addressKey(address)
    const known = this.#entries.get(key)
    if (known) {
      known.isHearsay &&= isHearsay
      known.transport ??= transport
      return
    }
    if (this.#aside.has(key)) {
      this.#takeBack(key)
      return
    }
    if (!this.#makeRoom(isHearsay)) return
    this.#entries.set(key, {
      address: inOneSpelling(address),
      isHearsay,
      isTrackers: false,
      priority,
      connected: false,
      failures: 0,
      why: undefined,
      transport,
      plaintext,
      fellBack: false,
      dueAt: 0,
      workedAt: undefined,
    })
  }

  /** It was given once, and is all that it was, whatever tells of it now. Without room it stays aside. */
  #takeBack(key: string): void {
    const entry = this.#aside.get(key)
    if (!entry || !this.#makeRoom(false)) return
    this.#aside.delete(key)
    this.#entries.set(key, { ...entry, connected: false, failures: 0, dueAt: 0 })
  }

  /** Room for one more, if need be in the place of another: hearsay takes that of hearsay that failed, others that of any hearsay. */
  #makeRoom(isHearsay: boolean): boolean {
    const isFull = this.#entries.size >= addressesMax
    if (!isHearsay)
      return (
        !isFull ||
        this.#dropWorst({ isHearsay: true, failures: 0 }) ||
        this.#dropWorst({ isHearsay: false, failures: 1 })
      )
    return (!isFull && this.#hearsay < hearsayMax) || this.#dropWorst({ isHearsay: true, failures: 1 })
  }

  get #hearsay(): number {
    let count = 0
    for (const { isHearsay } of this.#entries.values()) if (isHearsay) count++
    return count
  }

  /** Whether `next` would answer with one. */
  hasDue(at: number): boolean {
    for (const { connected, dueAt } of this.#entries.values()) if (!connected && dueAt <= at) return true
    return false
  }

  /** Of the addresses that are not connected, the one that is due next: when, in milliseconds, and why the last dial to it ended. */
  get nextDue(): Pick<Entry, 'address' | 'dueAt' | 'why'> | undefined {
    let next: Entry | undefined
    for (const entry of this.#entries.values())
      if (!entry.connected && (next === undefined || entry.dueAt < next.dueAt)) next = entry
    return next
  }

  /** An address that is dialled once more, or connected, and why its last dial ended. */
  get redialled(): Pick<Entry, 'address' | 'why'> | undefined {
    for (const entry of this.#entries.values()) if (entry.connected && entry.why !== undefined) return entry
    return undefined
  }

  /** How many addresses are not connected: due now, or after their wait. */
  get waiting(): number {
    let count = 0
    for (const { connected } of this.#entries.values()) if (!connected) count++
    return count
  }

  /**
   * The next address to dial, which counts as connected from now on. Of those due, addresses that peers told of come last; then the one
   * with the fewest failures, then the one due longest, so that addresses where nothing answers never keep the others waiting. `transport`:
   * the one to try first, where that is known; `plaintext`: encryption was refused there.
   */
  next(at: number): Due | undefined {
    let best: Entry | undefined
    for (const entry of this.#entries.values()) {
      if (!entry.connected && entry.dueAt <= at && (!best || isBefore(entry, best))) best = entry
    }
    if (best) best.connected = true
    return best && { address: best.address, transport: best.transport, plaintext: best.plaintext }
  }

  /**
   * A dialled connection is over. One that moved payload starts with a small wait again. Where encryption was refused the next
   * dial is in plaintext, at once. The address is dialled so from then on, until a dial in plaintext fails where a host answers:
   * then the refusal was not about encryption, and all is as it was before. It is tried by the transport that
   * carried the refusal; where that too led to no handshake, the next transport is tried first.
   */
  closed(address: Address, { at, outcome, transport, nextTransport, why }: DialEnd): void {
    const entry = this.#entries.get(addressKey(address))
    if (!entry) return
    entry.connected = false
    entry.why = why
    if (outcome === 'untried') {
      entry.dueAt = at + untriedMs
      return
    }
    if (outcome !== 'unreached' && outcome !== 'encryption_refused') entry.fellBack = false
    if (outcome === 'failed' || outcome === 'encryption_refused') entry.plaintext = outcome === 'encryption_refused'
    if (outcome === 'encryption_refused' && !entry.fellBack) {
      entry.fellBack = true
      entry.transport = transport ?? entry.transport
      entry.dueAt = at
      return
    }
    if (outcome === 'failed' || outcome === 'encryption_refused') entry.transport = nextTransport ?? entry.transport
    entry.failures = outcome === 'worked' ? 1 : entry.failures + 1
    const leadsNowhere = outcome !== 'worked' && outcome !== 'idle' && entry.failures >= hearsayTriesMax
    // A tracker names its addresses again only at its next announce, half an hour later as a rule.
    if (leadsNowhere && entry.isHearsay && !entry.isTrackers) {
      this.remove(address)
      return
    }
    entry.dueAt = at + (backoffMs[Math.min(entry.failures, backoffMs.length) - 1] ?? 0)
  }

  /** It is due at once, as if it had not failed: something says that its peer can be reached now. */
  retry(address: Address): void {
    const entry = this.#entries.get(addressKey(address))
    if (!entry) return
    entry.failures = 0
    entry.dueAt = 0
  }

  /** All are due at once, as if none had failed: where no connection led before there may be one now. */
  retryAll(): void {
    for (const entry of this.#entries.values()) {
      entry.failures = 0
      entry.dueAt = 0
    }
  }

  /**
   * There is nothing to trade there, as we want nothing: it is dialled no more until `recall`, or until it is given or told of again.
   * An address that peers told of is forgotten, as they tell it again.
   */
  setAside(address: Address): void {
    const key = addressKey(address)
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    if (entry && !entry.isHearsay) this.#aside.set(key, entry)
    for (const key of this.#aside.keys()) {
      if (this.#aside.size <= addressesMax) break
      this.#aside.delete(key)
    }
  }

  /** We want something again: what was set aside is due at once, where there is room. What is known of it still holds. */
  recall(): void {
    for (const key of [...this.#aside.keys()]) this.#takeBack(key)
  }

  /** Never dial it again. False where it was not known. */
  remove(address: Address): boolean {
    const key = addressKey(address)
    const wasAside = this.#aside.delete(key)
    return this.#entries.delete(key) || wasAside
  }

  /** We met ourselves there: never dial it again, whichever peers tell of it. */
  removeOurs(address: Address): void {
    this.remove(address)
    this.#ours.add(address)
  }

  /** It is banned: never dial it again. */
  removeBanned(address: Address): void {
    if (this.remove(address)) this.#banned.add(address)
  }

  /** The addresses that were removed last because they were banned, as some may still be. */
  get banned(): readonly Address[] {
    return this.#banned.all
  }

  /**
   * Of the addresses given, or of those that peers told of, drops the one with the most failures; false when none is free that failed so
   * often.
   */
  #dropWorst({ isHearsay, failures }: { readonly isHearsay: boolean; readonly failures: number }): boolean {
    let worst: Entry | undefined
    for (const entry of this.#entries.values()) {
      if (entry.connected || entry.isHearsay !== isHearsay || entry.failures < failures) continue
      if (!worst || entry.failures > worst.failures) worst = entry
    }
    if (worst) this.remove(worst.address)
    return worst !== undefined
  }
}

const canBe = ({ host, port }: Address): boolean => host !== '' && isPort(port)

const inOneSpelling = ({ host, port }: Address): Address => ({ host: ipBytes(host) ? canonicalHost(host) : host, port })

const reachedOf = ({ address, plaintext, transport }: Entry): ReachedAddress => ({
  ...address,
  ...(transport !== undefined && { transport }),
  ...(plaintext && { plaintext }),
})

function isBefore(one: Entry, other: Entry): boolean {
  if (one.isHearsay !== other.isHearsay) return other.isHearsay
  if (one.failures !== other.failures) return one.failures < other.failures
  if (one.isHearsay && one.priority !== other.priority) return one.priority > other.priority
  return one.dueAt < other.dueAt
}
