import { lookInto } from '../deciding.ts'
import { Layout } from '../layout.ts'
import { type Living, requireLiving, unaskable } from '../persistence/living.ts'
import { PieceSet } from '../piece-set.ts'
import type { TorrentContext } from './states/context.ts'
import { Blacklist } from './trust/blacklist.ts'

/** How a torrent is told from a copy of it that went through JSON. */
export const livingTorrent: Living<TorrentContext> = {
  what: 'a torrent',
  isAlive({ core }) {
    const held = lookInto(core)
    return held?.layout instanceof Layout && held.have instanceof PieceSet && held.blacklist instanceof Blacklist
  },
}

/** Throws a TypeError for the snapshot of a torrent that went through JSON. */
export function requireLivingTorrent(context: TorrentContext): void {
  requireLiving(livingTorrent, context, unaskable)
}
