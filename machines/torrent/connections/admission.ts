import type { PeerRecord } from '../peers/peer-table.ts'
import { newcomersOf } from './newcomers.ts'
import type { ConnectionsCore } from './slice.ts'

/**
 * Connections that came in and whose handshake is not done; when another comes the oldest of them goes. Each is an actor and a socket, and
 * no more. As many as a session's guests; libtorrent has no such bound, and lets them take the places of peers.
 */
export const halfOpenMax = 100

/**
 * Places that peers that dial us may take. As many are kept as there is to dial, at most a third, so that those that dial us cannot choose
 * all our peers.
 */
export function placesForIncoming({ addresses, maxPeers, swarm }: ConnectionsCore): number {
  const toDial = swarm.placed('out') + swarm.halfOpen('out') + addresses.waiting
  return maxPeers - Math.min(toDial, Math.floor(maxPeers / 3))
}

/** Whether a peer with a finished handshake would find a place, or be let in to show its use. It is remembered as a wish if not. */
export function mayEnter(core: ConnectionsCore, direction: 'in' | 'out'): boolean {
  const { claim, now } = core
  return hasRoom(core, direction) && claim.mayEnter(now)
}

/** A handshake is done: it takes a place, or is let in to show its use. False when it has to go. */
export function takePlace(core: ConnectionsCore, record: PeerRecord): boolean {
  const { claim, now, swarm } = core
  if (!swarm.isHalfOpen(record) || !hasRoom(core, record.link.direction) || !claim.enter(now)) return false
  swarm.place(record)
  record.placedAt = now
  return true
}

function hasRoom(core: ConnectionsCore, direction: 'in' | 'out'): boolean {
  const { maxPeers, swarm } = core
  const more = newcomersOf(maxPeers)
  if (swarm.placed() >= maxPeers + more) return false
  return direction === 'out' || swarm.placed('in') < placesForIncoming(core) + more
}

/** Whether there is a place for one more that we dial, beside the dials under way. */
export function hasPlaceToDial({ claim, maxPeers, now, swarm }: ConnectionsCore): boolean {
  const underWay = swarm.halfOpen('out')
  return swarm.placed() + underWay < maxPeers && claim.hasRoom(now, underWay)
}
