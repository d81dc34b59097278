import { hostKey, isLoopback } from '../../../transport/address.ts'
import { isEnding, isInterested, viewOf } from '../../peer/peer-view.ts'
import { extensionId } from '../../peer/talk/greeting.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { appetiteIn } from '../choking/unchoke-slots.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order } from '../vocabulary/commands.ts'
import { placesForIncoming } from './admission.ts'
import { newcomersOf } from './newcomers.ts'
import type { ConnectionsCore } from './slice.ts'
import { byUselessness, givesWay, type Standing, whoGoes } from './usefulness.ts'

const isStaying = (record: PeerRecord): boolean => record.holdsPlace && !record.leavesAs && !isEnding(record)

/** For so long, in milliseconds, one that has yet to fetch the metadata from us counts as wanting something: that takes some seconds. */
const metadataMs = 30_000

/**
 * Ends connections for which there is no place, once a second: as many as other torrents are owed (connection-limit.ts), the least useful;
 * and while there are more than there are places, those that give way to newcomers, or the newcomers (usefulness.ts). Their addresses may
 * be dialled again.
 */
export function makeRoom(core: ConnectionsCore): Command[] {
  const { claim, now, swarm } = core
  const owed = claim.owed(now)
  if (owed === 0 && !isCrowded(core)) return []
  const staying = standingsOf(core)
  const leastUseful = [...staying].sort((one, other) => byUselessness(one, other, now)).slice(0, owed)
  const gone = new Set(leastUseful)
  const close = (standings: readonly Standing[], code: 'gave_way' | 'no_place'): Command[] =>
    standings.flatMap((standing) => {
      gone.add(standing)
      const record = swarm.peers.get(standing.peer)
      return record ? order(record, { type: 'torrent.close', code }) : []
    })
  const leave = (among: readonly Standing[], surplus: number): Command[] => {
    const { givingWay, turnedAway } = whoGoes(
      among.filter((one) => !gone.has(one)),
      surplus,
      now,
    )
    return [...close(givingWay, 'gave_way'), ...close(turnedAway, 'no_place')]
  }
  const left = (among: readonly Standing[]) => among.filter((one) => !gone.has(one)).length
  const closing = swarm.placed() - staying.length
  const orders: Command[] = owed > 0 ? [{ tell: 'places', to: claim, event: { type: 'place.make_room', at: now } }] : []
  orders.push(...close(leastUseful, 'gave_way'))
  orders.push(...leave(staying, Math.max(left(staying) - core.maxPeers, claim.surplus(now) - closing - gone.size)))
  const incoming = staying.filter(({ peer }) => swarm.peers.get(peer)?.link.direction === 'in')
  orders.push(...leave(incoming, left(incoming) - placesForIncoming(core)))
  return orders
}

/** Whether all places are taken and one of them is of no use: then one more may be dialled, to show its own. */
export function mayTryAnother(core: ConnectionsCore): boolean {
  const { maxPeers, now, swarm } = core
  if (swarm.halfOpen('out') > 0 || swarm.placed() >= maxPeers + newcomersOf(maxPeers)) return false
  return standingsOf(core).some((standing) => givesWay(standing, now))
}

function isCrowded(core: ConnectionsCore): boolean {
  const { claim, maxPeers, now, swarm } = core
  return swarm.placed() > maxPeers || swarm.placed('in') > placesForIncoming(core) || claim.surplus(now) > 0
}

function standingsOf(core: ConnectionsCore): Standing[] {
  const staying = [...core.swarm.peers.values()].filter(isStaying)
  const byHost = new Map<string, number>()
  for (const { link } of staying) {
    const key = hostKey(link.address.host)
    byHost.set(key, (byHost.get(key) ?? 0) + 1)
  }
  return staying.map((record) => {
    const { host } = record.link.address
    return standingOf(core, record, !isLoopback(host) && (byHost.get(hostKey(host)) ?? 0) > 1)
  })
}

function standingOf(core: ConnectionsCore, record: PeerRecord, sharesHost: boolean): Standing {
  const { downloaded = 0, lastBlockAt = 0, remoteGreeting, takenAt, uploaded = 0 } = viewOf(record)?.context ?? {}
  const lastTimes = [...(downloaded > 0 ? [lastBlockAt] : []), ...(takenAt === undefined ? [] : [takenAt])]
  const fetchesMetadata =
    extensionId(remoteGreeting, 'ut_metadata') !== undefined && remoteGreeting?.metadataSize === undefined
  const { now } = core
  return {
    peer: record.peer,
    openedAt: record.placedAt,
    exchanged: downloaded + uploaded,
    exchangedAt: lastTimes.length > 0 ? Math.max(...lastTimes) : undefined,
    isWanted: core.layout === unknownLayout ? remoteGreeting?.metadataSize !== undefined : record.wanted > 0,
    wants:
      (isInterested(record) && appetiteIn(record, core) !== 'takes_nothing') ||
      (fetchesMetadata && now - record.placedAt < metadataMs),
    sharesHost,
  }
}
