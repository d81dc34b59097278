/**
 * Dials at once, and how long the rest waits. A dial costs its actor, and its connection opens at about the same time as those dialled
 * with it: a batch has to be small. 200 a second is libtorrent's `connection_speed` at its fastest; its default is 30.
 */
export const dialing = { batch: 10, pauseMs: 50 } as const

/** Connections that a torrent ends at once when it stops or pauses, and how long the rest waits. */
export const closing = { batch: 10, pauseMs: 10 } as const

/** Messages that a torrent sends at once when all its peers are to be told the same, and how long the rest waits. */
export const telling = { batch: 100, pauseMs: 10 } as const

/**
 * Work on many peers in small batches, so that a thousand of them never keep the process from everything else: after each batch
 * the worker starts a timer, and `refill`s when it fires.
 */
export class Pace {
  readonly #batch: number
  #left: number
  #isResting = false

  constructor(batch: number) {
    this.#batch = batch
    this.#left = batch
  }

  /** Nothing more belongs to this batch. */
  get isSpent(): boolean {
    return this.#left <= 0
  }

  /** One of the batch is done, or what costs as much as several; it may cost more than is left. */
  spend(count = 1): void {
    this.#left -= count
  }

  /** Whether the timer has to be started: something was done since it last fired, and it does not run. */
  rest(): boolean {
    if (this.#isResting || this.#left === this.#batch) return false
    this.#isResting = true
    return true
  }

  /** The timer has fired, or was cancelled. */
  refill(): void {
    this.#left = this.#batch
    this.#isResting = false
  }
}
