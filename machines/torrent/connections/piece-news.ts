/** Fewer are not worth looking through. */
const fewest = 1_000

/** A place in the news: how many of them a peer has been told. */
export interface Reader {
  toldPieces: number
}

/**
 * News of our pieces in order: a piece that became ours by its index, one that was lost by `~index`. Each reader is told them from its
 * place on. A piece that is lost and found over and over costs no more than two pieces do for each place where a reader stands.
 */
export class PieceNews {
  #news: number[] = []
  /** How many there may be before they are looked through. */
  #room = fewest

  get length(): number {
    return this.#news.length
  }

  /** Of a piece that was lost, or became ours, since the last news of it. */
  add(news: number): void {
    this.#news.push(news)
  }

  at(place: number): number | undefined {
    return this.#news[place]
  }

  /**
   * Once there are many: forgets what all readers have been told, and of each piece the news that take each other back before any reader is
   * told one of them alone. The places of all move with what is left; a reader that `hears` nothing yet is at the end.
   */
  tidy<One extends Reader>(all: Iterable<One>, hears: (one: One) => boolean): void {
    if (this.#news.length < this.#room) return
    const everybody = [...all]
    const readers = everybody.filter(hears)
    const places = [...new Set(readers.map(({ toldPieces }) => toldPieces))].sort((a, b) => a - b)
    const left: number[] = []
    const moved = new Map<number, number>()
    for (const [i, place] of places.entries()) {
      moved.set(place, left.length)
      for (const news of this.#standing(place, places[i + 1] ?? this.#news.length)) left.push(news)
    }
    this.#news = left
    this.#room = Math.max(fewest, 2 * left.length)
    for (const one of everybody) one.toldPieces = (hears(one) ? moved.get(one.toldPieces) : undefined) ?? left.length
  }

  /** What of the news between two places is not taken back by others of them: losing and finding a piece take turns. */
  #standing(from: number, to: number): Iterable<number> {
    const byPiece = new Map<number, number>()
    for (let place = from; place < to; place++) {
      const news = this.#news[place] as number
      const index = news < 0 ? ~news : news
      if (!byPiece.delete(index)) byPiece.set(index, news)
    }
    return byPiece.values()
  }
}
