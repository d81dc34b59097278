/**
 * How long a peer keeps us waiting for blocks that it owes, in milliseconds: mean and mean deviation, smoothed as TCP does with round
 * trips (RFC 6298).
 */
export interface Waits {
  readonly meanMs: number
  readonly deviationMs: number
}

/** What one more wait makes of them; undefined: before the first. */
export function nextWaits(waits: Waits | undefined, waitedMs: number): Waits {
  if (waits === undefined) return { meanMs: waitedMs, deviationMs: waitedMs / 2 }
  const { meanMs, deviationMs } = waits
  return {
    meanMs: meanMs + (waitedMs - meanMs) / 8,
    deviationMs: deviationMs + (Math.abs(waitedMs - meanMs) - deviationMs) / 4,
  }
}
