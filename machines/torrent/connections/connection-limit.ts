import type { PlaceCommand } from '../vocabulary/commands.ts'
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

/**
 * One torrent's part in a `ConnectionLimit`: what it may reckon with while it decides, none of which changes anything, and what it is told of
 * the decision. `at`: in milliseconds.
 */
export interface ConnectionClaim {
  /** Places it holds. */
  readonly held: number
  /** Whether there is a place for it, beside `underWay` others. */
  hasRoom(at: number, underWay?: number): boolean
  /** Whether it may take one more place: there is one, or it is one of a few newcomers that go beyond the limit. */
  mayEnter(at: number): boolean
  /** How many connections it has to end, as it went beyond the limit with more than its share. */
  surplus(at: number): number
  /** How many of its connections it is to end now, so that others find a place. */
  owed(at: number): number
  send(command: PlaceCommand): void
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
 * one of their torrent's connections is of less use. A decision only reads; the commands that follow from it take and free places. Of these
 * `place.take` is carried out first, before another torrent decides: two are never given the last.
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
      hasRoom: (at, underWay = 0) => this.#hasRoom(claimant, at, underWay),
      mayEnter: (at) => this.#hasRoom(claimant, at, 0) || this.held < this.max + newcomersOf(this.max),
      surplus: (at) => this.#surplus(claimant, at),
      owed: (at) => this.#owed(claimant, at).length,
      send: (command) => this.#carryOut(claimant, command),
      leave: () => {
        this.#claimants.delete(claimant)
      },
    }
  }

  #carryOut(claimant: Claimant, command: PlaceCommand): void {
    switch (command.type) {
      case 'place.take':
        this.#take(claimant, command.at)
        break
      case 'place.give_back':
        claimant.held--
        if (claimant.beyond > 0) claimant.beyond--
        break
      case 'place.want':
        claimant.refusedAt = command.at
        break
      case 'place.make_room':
        for (const other of this.#owed(claimant, command.at)) other.promisedAt = command.at
        break
    }
  }

  #take(claimant: Claimant, at: number): void {
    const isBeyond = !this.#hasRoom(claimant, at, 0)
    claimant.held++
    if (isBeyond) {
      claimant.beyond++
      claimant.refusedAt = at
    } else {
      claimant.refusedAt = undefined
      claimant.promisedAt = undefined
    }
  }

  /** It asks for a place: so it takes part in the division. */
  #hasRoom(claimant: Claimant, at: number, underWay: number): boolean {
    const share = this.#share(at, claimant)
    const kept = claimant.held < share ? 0 : this.#waiting(at, share).filter((other) => other !== claimant).length
    return this.max - this.held - underWay > kept
  }

  /** Below its share it has a right to what it holds: others owe it. */
  #surplus(claimant: Claimant, at: number): number {
    if (claimant.beyond === 0 || claimant.held <= this.#share(at)) return 0
    return Math.max(0, Math.min(claimant.beyond, this.held - this.max))
  }

  /** Torrents that it is to make room for now: each wants a place, and none is being made for it. */
  #owed(claimant: Claimant, at: number): Claimant[] {
    const share = this.#share(at)
    for (const other of this.#claimants) if (other.held > claimant.held) return []
    const unpromised = this.#waiting(at, share).filter(
      ({ promisedAt }) => promisedAt === undefined || at - promisedAt >= promiseMs,
    )
    return unpromised.slice(Math.max(0, this.max - this.held)).slice(0, Math.max(0, claimant.held - share))
  }

  /** @param asking It wants a place, whether it was refused one or not. */
  #share(at: number, asking?: Claimant): number {
    let parts = 0
    for (const claimant of this.#claimants) {
      if (claimant.held > 0 || claimant === asking || wants(claimant, at)) parts++
    }
    return Math.max(1, Math.floor(this.max / Math.max(1, parts)))
  }

  /** Below their share, and refused lately. */
  #waiting(at: number, share: number): Claimant[] {
    return [...this.#claimants].filter((claimant) => claimant.held < share && wants(claimant, at))
  }
}

const wants = ({ refusedAt }: Claimant, at: number): boolean => refusedAt !== undefined && at - refusedAt < wantMs
