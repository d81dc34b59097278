import type { ErrorActorEvent } from 'xstate'
import type { ListenerNews } from '../torrent/vocabulary/events.ts'
import type { SessionWish } from './events.ts'
import type { SessionCoreNews } from './news.ts'

/** Every event the chart of a session takes. Guests, the torrents that have taken them, groups and ticker tell their news to its core. */
export type SessionEvent = SessionWish | ListenerNews | SessionCoreNews | ErrorActorEvent
