import { delays } from '../vocabulary/delays.ts'
import type { Tick } from '../vocabulary/events.ts'

/** The remote has said nothing for too long: it is gone. After a long sleep that is seen sooner. */
export function isSilent({ silentInMs, ...tick }: Tick): boolean {
  const awakeMs = awakeMsOf(tick)
  return silentInMs >= delays.inactivityMs || (awakeMs >= delays.awakeSilenceMs && silentInMs >= awakeMs)
}

/** It is time to show that we are there. After a long sleep at once: if the remote is gone, its system says so. */
export function owesKeepAlive({ silentOutMs, ...tick }: Tick): boolean {
  return silentOutMs >= delays.keepAliveMs || silentOutMs > awakeMsOf(tick)
}

const awakeMsOf = ({ at, wokeAt }: Pick<Tick, 'at' | 'wokeAt'>): number =>
  wokeAt === undefined ? Number.POSITIVE_INFINITY : at - wokeAt
