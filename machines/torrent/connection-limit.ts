/** Connections that torrents may hold together if the caller does not say (libtorrent, `connections_limit`). */
export const defaultMaxConnections = 200

/** How long a place that was refused counts as wanted, in milliseconds: most clients dial again within a minute (libtorrent 60 s). */
export const wantMs = 60_000

/** How long a place that is being made for a torrent is not asked for again: closing takes 5 s at most, and who waits dials each second. */
const promiseMs = 10_000

/** One torrent's part in a `ConnectionLimit`. */
export interface ConnectionClaim {
  /** Places it holds. */
  readonly held: number
  /** It was refused a place, and given none since. */
  readonly isRefused: boolean
  /** Takes a place; false when there is none for it, which is remembered as a wish. `at`: in milliseconds. */
  take(at: number): boolean
  /** A place it held is free. */
  release(): void
  /** How many of its connections it is to end now, so that others find a place; whoever asks is taken to end them. */
  owed(at: number): number
  /** It holds nothing, and takes no part any more. */
  leave(): void
}

interface Claimant {
  held: number
  /** When it was last refused a place; undefined once it was given one. */
  refusedAt: number | undefined
  /** When somebody began to end a connection for it. */
  promisedAt: number | undefined
}

/**
 * The connections that several torrents may hold together, and who gets the next. The share of a torrent is what all places come
 * to when those that hold some or want some divide them evenly, one at least. Up to its share a torrent gets any free place. Beyond
 * it, it gets what is free and kept for nobody: for each torrent below its share that was refused within `wantMs` one place is
 * kept, and when none is free the torrent that holds the most beyond its share ends a connection. So a torrent with a thousand
 * addresses uses what others leave, and never starves one that comes later.
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
    const claimant: Claimant = { held: 0, refusedAt: undefined, promisedAt: undefined }
    this.#claimants.add(claimant)
    return {
      get held() {
        return claimant.held
      },
      get isRefused() {
        return claimant.refusedAt !== undefined
      },
      take: (at) => this.#take(claimant, at),
      release: () => {
        claimant.held--
      },
      owed: (at) => this.#owed(claimant, at),
      leave: () => {
        this.#claimants.delete(claimant)
      },
    }
  }

  #take(claimant: Claimant, at: number): boolean {
    const free = this.max - this.held
    claimant.refusedAt = at
    const kept = claimant.held < this.#share(at) ? 0 : this.#waiting(at).filter((other) => other !== claimant).length
    if (free <= kept) return false
    claimant.held++
    claimant.refusedAt = undefined
    claimant.promisedAt = undefined
    return true
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
