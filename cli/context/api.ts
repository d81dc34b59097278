import type * as conformance from '../../conformance/suite/open.ts'
import type { DrawingFormat } from '../../diagram/diagram.ts'
import type * as publicApi from '../../index.ts'
import type { ResumeStore, Session, SessionOptions, SessionTorrentOptions, Torrent } from '../../index.ts'
import type * as simulator from '../../simulator/index.ts'
import type { ResumeFiles, ResumeShelf } from './resume-files.ts'

type PublicApi = typeof publicApi

/** What the commands use of a torrent. */
export type TorrentHandle = Pick<
  Torrent,
  'start' | 'stop' | 'addPeer' | 'metainfo' | 'files' | 'peers' | 'progress' | 'explain' | 'on'
>

/** What the commands use of a session. */
export interface SessionHandle extends Pick<Session, 'start' | 'stop' | 'on'> {
  add(options: SessionTorrentOptions): TorrentHandle
}

/** What the commands use of the library; a test gives its own. */
export interface Api
  extends Pick<
    PublicApi,
    | 'parseMagnet'
    | 'readMetainfo'
    | 'createMetainfo'
    | 'createDht'
    | 'findWrongFiles'
    | 'openFileStore'
    | 'openMemoryStore'
    | 'openRecorder'
    | 'replayRecord'
    | 'startInspector'
    | 'tcpTransport'
    | 'utpTransport'
  > {
  createTorrent(options: Parameters<PublicApi['createTorrent']>[0]): TorrentHandle
  createSession(options: SessionOptions): SessionHandle
  readonly library: typeof simulator.library
  readonly simulate: typeof simulator.simulate
  readonly drawSimulation: typeof simulator.drawSimulation
  readonly testClient: typeof conformance.testClient
  /** Where torrents keep their resume data; undefined: nowhere. */
  readonly resumeFiles: ResumeFiles | undefined
  readonly resumeShelf: ResumeShelf
  /** Where our node of the DHT keeps its table; undefined: nowhere. */
  readonly dhtTable: ResumeStore | undefined
  /** The statecharts that can be drawn, by name, each as a function of the format. */
  readonly diagrams: Readonly<Record<string, (format: DrawingFormat) => Promise<string>>>
}
