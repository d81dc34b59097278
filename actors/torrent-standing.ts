import type { PieceSet } from '../machines/piece-set.ts'
import type {
  DhtSummary,
  TorrentState,
  TrackerSummary,
  WebSeedSummary,
} from '../machines/torrent/vocabulary/emitted.ts'
import type { Listening } from '../machines/torrent/vocabulary/events.ts'
import type { Scrape } from './scraping.ts'

/** How a torrent stands. */
export interface TorrentStanding {
  /** How it stands, in one word; `state` is emitted at each change. */
  readonly state: TorrentState
  /** The pieces that are ours: an immutable set, as of now. None before the data was checked; undefined before the metadata has come. */
  readonly pieces: PieceSet | undefined
  /** Bytes of the pieces that are not ours, the same way. */
  readonly left: number | undefined
  /** What peers know it by: 20 bytes, a copy. */
  readonly peerId: Uint8Array
  /** Where it, or its session, accepts peers now, by each transport; none while it does not run. */
  readonly listening: readonly Listening[]
  /** How its searches in the DHT stand; undefined where it has none (`dht`), is private, or was not started yet. */
  readonly dht: DhtSummary | undefined
  /** The trackers that it asks, in the order in which they are asked. */
  readonly trackers: readonly TrackerSummary[]
  /**
   * Asks each of these how many there are in the swarm (BEP 48, BEP 15), whether it runs or not, besides what announces bring. Resolves in
   * their order when all have answered, after 45 s at the latest; one that has not says why (`fault`, `message`). Rejects with an Error when
   * the torrent is stopped meanwhile, which ends the asking, or was before.
   */
  scrape(): Promise<readonly Scrape[]>
  /** Its web seeds, in the order in which they are asked. */
  readonly webSeeds: readonly WebSeedSummary[]
}
