/** What the peers that could be asked for the same blocks give, in bytes a second. */
export interface Rates {
  /** Of the peer that is asked; 0 where nobody has given anything yet, as `mean`. */
  readonly own: number
  readonly mean: number
  readonly others: readonly Other[]
}

/** A peer that could be asked for the same. */
interface Other {
  /** 0 where it has given nothing yet. */
  readonly rate: number
  /** Blocks that it was asked for. */
  readonly asked: number
}

/**
 * A peer's share of blocks that are due one after the other: those that it brings before others would. How many it leaves to others is added
 * up once for each block that it takes, not for those that it passes over: a slow peer passes over all of a window.
 */
export class Share {
  readonly #rates: Rates
  #asked: number
  #passed = 0
  #left: number

  /** `asked`: blocks that the peer was asked for. */
  constructor(rates: Rates, asked: number) {
    this.#rates = rates
    this.#asked = asked
    this.#left = leftToOthers(rates, asked + 1)
  }

  /** How many blocks others bring before the next that the peer takes. */
  get toPass(): number {
    return Math.max(0, this.#left - this.#passed)
  }

  /** So many blocks are left to others. */
  pass(blocks: number): void {
    this.#passed += blocks
  }

  /** So many blocks the peer was asked for by now, with those that it takes. */
  set asked(asked: number) {
    if (asked === this.#asked) return
    this.#asked = asked
    this.#left = leftToOthers(this.#rates, asked + 1)
  }
}

/** How many blocks others would bring, besides those that they were asked for, before a peer brings the last of so many. */
function leftToOthers({ mean, others, own }: Rates, blocks: number): number {
  let left = 0
  for (const { asked, rate } of others) {
    const ratio = own > 0 ? (rate || mean) / own : 1
    left += Math.max(0, Math.ceil(blocks * ratio) - 1 - asked)
  }
  return left
}
