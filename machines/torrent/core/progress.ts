import { unknownLayout } from '../../peer/vocabulary/context.ts'
import { chosenHere, chosenOf } from '../content/chosen.ts'
import type { TorrentProgress } from '../vocabulary/emitted.ts'
import type { Core } from './core.ts'

/** How the torrent stands. */
export function progressOf(core: Core): TorrentProgress {
  return {
    pieces: core.isChecked ? chosenHere(core) : 0,
    total: core.layout === unknownLayout ? 0 : chosenOf(core),
    downloaded: core.downloaded,
    downloadedFromWebSeeds: core.downloadedFromWebSeeds,
    uploaded: core.uploaded,
    downloadedEver: core.earlier.downloaded + core.downloaded,
    uploadedEver: core.earlier.uploaded + core.uploaded,
    wasted: core.wasted,
    corrupt: core.corrupt,
    rateDown: core.rateDown.bytesPerSecond,
    rateUp: core.rateUp.bytesPerSecond,
    peers: core.swarm.openCount,
    webSeeds: core.swarm.openWebSeeds,
  }
}
