import type { ActorRow, TorrentRow } from '../protocol/protocol.ts'
import type { Known } from './store.ts'

/** The torrent that an actor is, belongs to, or is a part of. */
export function torrentOf(actor: ActorRow, { actors, peers, torrents }: Known): TorrentRow | undefined {
  const own = torrents.get(peers.get(actor.id)?.torrent ?? 0)
  if (own !== undefined) return own
  for (let one: ActorRow | undefined = actor; one !== undefined; one = actors.get(one.parent)) {
    const torrent = torrents.get(one.id)
    if (torrent !== undefined) return torrent
  }
  return undefined
}
