import { type Living, requireLiving, unaskable } from '../unrestorable.ts'
import type { TorrentContext } from './context.ts'

/** How a torrent is told from a copy of it that went through JSON. */
export const livingTorrent: Living<TorrentContext> = {
  what: 'a torrent',
  isAlive: ({ core }) => typeof core?.send === 'function',
}

/** Throws a TypeError for the snapshot of a torrent that went through JSON. */
export function requireLivingTorrent(context: TorrentContext): void {
  requireLiving(livingTorrent, context, unaskable)
}
