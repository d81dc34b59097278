import { blockBytes } from '../../layout.ts'
import { unknownLayout } from '../../peer/vocabulary/context.ts'
import type { Standing } from '../../tracker/events.ts'
import type { AnnouncingCore } from './slice.ts'

/** The port of one that accepts no connections: many trackers refuse 0. Our own choice; nothing is dialled less. */
const noPort = 1

/** What our trackers are told. */
export function standingOf(core: AnnouncingCore): Standing {
  return {
    infoHash: core.infoHash,
    peerId: core.peerId,
    port: core.greeting.p || noPort,
    uploaded: core.uploaded,
    downloaded: core.downloaded,
    left: bytesLeft(core),
    key: core.announceKey ?? 0,
    encryption: core.encryption,
    hasCompleted: core.hasCompleted,
    at: core.now,
  }
}

/** Bytes of the pieces that are missing; of a torrent without metadata a block (libtorrent), as 0 would make us a seeder. */
function bytesLeft({ have, layout }: AnnouncingCore): number {
  if (layout === unknownLayout) return blockBytes
  const last = layout.pieceCount - 1
  const shortBy = have.has(last) ? 0 : layout.pieceLength - layout.pieceBytes(last)
  return (have.size - have.count) * layout.pieceLength - shortBy
}
