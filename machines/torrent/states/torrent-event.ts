import type { ErrorActorEvent } from 'xstate'
import type { ListenerNews, TorrentInternal, TorrentWish } from '../vocabulary/events.ts'
import type { CoreNews } from '../vocabulary/news.ts'

/** Raised by a region for the others. */
export type RaisedEvent =
  /** What is on disk is to be hashed; `anew`: also what resume data vouches for. */
  { readonly type: 'content.check'; readonly anew?: true }

/** Every event the chart of a torrent takes. Peers, storage, ticker and extensions tell their news to its core. */
export type TorrentEvent =
  | TorrentWish
  | ListenerNews
  | CoreNews
  | RaisedEvent
  | Extract<TorrentInternal, { type: 'timer.choke_round' | 'group.crashed' }>
  | ErrorActorEvent
