import type { TorrentProgress } from '../machines/torrent/vocabulary/emitted.ts'

/**
 * What the torrents of a session have moved together, as `TorrentProgress` has it of each: bytes of this run, those of torrents that were
 * removed or have ended included, and a second.
 */
export type SessionStatistics = Pick<
  TorrentProgress,
  'downloaded' | 'downloadedFromWebSeeds' | 'uploaded' | 'wasted' | 'corrupt' | 'rateDown' | 'rateUp'
>

const nothing: SessionStatistics = {
  downloaded: 0,
  downloadedFromWebSeeds: 0,
  uploaded: 0,
  wasted: 0,
  corrupt: 0,
  rateDown: 0,
  rateUp: 0,
}

/** What is counted. */
interface Counted {
  readonly progress: SessionStatistics
}

/** Adds up what torrents have moved, also those that are gone, which it does not hold. */
export class Totals {
  readonly #torrents = new Set<Counted>()
  #gone = nothing

  get sum(): SessionStatistics {
    return [...this.#torrents].reduce((sum, { progress }) => add(sum, progress), this.#gone)
  }

  /** It is counted from now on. */
  add(torrent: Counted): void {
    this.#torrents.add(torrent)
  }

  /** It moves nothing any more. */
  end(torrent: Counted): void {
    if (this.#torrents.delete(torrent)) this.#gone = add(this.#gone, { ...torrent.progress, rateDown: 0, rateUp: 0 })
  }
}

const add = (sum: SessionStatistics, more: SessionStatistics): SessionStatistics => ({
  downloaded: sum.downloaded + more.downloaded,
  downloadedFromWebSeeds: sum.downloadedFromWebSeeds + more.downloadedFromWebSeeds,
  uploaded: sum.uploaded + more.uploaded,
  wasted: sum.wasted + more.wasted,
  corrupt: sum.corrupt + more.corrupt,
  rateDown: sum.rateDown + more.rateDown,
  rateUp: sum.rateUp + more.rateUp,
})
