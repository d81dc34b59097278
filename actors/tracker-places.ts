import type { TrackerPlace, TrackerRecord } from '../machines/torrent/announcing/tracker-list.ts'
import { trackerView } from '../machines/torrent/announcing/tracker-list.ts'
import type { TrackerSummary } from '../machines/torrent/vocabulary/emitted.ts'
import { requireText } from '../transport/require.ts'
import { readTrackerUrl } from '../transport/tracker/tracker-url.ts'

/** What names trackers: tiers that stand in for each other (BEP 12), and others, each asked besides. */
export interface NamedTrackers {
  readonly tiers: readonly (readonly string[])[]
  readonly others: readonly string[]
}

/**
 * The trackers of a torrent: those that it names, and those that its owner adds, or none where that is `false`. Throws a TypeError where
 * the owner gives neither false nor an array of text, and a RangeError for text that is no tracker.
 */
export function trackersOf(
  { tiers, others }: NamedTrackers,
  added: false | readonly string[] = [],
): readonly TrackerPlace[] {
  if (added === false) return []
  if (!Array.isArray(added)) throw new TypeError('trackers is false or an array of URLs')
  return trackerPlaces({ tiers, others: [...others, ...added.map(requireTracker)] })
}

/** The places of those that can be asked; others are left out. */
function trackerPlaces({ tiers, others }: NamedTrackers): readonly TrackerPlace[] {
  const place = (list: number, tier: number, text: string): readonly TrackerPlace[] => {
    const url = readTrackerUrl(text)
    return url === undefined ? [] : [{ url, list, tier }]
  }
  return [
    ...tiers.flatMap((urls, tier) => urls.flatMap((url) => place(0, tier, url))),
    ...others.flatMap((url, i) => place(i + 1, 0, url)),
  ]
}

/** The URL of a tracker that a caller gives, as it is kept. Throws a RangeError for what cannot be asked. */
export function requireTracker(text: string): string {
  requireText('the URL of a tracker', text)
  const url = readTrackerUrl(text)
  if (url === undefined)
    throw new RangeError(`'${text}' is no tracker: it has an http, https or udp URL, of udp with a port`)
  return url
}

/** How a tracker stands. */
export function summarizeTracker(record: TrackerRecord): TrackerSummary {
  const { tier, url } = record
  const view = trackerView(record)
  if (!view) return { url, tier, state: 'idle', peers: 0 }
  const { answer: { seeders, leechers, downloads, warning } = {}, dueAt, failure, peers } = view.context
  const message = failure?.message ?? warning
  return {
    url,
    tier,
    state: view.state,
    peers,
    ...(seeders !== undefined && { seeders }),
    ...(leechers !== undefined && { leechers }),
    ...(downloads !== undefined && { downloads }),
    ...(message !== undefined && { message }),
    ...(dueAt !== undefined && { nextAnnounceAt: dueAt }),
  }
}
