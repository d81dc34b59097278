import type { BlockRequest } from '../../../transport/wire/messages.ts'
import type { Tick } from '../vocabulary/events.ts'
import type { PeerFacts } from '../vocabulary/facts.ts'
import { crumbBytes } from './crumbs.ts'

/** What the look at the connection changes that is taken once a second. */
export function measured(context: PeerFacts, tick: Tick): Partial<PeerFacts> {
  const { at, heldBack, silentInMs, underWay, unsentBytes = 0 } = tick
  const taken = context.uploaded - unsentBytes
  const isOurs = ({ index, begin }: BlockRequest) => index === underWay?.index && begin === underWay.begin
  const isPayload = underWay !== undefined && (context.outstanding.some(isOurs) || context.owed.some(isOurs))
  return {
    now: at,
    heldBackSince: heldBack ? (context.heldBackSince ?? at) : undefined,
    rateDown: context.rateDown.add(context.downloaded - context.rateDown.total, at),
    rateUp: context.rateUp.add(context.uploaded - context.rateUp.total, at),
    ...(isPayload && { lastPartAt: at - silentInMs }),
    ...(taken - context.taken >= crumbBytes && { taken, takenAt: at }),
  }
}

/** When payload that we had asked for last came, in milliseconds, as exact as the looks where a block is not whole; undefined before. */
export function payloadAt({ downloaded, lastBlockAt, lastPartAt }: PeerFacts): number | undefined {
  if (downloaded === 0) return lastPartAt
  return Math.max(lastBlockAt, lastPartAt ?? lastBlockAt)
}
