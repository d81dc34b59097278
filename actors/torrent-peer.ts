import { explain } from '../machines/explain/explain.ts'
import type { Explanation } from '../machines/explain/reasons.ts'
import { isEnding } from '../machines/peer/peer-view.ts'
import type { PeerRef } from '../machines/peer/vocabulary/events.ts'
import type { PeerRecord, Swarm } from '../machines/torrent/peers/peer-table.ts'
import { summaryOf } from '../machines/torrent/peers/summary.ts'
import type { PeerSummary } from '../machines/torrent/vocabulary/emitted.ts'
import type { TorrentWish } from '../machines/torrent/vocabulary/events.ts'
import { requireText } from '../transport/require.ts'
import type { Address } from '../transport/transport.ts'

/**
 * One connection of a torrent. What the peer is told the torrent decides; here it is looked at, and ended. When the connection has ended
 * it tells how, and `close` changes nothing any more.
 */
export interface TorrentPeer {
  /** Its actor, for `selectors`, `select` and `subscribe`. The torrent's own commands go to it too: it is to be looked at. */
  readonly actor: PeerRef
  /** How it stands now, or stood when it ended. */
  readonly summary: PeerSummary
  /** Why nothing flows right now, each way, also by what the torrent has decided. */
  explain(): Explanation
  /**
   * Ends the connection in good order, as `local.requested`, and holds nothing against the peer: it may come again, but the torrent does
   * not dial it again unless it is told of the address anew. Throws an Error when the torrent was stopped.
   */
  close(): void
  /**
   * Bans the address, also of a connection that has ended: every connection of its host ends as `local.blacklisted`, in all torrents that
   * share the list, and `banned` is told with `reason`, a short text. `blacklist.remove` takes it back. Throws an Error when the torrent
   * was stopped.
   */
  ban(reason: string): void
}

/** The connections to an address that do not end are looked through; one that waits to be spawned is none yet. */
export function peerAt(
  swarm: Swarm,
  { host, port }: Address,
  wish: (event: TorrentWish) => void,
): TorrentPeer | undefined {
  for (const record of swarm.peers.values()) {
    const { address } = record.link
    if (address.host === host && address.port === port && record.ref && !isEnding(record))
      return handleOf(record, record.ref, wish)
  }
  return undefined
}

function handleOf(record: PeerRecord, actor: PeerRef, wish: (event: TorrentWish) => void): TorrentPeer {
  return {
    actor,
    get summary() {
      return summaryOf(record, actor.getSnapshot())
    },
    explain: () => explain(actor),
    close: () => wish({ type: 'torrent.close_peer', peer: record.peer }),
    ban(reason) {
      requireText('the reason of a ban', reason)
      const { address, peerId } = this.summary
      wish({ type: 'torrent.ban', address, reason, peerId })
    },
  }
}
