import { formatAddress } from '../../index.ts'
import type { PeerSummary } from '../../machines/torrent/vocabulary/emitted.ts'
import type { TorrentHandle } from '../context/api.ts'

const peersMax = 200

/** Remembers how each peer of a torrent stood last, also after the torrent has forgotten it; the newest 200. We are no peer of our own. */
export interface PeerBook {
  /** In the order they came. */
  peers(): readonly PeerSummary[]
  stop(): void
}

/** Opens a book for a torrent that has not started. */
export function openPeerBook(torrent: TorrentHandle): PeerBook {
  const peers = new Map<string, PeerSummary>()
  const keep = (peer: PeerSummary) => {
    const key = `${peer.direction} ${formatAddress(peer.address)}`
    // A tracker names us too: both ends of that dial are ours.
    if (peer.reason === 'local.self_connection') peers.delete(key)
    else peers.set(key, peer)
    const [oldest] = peers.keys()
    if (peers.size > peersMax && oldest !== undefined) peers.delete(oldest)
  }
  const subscription = torrent.on('peer', ({ peer }) => keep(peer))
  return {
    peers() {
      for (const peer of torrent.peers) keep(peer)
      return [...peers.values()]
    },
    stop: () => subscription.unsubscribe(),
  }
}
