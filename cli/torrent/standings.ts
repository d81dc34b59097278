import { formatAddress } from '../../index.ts'
import type { TorrentProgress } from '../../machines/torrent/vocabulary/emitted.ts'
import type { Metainfo } from '../../storage/metainfo.ts'
import type { TorrentHandle } from '../context/api.ts'
import type { Standing } from '../output/output.ts'

/**
 * A torrent's line, and below it one for each open connection. `name`: what to call it until its metadata has come. Until it `isChecked`,
 * nobody knows how much of it is there.
 */
export function standingsOf(torrent: TorrentHandle, name: string, isChecked = true): readonly Standing[] {
  const { progress, peers, metainfo } = torrent
  const standing = torrentStanding(progress, metainfo, name)
  return [
    metainfo && !isChecked ? { ...standing, note: 'checking' } : standing,
    ...peers
      .filter((peer) => peer.state === 'open')
      .map((peer) => ({
        name: `${formatAddress(peer.address)}${peer.direction === 'in' ? ' in' : ''}`,
        pieces: peer.pieces,
        total: progress.total,
        rateDown: peer.rateDown,
        rateUp: peer.rateUp,
        note: peer.client,
      })),
  ]
}

/** The line of a torrent. */
export function torrentStanding(progress: TorrentProgress, metainfo: Metainfo | undefined, name: string): Standing {
  const { pieces, total, rateDown, rateUp, peers } = progress
  const length = bytesOf(total, metainfo)
  const done = bytesOf(pieces, metainfo)
  const isMoving = rateDown > 0 && done < length
  return {
    name: metainfo?.name ?? name,
    pieces,
    total,
    rateDown,
    rateUp,
    torrent: { done, length, peers, ...(isMoving && { secondsLeft: (length - done) / rateDown }) },
  }
}

/** What so many pieces come to, in bytes: the last one, which may be shorter, counts in full until all are there. */
export function bytesOf(pieces: number, metainfo: Metainfo | undefined): number {
  return metainfo ? Math.min(metainfo.length, pieces * metainfo.pieceLength) : 0
}
