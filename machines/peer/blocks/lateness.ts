import { delays } from '../vocabulary/delays.ts'
import type { PeerFacts } from '../vocabulary/facts.ts'

/** How much longer a peer may take of which bytes come, for a whole block. */
const drippingFactor = 3

/**
 * Whether a peer owes a block for longer than it usually does: it sends nothing of it for `delays.lateMs`, or twice its usual wait;
 * or bytes come, and no block in three times as long. A peer that is slow, and has shown it, is not late.
 */
export function isLate({ lastBlockAt, lastPartAt = 0, outstanding, waits }: PeerFacts, at: number): boolean {
  const oldest = outstanding[0]
  if (oldest === undefined) return false
  const since = Math.max(oldest.at, lastBlockAt)
  const usualMs = waits ? 2 * waits.meanMs + 4 * waits.deviationMs : 0
  const patienceMs = Math.min(Math.max(delays.lateMs, usualMs), delays.lateAtMostMs)
  return at - Math.max(since, lastPartAt) >= patienceMs || at - since >= drippingFactor * patienceMs
}
