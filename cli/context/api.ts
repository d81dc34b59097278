import type { DrawingFormat } from '../../diagram/diagram.ts'
import type * as publicApi from '../../index.ts'
import type { Torrent } from '../../index.ts'
import type { ResumeFiles } from './resume-files.ts'

type PublicApi = typeof publicApi

/** What the commands use of a torrent. */
export type TorrentHandle = Pick<
  Torrent,
  'start' | 'stop' | 'addPeer' | 'metainfo' | 'peers' | 'progress' | 'explain' | 'on'
>

/** What the commands use of the library; a test gives its own. */
export interface Api
  extends Pick<
    PublicApi,
    | 'parseMagnet'
    | 'readMetainfo'
    | 'createMetainfo'
    | 'openFileStore'
    | 'openMemoryStore'
    | 'openRecorder'
    | 'replayRecord'
    | 'startInspector'
    | 'utpTransport'
  > {
  createTorrent(options: Parameters<PublicApi['createTorrent']>[0]): TorrentHandle
  /** Where torrents keep their resume data; undefined: nowhere. */
  readonly resumeFiles: ResumeFiles | undefined
  /** The statecharts that can be drawn, by name, each as a function of the format. */
  readonly diagrams: Readonly<Record<string, (format: DrawingFormat) => Promise<string>>>
}
