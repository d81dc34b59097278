import type { AnyActor } from 'xstate'
import type { SwarmCounts, TrackerFailure } from '../transport/tracker/announce.ts'
import type { TrackerNetwork } from '../transport/tracker/network.ts'
import { scrapeTo } from '../transport/tracker/scrape-to.ts'

/** What a tracker says of the swarm of a torrent, as far as it says so; or why it says nothing. */
export type Scrape = { readonly url: string } & (SwarmCounts | Pick<TrackerFailure, 'fault' | 'message'>)

/** What it takes to ask. `actor`: the torrent's. `infoHash` has 20 bytes. */
interface Scraping {
  readonly actor: AnyActor
  readonly trackers: readonly { readonly url: string }[]
  readonly infoHash: Uint8Array
  readonly network: TrackerNetwork
}

/**
 * Asks trackers side by side how many there are in the swarm of a torrent. Rejects with an Error, and gives them up, when the torrent's actor
 * ends before they have answered, or has ended.
 */
export async function scrapeAll({ actor, infoHash, network, trackers }: Scraping): Promise<readonly Scrape[]> {
  if (actor.getSnapshot().status !== 'active') throw new Error('the torrent was stopped')
  const giveUps: (() => void)[] = []
  const answers = trackers.map(
    ({ url }) =>
      new Promise<Scrape>((resolve) => {
        const giveUp = scrapeTo(url, infoHash, network, (outcome) => {
          if ('answer' in outcome) return resolve({ url, ...outcome.answer })
          const { fault, message } = outcome.failure
          resolve({ url, fault, message })
        })
        giveUps.push(giveUp)
      }),
  )
  let watch: { unsubscribe(): void } | undefined
  const over = new Promise<never>((_, reject) => {
    const stopped = () => reject(new Error('the torrent was stopped'))
    watch = actor.subscribe({ complete: stopped, error: stopped })
  })
  try {
    return await Promise.race([Promise.all(answers), over])
  } finally {
    watch?.unsubscribe()
    for (const giveUp of giveUps) giveUp()
  }
}
