import type { PeerRow, RatePoint } from '../protocol/protocol.ts'

type Rated = Pick<PeerRow, 'id' | 'rateDown' | 'rateUp'>

/** Points of each torrent that are remembered: ten minutes of one a second. */
const pointsMax = 600

/** The rates of torrents over time. */
export class Rates {
  readonly #points = new Map<number, RatePoint[]>()
  #fresh: RatePoint[] = []

  /** A second is over. */
  note(at: number, torrents: readonly Rated[], peers: readonly Rated[]): void {
    for (const { id, rateDown: down, rateUp: up } of torrents) {
      const points = this.#points.get(id) ?? []
      points.push({ id, at, down, up })
      if (points.length > pointsMax) points.shift()
      this.#points.set(id, points)
      this.#fresh.push({ id, at, down, up })
    }
    for (const { id, rateDown: down, rateUp: up } of peers)
      if (down > 0 || up > 0) this.#fresh.push({ id, at, down, up })
  }

  /** A torrent that is not known any more. */
  forget(id: number): void {
    this.#points.delete(id)
  }

  /** Those of all torrents. */
  get all(): readonly RatePoint[] {
    return [...this.#points.values()].flat()
  }

  /** Those since the last call. */
  takeFresh(): readonly RatePoint[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }
}
