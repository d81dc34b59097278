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

/** Numbers the web seeds, each URL once. */
export const numbered = (urls: readonly string[]): readonly WebSeedRecord[] =>
  [...new Set(urls)].slice(0, webSeedsMax).map((url, webSeed) => ({ webSeed, url, ref: undefined, peer: undefined }))

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
  const { dueAt, failure } = view.context
  return {
    url,
    state: view.state,
    ...(failure && { fault: failure.fault, message: failure.message }),
    ...(dueAt !== undefined && { retryAt: dueAt }),
  }
}

/** Why no web seed serves, in a few words: how many there are, and why the first that tells something does not. */
export function whyNoneServes(webSeeds: readonly WebSeedRecord[]): string {
  for (const record of webSeeds) {
    const view = webSeedView(record)
    if (view?.context.failure) return `${new URL(record.url).host}, ${view.state}: ${view.context.failure.message}`
  }
  return `${webSeeds.length} not asked yet`
}
