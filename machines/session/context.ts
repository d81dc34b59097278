import type { ActorRef } from 'xstate'
import type { Address } from '../../transport/transport.ts'
import type { CoreSnapshotOf } from '../deciding.ts'
import type { SessionCore } from './core.ts'
import type { SessionCoreEvent } from './news.ts'

/** The actor that holds the guests and torrents of a session. */
export type SessionCoreRef = ActorRef<CoreSnapshotOf<SessionCore>, SessionCoreEvent>

/** What outlives one event of a session's chart: plain data that no action changes in place. Guests and torrents are with its core. */
export interface SessionContext {
  readonly core: SessionCoreRef
  readonly listen: Address | undefined
  readonly error: Error | undefined
}
