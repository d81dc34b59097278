import type { ConnectionsCore } from '../connections/slice.ts'
import type { DownloadSlice } from '../download/slice.ts'
import type { UploadSlice } from '../upload/slice.ts'
import { listed, type TrackerPlace, type TrackerRecord } from './tracker-list.ts'

/** What a torrent is made from, of its trackers. */
export interface AnnouncingInput {
  /** Default: none. Only the first 100 are asked. */
  readonly trackers?: readonly TrackerPlace[]
}

/** The trackers of a torrent. */
export interface AnnouncingSlice {
  /** In the order in which they are asked. */
  trackers: readonly TrackerRecord[]
  /** By what trackers know us when our address changes: 32 bits; undefined as long as there is no tracker. */
  announceKey: number | undefined
  /** The last missing piece has come in this run. */
  hasCompleted: boolean
}

/** The core as announcing sees it: its own slice, and what it reads of others. */
export interface AnnouncingCore
  extends AnnouncingSlice,
    ConnectionsCore,
    Readonly<Pick<DownloadSlice, 'downloaded'>>,
    Readonly<Pick<UploadSlice, 'uploaded'>> {}

/** None of them was asked. */
export function createAnnouncing({ trackers = [] }: AnnouncingInput, random: () => number): AnnouncingSlice {
  // Without trackers chance is left alone: whoever replays a run has it as it was.
  const hasSome = trackers.length > 0
  return {
    trackers: hasSome ? listed(trackers, 0, random) : [],
    announceKey: hasSome ? drawKey(random) : undefined,
    hasCompleted: false,
  }
}

/** 32 bits. */
export const drawKey = (random: () => number): number => Math.floor(random() * 2 ** 32)
