import type { Random } from '../../transport/random.ts'
import type { AccessOptions } from '../network/network.ts'
import type { Group } from './scenario.ts'
import { trackerLatencyMs } from './tracker.ts'

/** The least that a member is away from the middle of the network, in milliseconds: see `lookaheadMs`. */
const latencyMsMin = 0.5

/** In milliseconds: see `Group.latencyMs`. */
const latencyMsDefault = 20

/** How a member of a group is joined to the network. */
export function accessOf(group: Group, random: Random): AccessOptions & { readonly latencyMs: number } {
  const { down, jitterMs, latencyMs = latencyMsDefault, lossRate, up } = group
  const [least, most] = typeof latencyMs === 'number' ? [latencyMs, latencyMs] : latencyMs
  return {
    upBytesPerSecond: up,
    downBytesPerSecond: down,
    latencyMs: Math.max(latencyMsMin, least + random() * (most - least)),
    lossRate,
    jitterMs,
  }
}

/**
 * How far the parts of a swarm may run, in milliseconds, before they have to know what hosts of the others have sent: no packet is under way
 * for less, and no letter to the tracker. `latencies`: those of all members.
 */
export function lookaheadMs(latencies: readonly number[]): number {
  const [first = trackerLatencyMs, second = trackerLatencyMs] = [...latencies].sort((a, b) => a - b)
  return Math.min(trackerLatencyMs, first + second)
}
