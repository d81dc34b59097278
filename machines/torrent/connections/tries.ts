/** How soon the next is tried after the first that is met, in milliseconds; twice as long after each further one. */
const firstMs = 2_000

/** No longer than that: libtorrent ends some connections of a full torrent every five minutes, and dials others in their places. */
export const triesMostMs = 60_000

/**
 * When a torrent whose places are all taken may dial another address, to see whether its peer is of more use than one that is there. The wait
 * grows with each peer that is met and is of none: in a swarm in which nobody has anything yet all would try all others, again and again.
 * Addresses where nobody answers do not count. Times in milliseconds.
 */
export class Tries {
  #dueAt = Number.NEGATIVE_INFINITY
  #waitMs = firstMs

  isDue(at: number): boolean {
    return at >= this.#dueAt
  }

  /** The handshake of one that was tried has come. */
  met(at: number): void {
    if (at - this.#dueAt >= triesMostMs) this.#waitMs = firstMs
    this.#dueAt = at + this.#waitMs
    this.#waitMs = Math.min(2 * this.#waitMs, triesMostMs)
  }

  /** A connection gave way to a newcomer: it may be so with others. */
  paidOff(): void {
    this.#dueAt = Number.NEGATIVE_INFINITY
    this.#waitMs = firstMs
  }
}
