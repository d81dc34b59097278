import { unknownLayout } from '../../peer/context.ts'
import type { TorrentProgress } from '../vocabulary/emitted.ts'
import type { Core } from './core.ts'

/** How the torrent stands. */
export function progressOf(core: Core): TorrentProgress {
  return {
    pieces: core.isChecked ? core.have.count : 0,
    total: core.layout === unknownLayout ? 0 : core.have.size,
    downloaded: core.downloaded,
    uploaded: core.uploaded,
    downloadedEver: core.earlier.downloaded + core.downloaded,
    uploadedEver: core.earlier.uploaded + core.uploaded,
    rateDown: core.rateDown.bytesPerSecond,
    rateUp: core.rateUp.bytesPerSecond,
    peers: core.swarm.openCount,
  }
}
