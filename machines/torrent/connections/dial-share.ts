/**
 * How many dials a torrent may begin in a row, until the pause behind them is over (batching.ts): for half of the places that were free before
 * (as libtorrent with `smooth_connects`). The others are left to peers that dial it meanwhile: where a whole swarm comes at once, and all would dial for all
 * their places, half of the connections would have none at the end.
 */
export class DialShare {
  #left = 0

  /** The pause is over. */
  renew(freePlaces: number): void {
    this.#left = Math.ceil(freePlaces / 2)
  }

  get isSpent(): boolean {
    return this.#left <= 0
  }

  spend(): void {
    this.#left--
  }
}
