import type { ActorRef } from 'xstate'
import type { Address } from '../../../transport/transport.ts'
import type { CoreSnapshotOf } from '../../deciding.ts'
import type { Core } from '../core/core.ts'
import type { TorrentState } from '../vocabulary/emitted.ts'
import type { Listening, StorageRef } from '../vocabulary/events.ts'
import type { CoreEvent } from '../vocabulary/news.ts'

/** What a look at a core shows. */
export type CoreSnapshot = CoreSnapshotOf<Core>

/** The actor that holds the data plane of a torrent. */
export type CoreRef = ActorRef<CoreSnapshot, CoreEvent>

/** What outlives one event of a torrent's chart: plain data that no action changes in place. What the torrent has is with its core. */
export interface TorrentContext {
  readonly core: CoreRef
  readonly storage: StorageRef
  readonly listen: Address | undefined
  /** Where the torrent, or a session for it, last listened, by each transport. */
  readonly listening: readonly Listening[]
  /** It was made from a magnet link: how it divides has to come from peers (BEP 9). */
  readonly isMagnet: boolean
  readonly keepsResume: boolean
  readonly error: Error | undefined
  /** How it stands, in one word, as was told last. */
  readonly standing: TorrentState
}
