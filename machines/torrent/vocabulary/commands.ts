import type { ActorRef, Snapshot } from 'xstate'
import type { ExtensionEvent, ExtensionRef } from '../../extensions/extension.ts'
import type { PeerRef, TorrentCommand } from '../../peer/events.ts'
import { isEnding } from '../../peer/peer-view.ts'
import type { TransportCommand, TransportRef } from '../../peer/transport-commands.ts'
import type { TorrentEmitted } from './emitted.ts'
import type { HomeNews, StorageCommand, StorageRef, TorrentInternal } from './events.ts'
import type { CoreNews } from './news.ts'

/** The chart of a torrent, as its core knows it. */
export type ChartRef = ActorRef<Snapshot<unknown>, CoreNews | Extract<TorrentInternal, { type: 'group.crashed' }>>

/** What made a peer and handed it over. */
export type HomeRef = ActorRef<Snapshot<unknown>, HomeNews>

/** One thing the core has decided; `carryOut` (logic.ts) does it. */
export type Command =
  | { readonly tell: 'peer'; readonly to: PeerRef; readonly event: TorrentCommand }
  | { readonly tell: 'storage'; readonly to: StorageRef; readonly event: StorageCommand }
  | { readonly tell: 'extension'; readonly to: ExtensionRef; readonly event: ExtensionEvent }
  | { readonly tell: 'transport'; readonly to: TransportRef; readonly event: TransportCommand }
  | { readonly tell: 'home'; readonly to: HomeRef; readonly event: HomeNews }
  | { readonly tell: 'chart'; readonly to: ChartRef; readonly event: CoreNews }

/** What a peer is told, unless its actor is not known yet or is about to end: then there is none to tell. */
export const order = (peer: { readonly ref: PeerRef | undefined }, event: TorrentCommand): Command[] =>
  peer.ref && !isEnding(peer) ? [{ tell: 'peer', to: peer.ref, event }] : []

/** What the storage is asked for; nothing without one. */
export const askStorage = (
  { storage }: { readonly storage: StorageRef | undefined },
  event: StorageCommand,
): Command[] => (storage ? [{ tell: 'storage', to: storage, event }] : [])

/** What the chart is told. */
export const tellChart = ({ chart }: { readonly chart: ChartRef }, event: CoreNews): Command => ({
  tell: 'chart',
  to: chart,
  event,
})

/** What the torrent emits. */
export const emit = (core: { readonly chart: ChartRef }, ...news: readonly TorrentEmitted[]): Command[] =>
  news.length > 0 ? [tellChart(core, { type: 'core.emitted', news })] : []

/** The orders of a decision, and what it is news of. */
export const announce = (
  core: { readonly chart: ChartRef },
  { orders, news }: { readonly orders: readonly Command[]; readonly news: readonly TorrentEmitted[] },
): Command[] => [...orders, ...emit(core, ...news)]
