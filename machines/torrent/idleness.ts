import { unknownLayout } from '../peer/context.ts'
import { extensionId } from '../peer/greeting.ts'
import type { TorrentContext } from './context.ts'
import { isDiskBehind } from './downloading.ts'
import { isRechecking } from './rechecking.ts'

/** What can keep an active torrent from moving payload, whoever its peers are. */
export type IdleCode =
  | 'checking'
  | 'fetching_metadata'
  | 'complete'
  | 'read_only'
  | 'data_lost'
  | 'nothing_to_offer'
  | 'pieces_unavailable'
  | 'disk_backlog'
  | 'no_addresses'
  | 'addresses_waiting'
  | 'no_place'
  | 'no_open_connection'

/** What keeps a torrent, while it is active, from moving payload, with what more there is to say of it. */
export function idleCodes(context: TorrentContext): ReadonlyMap<IdleCode, string | undefined> {
  const { have, isChecked, layout, losses, readOnly, work } = context
  const { picker, swarm } = work
  const codes = new Map<IdleCode, string | undefined>()
  if (layout === unknownLayout) codes.set('fetching_metadata', whoHasMetadata(context))
  else if (!isChecked) codes.set('checking', undefined)
  else {
    if (isRechecking(context)) codes.set('checking', undefined)
    if (!losses.held.isNone) codes.set('data_lost', `${losses.held.count} pieces`)
    if (have.isAll) codes.set('complete', undefined)
    else if (readOnly) codes.set('read_only', `${have.size - have.count} missing`)
    else if (swarm.openCount > 0 && picker.missing > 0 && picker.unobtainable === picker.missing) {
      codes.set('pieces_unavailable', `${picker.missing} missing`)
    }
    if (have.isNone) codes.set('nothing_to_offer', undefined)
    if (isDiskBehind(context)) codes.set('disk_backlog', `${work.verifying.size} pieces`)
  }
  noteConnections(context, codes)
  return codes
}

/** Why there are no more connections, unless there is nothing to complain of. */
function noteConnections({ maxPeers, work }: TorrentContext, codes: Map<IdleCode, string | undefined>): void {
  const { addresses, claim, now, swarm } = work
  if (swarm.openCount === 0) {
    if (swarm.peers.size > 0) codes.set('no_open_connection', `${swarm.peers.size} under way`)
    else if (addresses.waiting === 0) codes.set('no_addresses', undefined)
    else if (addresses.hasDue(now)) codes.set('no_open_connection', undefined)
    else {
      const waitMs = Math.max(0, addresses.nextDueAt - now)
      codes.set('addresses_waiting', `${addresses.waiting}, the next in ${Math.ceil(waitMs / 1000)} s`)
    }
  }
  if (addresses.hasDue(now) && (swarm.placed() >= maxPeers || claim.isRefused)) {
    codes.set('no_place', `${swarm.placed()} held`)
  }
}

function whoHasMetadata({ work }: TorrentContext): string {
  let offering = 0
  for (const { ref, state } of work.swarm.peers.values()) {
    const greeting = state === 'open' ? ref?.getSnapshot().context.remoteGreeting : undefined
    if (extensionId(greeting, 'ut_metadata') !== undefined && greeting?.metadataSize !== undefined) offering++
  }
  return offering === 0 ? 'nobody connected offers it' : `${offering} connected offer it`
}

/** Notes since when each of these holds, as far as the present time tells; those that do not hold any more are forgotten. */
export function noteIdle(context: TorrentContext): void {
  const { idle, now } = context.work
  const codes = idleCodes(context)
  for (const code of idle.keys()) if (!codes.has(code)) idle.delete(code)
  for (const code of codes.keys()) if (!idle.has(code)) idle.set(code, now)
}

/** Since when one of them holds; now, when it has just begun. */
export const idleSince = ({ work }: TorrentContext, code: IdleCode): number => work.idle.get(code) ?? work.now
