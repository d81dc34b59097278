import { isConnecting, viewOf } from '../../peer/peer-view.ts'
import { attemptsLeft } from '../../peer/vocabulary/dial.ts'
import { isWebSeed, type PeerRecord } from '../peers/peer-table.ts'
import type { Command } from '../vocabulary/commands.ts'
import { newcomersOf } from './newcomers.ts'
import type { ConnectionsCore } from './slice.ts'
import { standingsOf } from './standings.ts'
import { isHopeful, mayGiveWay } from './usefulness.ts'

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

/** Whether one more connection may hold a place, and what the owner of all places is told of that. */
interface Entry {
  readonly mayEnter: boolean
  readonly commands: readonly Command[]
}

const noEntry: Entry = { mayEnter: false, commands: [] }

/** Whether a peer with a finished handshake would find a place, or be let in to show its use. */
export function entryFor(core: ConnectionsCore, direction: 'in' | 'out'): Entry {
  const { claim, maxPeers, now } = core
  return hasRoom(core, direction, newcomersOf(maxPeers))
    ? { mayEnter: claim.mayEnter(now), commands: wantPlace(core, 0) }
    : noEntry
}

/** A handshake is done: it takes a place, or is let in to show its use; or it has to go. One with a twin takes the place of that. */
export function takePlace(core: ConnectionsCore, record: PeerRecord, { hasTwin = false } = {}): Entry {
  if (isWebSeed(record)) return { mayEnter: true, commands: [] }
  const { claim, now, swarm } = core
  const entry = swarm.isHalfOpen(record) ? entryFor(core, record.link.direction) : noEntry
  if (!entry.mayEnter) return entry
  const { direction } = record.link
  if (!hasTwin && !hasRoom(core, direction, 0)) {
    if (direction === 'out') core.tries.met(now)
    if (!hasRoom(core, direction, 1) && awaitsFirstPiece(core)) return noEntry
  }
  swarm.place(record)
  record.placedAt = now
  return { mayEnter: true, commands: [{ tell: 'places', to: claim, event: { type: 'place.take', at: now } }] }
}

/** It gives back the place that it held, if it did. */
export const giveBackPlace = ({ claim }: ConnectionsCore, { holdsPlace }: PeerRecord): Command[] =>
  holdsPlace ? [{ tell: 'places', to: claim, event: { type: 'place.give_back' } }] : []

/** Whether there is a place, or none but for one of so many newcomers. */
function hasRoom(core: ConnectionsCore, direction: 'in' | 'out', newcomers: number): boolean {
  const { maxPeers, swarm } = core
  if (swarm.placed() >= maxPeers + newcomers) return false
  return direction === 'out' || swarm.placed('in') < placesForIncoming(core) + newcomers
}

/**
 * Whether newcomers are let in one at a time, as all connections that may give way to them may come to be of use: in a young swarm, in
 * which nobody has anything yet, all would meet all others for nothing.
 */
function awaitsFirstPiece(core: ConnectionsCore): boolean {
  const leaving = standingsOf(core).filter((one) => mayGiveWay(one, core.now))
  return leaving.length > 0 && leaving.every((one) => isHopeful(one, core.now))
}

/**
 * Whether there is a place for one more that we dial, beside the dials under way. Each counts as the attempts that it has under way and to
 * come: so torrents never try more connections at once than they may hold.
 */
export function hasPlaceToDial(core: ConnectionsCore): boolean {
  const underWay = attemptsOf(core)
  return hasRoomToDial(core, underWay) && core.claim.hasRoom(core.now, underWay)
}

/** What the owner of all places is told where there is something to dial: if none is left, that it wants one. */
export function wantPlaceToDial(core: ConnectionsCore): Command[] {
  const underWay = attemptsOf(core)
  return hasRoomToDial(core, underWay) ? wantPlace(core, underWay) : []
}

const hasRoomToDial = ({ maxPeers, swarm }: ConnectionsCore, underWay: number): boolean =>
  swarm.placed() + underWay < maxPeers

const wantPlace = ({ claim, now }: ConnectionsCore, underWay: number): Command[] =>
  claim.hasRoom(now, underWay) ? [] : [{ tell: 'places', to: claim, event: { type: 'place.want', at: now } }]

/** Sockets of dials under way. Where there is one transport, each has one. */
function attemptsOf({ swarm, transports }: ConnectionsCore): number {
  if (transports.length === 1) return swarm.halfOpen('out')
  return swarm.halfOpenPeers('out').reduce((sum, record) => sum + attemptsOfOne(record, transports.length), 0)
}

function attemptsOfOne(record: PeerRecord, all: number): number {
  const view = viewOf(record)
  if (!view) return all
  return isConnecting(view) ? attemptsLeft(view.context) : 1
}
