import type { ConnectionsSlice } from '../connections/slice.ts'
import type { ContentSlice } from '../content/slice.ts'
import type { DownloadSlice } from '../download/slice.ts'
import type { PeersSlice } from '../peers/slice.ts'
import type { PickingSlice } from '../picking/slice.ts'
import type { Blame } from '../trust/blame.ts'
import type { UploadSlice } from '../upload/slice.ts'
import type { Basis } from '../vocabulary/basis.ts'

/** What a torrent is made from, of what it keeps for the next run. */
export interface ResumeInput {
  /** Whether the storage keeps resume data. Default false. */
  readonly keepsResume?: boolean
  /** Payload bytes of the runs before. Default: none. */
  readonly earlier?: { readonly downloaded: number; readonly uploaded: number }
}

/** What was kept by earlier runs, and was saved of this one. */
export interface ResumeSlice {
  readonly keepsResume: boolean
  /** Saves that were asked for. */
  saves: number
  /** What had been achieved at the last save, as one number; and the bytes of blocks it kept. */
  savedMark: number
  savedBlockBytes: number
  /** Payload bytes of the runs before. */
  earlier: { readonly downloaded: number; readonly uploaded: number }
}

/** The core as resume sees it: its own slice, and what it reads of others. */
export interface ResumeCore
  extends ResumeSlice,
    Readonly<Pick<Basis, 'chart' | 'isRunning' | 'storage'>>,
    Readonly<PeersSlice>,
    Readonly<PickingSlice>,
    Readonly<Pick<ContentSlice, 'have' | 'isChecked' | 'isPrivate' | 'layout' | 'selection' | 'wishes'>>,
    Readonly<Pick<DownloadSlice, 'buffers' | 'downloaded'>>,
    Readonly<Pick<UploadSlice, 'uploaded'>>,
    Readonly<Pick<ConnectionsSlice, 'addresses'>> {
  readonly blame: Pick<Blame, 'needsDigests'>
}

/** Nothing was saved. */
export const createResume = ({ earlier, keepsResume }: ResumeInput): ResumeSlice => ({
  keepsResume: keepsResume ?? false,
  saves: 0,
  savedMark: -1,
  savedBlockBytes: 0,
  earlier: earlier ?? { downloaded: 0, uploaded: 0 },
})
