import { type Command, order } from '../vocabulary/commands.ts'
import { placesForIncoming } from './admission.ts'
import { newcomersOf } from './newcomers.ts'
import type { ConnectionsCore } from './slice.ts'
import { standingsOf } from './standings.ts'
import { byUselessness, givesWay, type Standing, whoGoes } from './usefulness.ts'

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
    if (givingWay.length > 0) core.tries.paidOff()
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
  const { maxPeers, now, swarm, tries } = core
  if (!tries.isDue(now) || swarm.halfOpen('out') > 0 || swarm.placed() >= maxPeers + newcomersOf(maxPeers)) return false
  return standingsOf(core).some((standing) => givesWay(standing, now))
}

function isCrowded(core: ConnectionsCore): boolean {
  const { claim, maxPeers, now, swarm } = core
  return swarm.placed() > maxPeers || swarm.placed('in') > placesForIncoming(core) || claim.surplus(now) > 0
}
