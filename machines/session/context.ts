import type { ActorRef, Snapshot } from 'xstate'
import type { Address } from '../../transport/transport.ts'
import type { SessionCore } from './core/core.ts'
import type { SessionCoreEvent } from './core/news.ts'

/** What a look at a core shows. It changes with every event: to be read at once, and never to be written. As JSON it says nothing. */
export type SessionCoreSnapshot = Snapshot<undefined> & { readonly context: Readonly<SessionCore>; toJSON(): object }

/** The actor that holds the guests and torrents of a session. */
export type SessionCoreRef = ActorRef<SessionCoreSnapshot, SessionCoreEvent>

/** What outlives one event of a session's chart: plain data that no action changes in place. Guests and torrents are with its core. */
export interface SessionContext {
  readonly core: SessionCoreRef
  readonly listen: Address | undefined
  readonly error: Error | undefined
}
