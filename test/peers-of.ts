import type { Torrent } from '../actors/torrent.ts'

/** The actors of a torrent's peers: the children of its groups, in the order in which they came. */
export const peersOf = ({ actor }: Pick<Torrent, 'actor'>) =>
  Object.values(actor.getSnapshot().children)
    .flatMap((group) => {
      const snapshot = group?.getSnapshot()
      return snapshot && 'children' in snapshot ? Object.values(snapshot.children) : []
    })
    .filter((peer) => peer !== undefined)
    .sort((a, b) => a.getSnapshot().context.peer - b.getSnapshot().context.peer)
