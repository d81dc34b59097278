import { Layout } from '../layout.ts'
import { PieceSet } from '../piece-set.ts'
import { type Living, requireLiving, unaskable } from '../unrestorable.ts'
import type { TorrentContext } from './context.ts'
import { Blacklist } from './trust/blacklist.ts'

/** How a torrent is told from a copy of it that went through JSON. */
export const livingTorrent: Living<TorrentContext> = {
  what: 'a torrent',
  isAlive({ core }) {
    if (typeof core?.getSnapshot !== 'function') return false
    const { blacklist, have, layout } = core.getSnapshot().context
    return layout instanceof Layout && have instanceof PieceSet && blacklist instanceof Blacklist
  },
}

/** Throws a TypeError for the snapshot of a torrent that went through JSON. */
export function requireLivingTorrent(context: TorrentContext): void {
  requireLiving(livingTorrent, context, unaskable)
}
