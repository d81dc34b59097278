import { metadataBytesMax } from '../../transport/wire/extended/metadata-pieces.ts'
import type { MetadataCopy } from './metadata-copy.ts'

/** How long the first term lasts. */
export const firstTermMs = 2_000

/** By how many of its next terms a claim that failed one is due later, so that those with long ones do not come as often as others. */
const waitPerTerm = 4

/** How long a claim stands without being made again: what is held goes up and down. */
export const claimMs = 20_000

/**
 * Bytes a second: a claim that is given so much in a term may stay seated. A peer that lies runs out of pieces, after 160 s at the latest.
 */
export const seatRate = 64 * 1024

/** Bytes a second: by as much as its metadata takes at this rate, a claim is due after it was first made. */
export const dueRate = 16 * 1024

/**
 * The claim of one copy to a seat: to room for all of its metadata while memory is used up. It is seated for a term. A claim that was given
 * `seatRate` in it competes for the next with the date it had; one that was not gets a later one, and a term twice as long, so that slow
 * links come to their end too. Times are milliseconds.
 */
export class MetadataSeat {
  /** In bytes. */
  readonly size: number
  #failures = 0
  #dueAt: number | undefined
  #claimedAt = Number.NEGATIVE_INFINITY
  #term: { readonly endsAt: number; readonly least: number } | undefined

  constructor(size: number) {
    this.size = size
  }

  /** Whether it has failed no term yet. */
  get isFresh(): boolean {
    return this.#failures === 0
  }

  /** Whether its term goes on. */
  get isFirm(): boolean {
    return this.#term !== undefined
  }

  /** The earlier, the sooner it is seated: shorter metadata may overtake, newcomers not for ever. */
  get dueAt(): number {
    return this.#dueAt ?? Number.POSITIVE_INFINITY
  }

  /** It is held up. */
  claim(at: number): void {
    this.#claimedAt = at
  }

  isClaimed(at: number): boolean {
    return this.isFirm || at - this.#claimedAt < claimMs
  }

  /** Notices that it is there, and what has become of its term, now that so many bytes are held. A term ends early when no peer answers. */
  tick(held: number, isAlive: boolean, at: number): void {
    this.#dueAt ??= this.#due(at)
    if (this.#term === undefined || (isAlive && at < this.#term.endsAt)) return
    if (held < this.#term.least) {
      this.#failures++
      this.#dueAt = this.#due(at) + waitPerTerm * this.#termMs
    }
    this.#term = undefined
  }

  /** It is seated, again or still. */
  take(held: number, at: number): void {
    const ms = this.#termMs
    this.#term ??= { endsAt: at + ms, least: held + (seatRate * ms) / 1000 }
  }

  get #termMs(): number {
    return firstTermMs * 2 ** this.#failures
  }

  #due(at: number): number {
    return at + (this.size * 1000) / dueRate
  }
}

/** What claims a seat. */
export interface Claimant {
  readonly seat: MetadataSeat
  readonly copy: MetadataCopy
}

/**
 * Which of these are seated, no longer in all than `metadataBytesMax`: those whose term goes on, then the one that is due first. Those that
 * have failed a term have as much again to themselves, so that terms that have grown long hold up no newcomer, and newcomers none of them.
 */
export function seated<T extends Claimant>(claimants: readonly T[], at: number): Set<T> {
  const seats = new Set<T>()
  for (const isFresh of [true, false]) {
    let bytes = 0
    const queue = claimants.filter(({ seat }) => seat.isFresh === isFresh)
    queue.sort((one, other) => Number(other.seat.isFirm) - Number(one.seat.isFirm) || one.seat.dueAt - other.seat.dueAt)
    for (const claimant of queue) {
      bytes += claimant.seat.size
      if (bytes > metadataBytesMax) break
      claimant.seat.take(claimant.copy.held, at)
      seats.add(claimant)
    }
  }
  return seats
}
