import { hostKey, isLoopback } from '../../transport/address.ts'
import { unknownLayout } from '../peer/context.ts'
import { extensionId } from '../peer/greeting.ts'
import { newcomersOf, placesForIncoming } from './admission.ts'
import { appetiteIn } from './choking.ts'
import type { TorrentContext } from './context.ts'
import { type Order, order } from './order.ts'
import type { PeerRecord } from './swarm.ts'
import { byUselessness, givesWay, type Standing, whoGoes } from './usefulness.ts'

const isStaying = ({ holdsPlace, leavesAs, state }: PeerRecord): boolean =>
  holdsPlace && state !== 'closing' && !leavesAs

/** For so long, in milliseconds, one that has yet to fetch the metadata from us counts as wanting something: that takes some seconds. */
const metadataMs = 30_000

/**
 * Ends connections for which there is no place, once a second: as many as other torrents are owed (connection-limit.ts), the least useful;
 * and while there are more than there are places, those that give way to newcomers, or the newcomers (usefulness.ts). Their addresses may be dialled again.
 */
export function makeRoom(context: TorrentContext): Order[] {
  const { claim, now, swarm } = context.work
  const owed = claim.owed(now)
  if (owed === 0 && !isCrowded(context)) return []
  const staying = standingsOf(context)
  const leastUseful = [...staying].sort((one, other) => byUselessness(one, other, now)).slice(0, owed)
  const gone = new Set(leastUseful)
  const close = (standings: readonly Standing[], code: 'gave_way' | 'no_place'): Order[] =>
    standings.flatMap((standing) => {
      gone.add(standing)
      const record = swarm.peers.get(standing.peer)
      return record ? order(record, { type: 'torrent.close', code }) : []
    })
  const leave = (among: readonly Standing[], surplus: number): Order[] => {
    const { givingWay, turnedAway } = whoGoes(
      among.filter((one) => !gone.has(one)),
      surplus,
      now,
    )
    return [...close(givingWay, 'gave_way'), ...close(turnedAway, 'no_place')]
  }
  const left = (among: readonly Standing[]) => among.filter((one) => !gone.has(one)).length
  const closing = swarm.placed() - staying.length
  const orders = close(leastUseful, 'gave_way')
  orders.push(...leave(staying, Math.max(left(staying) - context.maxPeers, claim.surplus(now) - closing - gone.size)))
  const incoming = staying.filter(({ peer }) => swarm.peers.get(peer)?.link.direction === 'in')
  orders.push(...leave(incoming, left(incoming) - placesForIncoming(context)))
  return orders
}

/** Whether all places are taken and one of them is of no use: then one more may be dialled, to show its own. */
export function mayTryAnother(context: TorrentContext): boolean {
  const { maxPeers, work } = context
  const { now, swarm } = work
  if (swarm.halfOpen('out') > 0 || swarm.placed() >= maxPeers + newcomersOf(maxPeers)) return false
  return standingsOf(context).some((standing) => givesWay(standing, now))
}

function isCrowded(context: TorrentContext): boolean {
  const { maxPeers, work } = context
  const { claim, now, swarm } = work
  return swarm.placed() > maxPeers || swarm.placed('in') > placesForIncoming(context) || claim.surplus(now) > 0
}

function standingsOf(context: TorrentContext): Standing[] {
  const staying = [...context.work.swarm.peers.values()].filter(isStaying)
  const byHost = new Map<string, number>()
  for (const { link } of staying) {
    const key = hostKey(link.address.host)
    byHost.set(key, (byHost.get(key) ?? 0) + 1)
  }
  return staying.map((record) => {
    const { host } = record.link.address
    return standingOf(context, record, !isLoopback(host) && (byHost.get(hostKey(host)) ?? 0) > 1)
  })
}

function standingOf(context: TorrentContext, record: PeerRecord, sharesHost: boolean): Standing {
  const {
    downloaded = 0,
    lastBlockAt = 0,
    remoteGreeting,
    takenAt,
    uploaded = 0,
  } = record.ref?.getSnapshot().context ?? {}
  const lastTimes = [...(downloaded > 0 ? [lastBlockAt] : []), ...(takenAt === undefined ? [] : [takenAt])]
  const fetchesMetadata =
    extensionId(remoteGreeting, 'ut_metadata') !== undefined && remoteGreeting?.metadataSize === undefined
  const { now } = context.work
  return {
    peer: record.peer,
    openedAt: record.openedAt,
    exchanged: downloaded + uploaded,
    exchangedAt: lastTimes.length > 0 ? Math.max(...lastTimes) : undefined,
    isWanted: context.layout === unknownLayout ? remoteGreeting?.metadataSize !== undefined : record.wanted > 0,
    wants:
      (record.interested && appetiteIn(record, context.work) !== 'takes_nothing') ||
      (fetchesMetadata && now - record.openedAt < metadataMs),
    sharesHost,
  }
}
