import { groupName } from '../peers/group-slots.ts'
import type { PeerRecord } from '../peers/peer-table.ts'
import { type Command, order, tellChart } from '../vocabulary/commands.ts'
import type { ConnectionsCore } from './slice.ts'

/** A peer is gone: the holder of its actor stops it. With the last one none is left to be ended. */
export function release(core: ConnectionsCore, record: PeerRecord): Command[] {
  const { home } = record
  const commands: Command[] = []
  core.swarm.remove(record)
  if (home && 'slot' in home) {
    const command = { type: 'group.stop', slot: String(home.slot) } as const
    commands.push(tellChart(core, { type: 'swarm.group', group: groupName(home.group), command, isNew: false }))
  } else if (home) commands.push({ tell: 'home', to: home.owner, event: { type: 'guest.left', guest: home.guest } })
  if (core.swarm.peers.size > 0) return commands
  core.closing.refill()
  return [...commands, tellChart(core, { type: 'swarm.emptied' })]
}

/** Ends those that are to leave, as many as belong to a batch; the rest waits for `timer.closing`. */
export function closeBatch(core: ConnectionsCore): Command[] {
  const { closing, swarm } = core
  const commands: Command[] = []
  for (const record of swarm.peers.values()) {
    if (closing.isSpent) break
    if (!record.leavesAs) continue
    const orders = order(record, { type: 'torrent.close', code: record.leavesAs })
    if (orders.length > 0) closing.spend()
    commands.push(...orders)
  }
  if (closing.rest()) commands.push(tellChart(core, { type: 'pace.closing' }))
  return commands
}

/** Ends every connection there is. A peer that is left when the torrent runs again ends all the same. */
export function closeAll(core: ConnectionsCore): Command[] {
  const { peers } = core.swarm
  for (const record of peers.values()) record.leavesAs ??= 'stopped'
  const commands = closeBatch(core)
  if (peers.size === 0) commands.push(tellChart(core, { type: 'swarm.emptied' }))
  return commands
}

/** The owner ends a connection: nothing is held against the peer, but its address is not dialled again by itself. */
export function closePeer(core: ConnectionsCore, { peer }: { readonly peer: number }): Command[] {
  const record = core.swarm.peers.get(peer)
  return record ? order(record, { type: 'torrent.close', code: 'requested' }) : []
}
