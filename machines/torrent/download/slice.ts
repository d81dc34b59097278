import { Rate } from '../../rate.ts'
import type { ContentSlice } from '../content/slice.ts'
import type { PeersSlice } from '../peers/slice.ts'
import type { PickingSlice } from '../picking/slice.ts'
import type { Blame } from '../trust/blame.ts'
import type { Basis } from '../vocabulary/basis.ts'
import { PieceBuffers } from './piece-buffers.ts'

/** Blocks on their way to us. */
export interface DownloadSlice {
  /** Peers with room that found nothing to ask for; fed when blocks come free. */
  readonly hungry: Set<number>
  buffers: PieceBuffers
  /** Pieces handed to the storage and not answered yet, and their bytes. */
  verifying: Set<number>
  verifyingBytes: number
  /** Whether the disk is behind, as the chart was told last. */
  toldDiskBehind: boolean
  /** Payload bytes of this run, and as many a second. */
  downloaded: number
  /** Of these bytes: what web seeds gave. */
  downloadedFromWebSeeds: number
  rateDown: Rate
  /** Of these bytes: what was of no use, as it came twice, too late, or for a piece that is not fetched any more. */
  wasted: number
  /** Bytes of pieces that failed their hash. */
  corrupt: number
}

/** The core as the download sees it: its own slice, and what it reads of others. */
export interface DownloadCore
  extends DownloadSlice,
    Readonly<Pick<Basis, 'chart' | 'now' | 'storage'>>,
    Readonly<PeersSlice>,
    Readonly<PickingSlice>,
    Readonly<Pick<ContentSlice, 'layout' | 'readOnly'>> {
  readonly blame: Pick<Blame, 'isOnParole' | 'needsDigests'>
}

/** Nothing is on its way. `at`: the time, in milliseconds. */
export const createDownload = ({
  layout,
  at,
}: Pick<ContentSlice, 'layout'> & { readonly at: number }): DownloadSlice => ({
  hungry: new Set(),
  buffers: new PieceBuffers(layout),
  verifying: new Set(),
  verifyingBytes: 0,
  toldDiskBehind: false,
  downloaded: 0,
  downloadedFromWebSeeds: 0,
  rateDown: Rate.start(at),
  wasted: 0,
  corrupt: 0,
})

/** A second has passed. */
export function measureDownload(core: DownloadCore): void {
  core.rateDown = core.rateDown.add(core.downloaded - core.rateDown.total, core.now)
}
