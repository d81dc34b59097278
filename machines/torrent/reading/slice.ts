import type { ContentSlice } from '../content/slice.ts'
import type { DownloadSlice } from '../download/slice.ts'
import type { PickingSlice } from '../picking/slice.ts'

/** A reader of a part of a file, as it stands: the piece that is read next, and the one behind the last. */
export interface Reader {
  readonly first: number
  readonly end: number
}

/** What is read while it is downloaded. */
export interface ReadingSlice {
  /** By the numbers that their owner gave them. */
  readonly readers: Map<number, Reader>
  /** How often one of them has read on to another piece since their windows were last looked at. */
  steps: number
}

/** The core as reading sees it: its own slice, and what it reads of others. */
export interface ReadingCore
  extends ReadingSlice,
    Readonly<PickingSlice>,
    Readonly<Pick<ContentSlice, 'layout'>>,
    Readonly<Pick<DownloadSlice, 'rateDown' | 'verifying'>> {}

/** Nobody reads. */
export const createReading = (): ReadingSlice => ({ readers: new Map(), steps: 0 })
