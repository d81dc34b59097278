import { type AnnouncingSlice, createAnnouncing } from '../announcing/slice.ts'
import { type ChokingSlice, createChoking } from '../choking/slice.ts'
import { withExtensions } from '../connections/greetings.ts'
import { type ConnectionsSlice, createConnections } from '../connections/slice.ts'
import { type ContentSlice, createContent } from '../content/slice.ts'
import { createDownload, type DownloadSlice } from '../download/slice.ts'
import { createPeers, type PeersSlice } from '../peers/slice.ts'
import { createPicking, type PickingSlice } from '../picking/slice.ts'
import { createReading, type ReadingSlice } from '../reading/slice.ts'
import { createResume, type ResumeSlice } from '../resume/slice.ts'
import { createExtensions, type ExtensionsSlice } from '../running-extensions/slice.ts'
import { createSearching, type SearchingSlice } from '../searching/slice.ts'
import { createTrust, type TrustSlice } from '../trust/slice.ts'
import { createUpload, type UploadSlice } from '../upload/slice.ts'
import type { Basis } from '../vocabulary/basis.ts'
import type { ChartRef } from '../vocabulary/commands.ts'
import type { PiecesNews } from '../vocabulary/news.ts'
import { createWebSeeds, type WebSeedsSlice } from '../web-seeds/slice.ts'
import type { IdleCode } from './idle-codes.ts'
import type { TorrentInput } from './input.ts'

/** What a core is made from. */
export interface CoreInput extends TorrentInput {
  /** The chart of the torrent: it is told what changes its state. */
  readonly chart: ChartRef
}

/**
 * What changes with every block and message, and is too large to copy for each: the data plane of a torrent. Each room owns its slice, and
 * alone writes its fields; of others it reads. The functions change it in place and answer what is to be done (`Command`); nothing else
 * writes here.
 */
export interface Core
  extends Basis,
    PeersSlice,
    ContentSlice,
    PickingSlice,
    TrustSlice,
    DownloadSlice,
    ReadingSlice,
    ChokingSlice,
    ConnectionsSlice,
    UploadSlice,
    AnnouncingSlice,
    WebSeedsSlice,
    SearchingSlice,
    ExtensionsSlice,
    ResumeSlice {
  /** How the pieces stand, as the chart was told last. */
  toldPieces: PiecesNews['type'] | undefined
  /** When it last began to rest. */
  enteredAt: number
  /** What has kept it, while it runs, from moving payload, and since when. */
  readonly idle: Map<IdleCode, number>
}

/** The core of a torrent that was not started yet. */
export function createCore(input: CoreInput, self: Core['self']): Core {
  const { at, chart, random } = input
  const content = createContent(input)
  const extensions = createExtensions(input, content)
  return {
    self,
    chart,
    storage: undefined,
    isRunning: false,
    random,
    now: at,
    ...createPeers(input),
    ...content,
    ...createPicking({ ...content, random }),
    ...createTrust(input),
    ...createDownload({ ...content, at }),
    ...createReading(),
    ...createChoking(input),
    ...createConnections(input, withExtensions(input.greeting, extensions.extensions)),
    ...createUpload(input),
    ...createAnnouncing(input, random),
    ...createWebSeeds(input),
    ...createSearching(input),
    ...extensions,
    ...createResume(input),
    toldPieces: undefined,
    enteredAt: at,
    idle: new Map(),
  }
}
