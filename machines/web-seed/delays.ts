import type { WebSeedContext } from './events.ts'

/** Every time of a web seed, in milliseconds. Those of its connection are in transport/web-seed/delays.ts. */
export const webSeedWaits = {
  /** The wait after a failure (libtorrent's `urlseed_wait_retry`); twice as long after each that follows without an answer between. */
  backOffMs: 30_000,
  /** The same where the server says when to come again, or lacks one file alone. Our own number. */
  soonMs: 1_000,
  /** The longest, also where the server says when to come again. Our own number: as for trackers. */
  backOffMaxMs: 3_600_000,
} as const

/** How long until a web seed is asked again that has failed. */
export function backOffOf({ failure, failures }: Pick<WebSeedContext, 'failure' | 'failures'>): number {
  const { backOffMaxMs, backOffMs, soonMs } = webSeedWaits
  const isSoon = failure?.retryAfterMs !== undefined || failure?.file !== undefined
  const own = (isSoon ? soonMs : backOffMs) * 2 ** Math.max(0, failures - 1)
  return Math.min(backOffMaxMs, Math.max(own, failure?.retryAfterMs ?? 0))
}
