import type { PeerNews } from '../peer/vocabulary/events.ts'
import type { HomeNews, ListenerNews, TorrentInternal } from '../torrent/vocabulary/events.ts'
import type { CoreNews } from '../torrent/vocabulary/news.ts'
import type { SessionEmitted, SessionWish } from './events.ts'

/** What the core tells the chart: what changes a state, what is to be emitted, and what actors are to be made, stopped or refused. */
export type SessionCoreNews =
  | { readonly type: 'session.emitted'; readonly news: readonly SessionEmitted[] }
  /** No connection is left, neither of a guest nor of one that is adopted. */
  | { readonly type: 'session.emptied' }
  | Extract<CoreNews, { type: 'swarm.group' | 'listener.refuse' }>

/** What the chart tells the core to do. */
export type SessionCoreCommand =
  /** It does not listen any more: torrents that come later are told of no address. */
  | { readonly type: 'core.unreachable' }
  /** It cannot listen: no torrent is to wait for that. */
  | { readonly type: 'core.listen_nowhere' }
  /** Every connection that waits for a torrent is to end. */
  | { readonly type: 'core.close_guests' }

/** What else reaches the core: the news of guests, of the torrents that have taken them, of groups and ticker, and what the chart passes on. */
export type SessionCoreEvent =
  | SessionCoreCommand
  | PeerNews
  | HomeNews
  | Extract<ListenerNews, { type: 'listener.listening' | 'listener.accepted' }>
  | Extract<SessionWish, { type: 'session.add_torrent' | 'session.remove_torrent' | 'session.torrent_ended' }>
  | Extract<TorrentInternal, { type: 'timer.tick' | 'timer.woke' | 'group.crashed' }>
