import type { ActorRef, Snapshot } from 'xstate'
import type { PeerRef, TorrentCommand } from '../peer/vocabulary/events.ts'
import type { TransportCommand, TransportRef } from '../peer/vocabulary/transport-commands.ts'
import type { GroupOwner, ListenerNews, TorrentInternal, TorrentWish } from '../torrent/vocabulary/events.ts'
import type { SessionEmitted, SessionTorrentRef } from './events.ts'
import type { GuestRecord } from './guests.ts'
import type { SessionCoreNews } from './news.ts'

/** The chart of a session, as its core knows it. */
export type SessionChartRef = ActorRef<Snapshot<unknown>, SessionCoreNews>

/** What a torrent is told: where it can be reached, if anywhere, and which guest has named it. */
type TorrentNews =
  | Extract<ListenerNews, { type: 'listener.listening' }>
  | Extract<TorrentWish, { type: 'torrent.take_peer' | 'torrent.listen_nowhere' }>

/** One thing the core has decided; `carryOut` (logic.ts) does it. */
export type SessionCommand =
  | { readonly tell: 'guest'; readonly to: PeerRef; readonly event: TorrentCommand }
  | { readonly tell: 'transport'; readonly to: TransportRef; readonly event: TransportCommand }
  | { readonly tell: 'torrent'; readonly to: SessionTorrentRef; readonly event: TorrentNews }
  | {
      readonly tell: 'adopter'
      readonly to: GroupOwner
      readonly event: Extract<TorrentInternal, { type: 'group.crashed' }>
    }
  | { readonly tell: 'chart'; readonly to: SessionChartRef; readonly event: SessionCoreNews }

/** A guest's connection is to end; unless its actor is not known yet: then it ends as soon as it is. */
export const end = ({ ref, leavesAs }: GuestRecord): SessionCommand[] =>
  ref && leavesAs ? [{ tell: 'guest', to: ref, event: { type: 'torrent.close', code: leavesAs } }] : []

/** What the chart is told. */
export const tellChart = ({ chart }: { readonly chart: SessionChartRef }, event: SessionCoreNews): SessionCommand => ({
  tell: 'chart',
  to: chart,
  event,
})

/** What the session emits. */
export const emit = (core: { readonly chart: SessionChartRef }, news: SessionEmitted): SessionCommand =>
  tellChart(core, { type: 'session.emitted', news: [news] })
