import type { WebSeedRef, WebSeedSnapshot } from '../../web-seed/events.ts'
import type { WebSeedSummary } from '../vocabulary/emitted.ts'

/** Web seeds that a torrent has; those beyond are passed over. Our own number, as for trackers: a .torrent file may name 10,000. */
export const webSeedsMax = 100

/** Web seeds that are asked at once (libtorrent's `max_web_seed_connections`). */
export const webSeedConnectionsMax = 3

/** A web seed of a torrent. */
export interface WebSeedRecord {
  /** By this number its actor knows it. */
  readonly webSeed: number
  /** As `readWebSeedUrl` has it. */
  readonly url: string
  /** Undefined before its actor runs. */
  readonly ref: WebSeedRef | undefined
  /** The number of the peer that it is to the torrent; undefined without a connection. */
  readonly peer: number | undefined
}

/** How a web seed stands, as its own chart knows. */
export interface WebSeedView extends Pick<WebSeedSnapshot, 'context'> {
  readonly state: WebSeedSummary['state']
}

/** What the chart of a web seed shows; undefined before it runs. */
export function webSeedView({ ref }: Pick<WebSeedRecord, 'ref'>): WebSeedView | undefined {
  if (!ref) return undefined
  const { context, value } = ref.getSnapshot()
  return { context, state: typeof value === 'string' ? value : value.linked }
}

/** With those of these URLs that are new, and for which there is room, numbered. */
export function withWebSeeds(webSeeds: readonly WebSeedRecord[], urls: readonly string[]): readonly WebSeedRecord[] {
  const known = new Set(webSeeds.map(({ url }) => url))
  const added = [...new Set(urls)].filter((url) => !known.has(url)).slice(0, webSeedsMax - webSeeds.length)
  const first = webSeeds.length
  return [...webSeeds, ...added.map((url, i) => ({ webSeed: first + i, url, ref: undefined, peer: undefined }))]
}

/** The files that it was found without, by their numbers. */
export const withoutOf = (record: WebSeedRecord): readonly number[] => webSeedView(record)?.context.without ?? []

/** Whether it has a connection, or is to have one. */
export const isLinked = (record: WebSeedRecord): boolean => {
  const state = webSeedView(record)?.state
  return state === 'connecting' || state === 'serving'
}

/** How a web seed stands, for people and programs. */
export function summarizeWebSeed(record: WebSeedRecord): WebSeedSummary {
  const { url } = record
  const view = webSeedView(record)
  if (!view) return { url, state: 'idle' }
  const { dueAt, failure, without } = view.context
  return {
    url,
    state: view.state,
    ...(failure && { fault: failure.fault, message: failure.message }),
    ...(dueAt !== undefined && { retryAt: dueAt }),
    ...(without.length > 0 && { without }),
  }
}

/** Why no web seed serves, in a few words: how many there are, and why the first that tells something does not. */
export function whyNoneServes(webSeeds: readonly WebSeedRecord[]): string {
  for (const record of webSeeds) {
    const view = webSeedView(record)
    if (view?.context.failure) return `${new URL(record.url).host}, ${view.state}: ${view.context.failure.message}`
  }
  const lacking = webSeeds.filter((record) => withoutOf(record).length > 0).length
  if (lacking > 0) return `${lacking} without the files that are missing`
  return `${webSeeds.length} not asked yet`
}
