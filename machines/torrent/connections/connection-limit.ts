import { newcomersOf } from './newcomers.ts'

/** Connections that torrents may hold together if the caller does not say (libtorrent, `connections_limit`). */
export const defaultMaxConnections = 200

/**
 * As many, where so many sockets may be open: a quarter of these is left to connections whose handshake is not done. Where torrents held
 * all sockets, dials would wait for one, and no torrent would be told to leave one to another.
 */
export const placesFor = (socketsMax: number): number => Math.min(defaultMaxConnections, Math.ceil(0.75 * socketsMax))

/** How long a place that was refused counts as wanted, in milliseconds: most clients dial again within a minute (libtorrent 60 s). */
export const wantMs = 60_000

/**
 * How long a place that is being made for a torrent is not asked for again: closing takes 5 s at most, and a torrent that waits dials each
 * second.
 */
const promiseMs = 10_000

/** One torrent's part in a `ConnectionLimit`. */
export interface ConnectionClaim {
  /** Places it holds. */
  readonly held: number
  /** It was refused a place, and given none since. */
  readonly isRefused: boolean
  /** Whether there is a place for it, beside `underWay` others; if not, that is remembered as a wish. `at`: in milliseconds. */
  hasRoom(at: number, underWay?: number): boolean
  /** Takes a place; false when there is none for it, which is remembered as a wish. */
  take(at: number): boolean
  /** Whether `enter` would do. */
  mayEnter(at: number): boolean
  /** Takes a place, or goes beyond the limit as one of a few newcomers; false when there are too many of these. */
  enter(at: number): boolean
  /** How many connections it has to end, as it went beyond the limit with more than its share. */
  surplus(at: number): number
  /** A place it held is free. */
  release(): void
  /** How many of its connections it is to end now, so that others find a place; the torrent that asks is taken to end them. */
  owed(at: number): number
  /** It holds nothing, and takes no part any more. */
  leave(): void
}

interface Claimant {
  held: number
  /** Of these, beyond the limit when they came. */
  beyond: number
  /** When it was last refused a place; undefined once it was given one. */
  refusedAt: number | undefined
  /** When a torrent began to end a connection for it. */
  promisedAt: number | undefined
}

/**
 * The connections that several torrents may hold together, and which of them gets the next. The share of a torrent is what all places come
 * to when those that hold some or want some divide them evenly, one at least. Up to its share a torrent gets any free place. Beyond
 * it, it gets what is free and kept for no other: for each torrent below its share that was refused within `wantMs` one place is
 * kept, and when none is free the torrent that holds the most beyond its share ends a connection. So a torrent with a thousand
 * addresses uses what others leave, and never starves one that comes later. A few newcomers go beyond the limit until it is seen whether
 * one of their torrent's connections is of less use. A decision takes and frees places itself, not by a command: whether there is one is
 * what it decides by, and two torrents may never be given the last.
 */
export class ConnectionLimit {
  readonly max: number
  readonly #claimants = new Set<Claimant>()

  /** Throws a RangeError when `max` is not a whole number from 1. */
  constructor(max: number = defaultMaxConnections) {
    if (!Number.isInteger(max) || max < 1) throw new RangeError(`a limit of connections is a number from 1, not ${max}`)
    this.max = max
  }

  /** Connections held by all. */
  get held(): number {
    let held = 0
    for (const claimant of this.#claimants) held += claimant.held
    return held
  }

  /** A torrent takes part. */
  join(): ConnectionClaim {
    const claimant: Claimant = { held: 0, beyond: 0, refusedAt: undefined, promisedAt: undefined }
    this.#claimants.add(claimant)
    return {
      get held() {
        return claimant.held
      },
      get isRefused() {
        return claimant.refusedAt !== undefined
      },
      hasRoom: (at, underWay = 0) => this.#hasRoom(claimant, at, underWay),
      take: (at) => this.#take(claimant, at),
      mayEnter: (at) => this.#hasRoom(claimant, at, 0) || this.#isOpenToNewcomers,
      enter: (at) => this.#take(claimant, at) || this.#goBeyond(claimant),
      surplus: (at) => this.#surplus(claimant, at),
      release: () => {
        claimant.held--
        if (claimant.beyond > 0) claimant.beyond--
      },
      owed: (at) => this.#owed(claimant, at),
      leave: () => {
        this.#claimants.delete(claimant)
      },
    }
  }

  #hasRoom(claimant: Claimant, at: number, underWay: number): boolean {
    const { refusedAt } = claimant
    const free = this.max - this.held
    claimant.refusedAt = at
    const kept = claimant.held < this.#share(at) ? 0 : this.#waiting(at).filter((other) => other !== claimant).length
    if (free - underWay <= kept) return false
    claimant.refusedAt = refusedAt
    return true
  }

  #take(claimant: Claimant, at: number): boolean {
    if (!this.#hasRoom(claimant, at, 0)) return false
    claimant.held++
    claimant.refusedAt = undefined
    claimant.promisedAt = undefined
    return true
  }

  get #isOpenToNewcomers(): boolean {
    return this.held < this.max + newcomersOf(this.max)
  }

  #goBeyond(claimant: Claimant): boolean {
    if (!this.#isOpenToNewcomers) return false
    claimant.held++
    claimant.beyond++
    return true
  }

  /** Below its share it has a right to what it holds: others owe it. */
  #surplus(claimant: Claimant, at: number): number {
    if (claimant.beyond === 0 || claimant.held <= this.#share(at)) return 0
    return Math.max(0, Math.min(claimant.beyond, this.held - this.max))
  }

  #owed(claimant: Claimant, at: number): number {
    const share = this.#share(at)
    for (const other of this.#claimants) if (other.held > claimant.held) return 0
    const unpromised = this.#waiting(at).filter(
      ({ promisedAt }) => promisedAt === undefined || at - promisedAt >= promiseMs,
    )
    const asked = unpromised.slice(Math.max(0, this.max - this.held)).slice(0, Math.max(0, claimant.held - share))
    for (const other of asked) other.promisedAt = at
    return asked.length
  }

  #share(at: number): number {
    let parts = 0
    for (const claimant of this.#claimants) if (claimant.held > 0 || wants(claimant, at)) parts++
    return Math.max(1, Math.floor(this.max / Math.max(1, parts)))
  }

  /** Below their share, and refused lately. */
  #waiting(at: number): Claimant[] {
    const share = this.#share(at)
    return [...this.#claimants].filter((claimant) => claimant.held < share && wants(claimant, at))
  }
}

const wants = ({ refusedAt }: Claimant, at: number): boolean => refusedAt !== undefined && at - refusedAt < wantMs
