import type { Snapshot, SnapshotFrom } from 'xstate'
import type { Torrent } from '../actors/torrent.ts'
import type { peerGroupMachine } from '../machines/torrent/peers/peer-group.ts'

/** The actors of a torrent's peers: the children of its groups, in the order in which they came. */
export const peersOf = ({ actor }: Pick<Torrent, 'actor'>) =>
  Object.entries(actor.getSnapshot().children)
    .flatMap(([id, child]) => {
      const snapshot = child?.getSnapshot()
      return snapshot && isGroup(id, snapshot) ? Object.values(snapshot.children) : []
    })
    .filter((peer) => peer !== undefined)
    .sort((a, b) => a.getSnapshot().context.peer - b.getSnapshot().context.peer)

/** It is that of a group of peers. */
const isGroup = (id: string, _snapshot: Snapshot<unknown>): _snapshot is SnapshotFrom<typeof peerGroupMachine> =>
  id.startsWith('group.')
