import type { SwarmCounts, TrackerFailure } from '../transport/tracker/announce.ts'
import type { TrackerNetwork } from '../transport/tracker/network.ts'
import { scrapeTo } from '../transport/tracker/scrape-to.ts'

/** What a tracker says of the swarm of a torrent, as far as it says so; or why it says nothing. */
export type Scrape = { readonly url: string } & (SwarmCounts | Pick<TrackerFailure, 'fault' | 'message'>)

/** Asks trackers side by side how many there are in the swarm of a torrent. Never rejects. */
export const scrapeAll = (
  trackers: readonly { readonly url: string }[],
  infoHash: Uint8Array,
  network: TrackerNetwork,
): Promise<readonly Scrape[]> =>
  Promise.all(
    trackers.map(
      ({ url }) =>
        new Promise<Scrape>((resolve) => {
          scrapeTo(url, infoHash, network, (outcome) => {
            if ('answer' in outcome) return resolve({ url, ...outcome.answer })
            const { fault, message } = outcome.failure
            resolve({ url, fault, message })
          })
        }),
    ),
  )
