import type { TorrentWish } from '../machines/torrent/vocabulary/events.ts'
import type { Address } from '../transport/transport.ts'
import { requireAddress } from './options.ts'
import { requireTracker } from './tracker-places.ts'
import { requireWebSeed } from './web-seeds.ts'

/** Adds sources of data, and trackers, to a torrent. */
export interface AddsSources {
  /** An address to dial. Throws a RangeError when there is no host, or the port is not 1 to 65535. */
  addPeer(address: Address): void
  /**
   * Asks one more tracker, besides the others, as long as it runs. One that it has is passed over, and so is the 101st. A private torrent asks it,
   * too (as in libtorrent). Throws a TypeError for what is no text, and a RangeError for what is no http, https or udp URL, of udp with a port.
   */
  addTracker(url: string): void
  /**
   * Asks one more web seed (BEP 19), behind the others, as long as it runs and something is missing. One that it has is passed over, and so is
   * the 101st. Throws a TypeError for what is no text, and a RangeError for what is no http or https URL.
   */
  addWebSeed(url: string): void
}

/** The calls that add them, as wishes. */
export const addingSources = (wish: (event: TorrentWish) => void): AddsSources => ({
  addPeer(address) {
    requireAddress(address)
    wish({ type: 'torrent.add_peer', address })
  },
  addTracker: (url) => wish({ type: 'torrent.add_tracker', url: requireTracker(url) }),
  addWebSeed: (url) => wish({ type: 'torrent.add_web_seed', url: requireWebSeed(url) }),
})
