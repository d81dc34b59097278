import type { ActorRef, Snapshot } from 'xstate'
import type { Address } from '../../../transport/transport.ts'
import type { DhtCommand, DhtRef } from '../../dht/events.ts'
import type { ExtensionEvent, ExtensionRef } from '../../extensions/extension.ts'
import { isEnding } from '../../peer/peer-view.ts'
import type { PeerRef, TorrentCommand } from '../../peer/vocabulary/events.ts'
import type { Evidence } from '../../peer/vocabulary/evidence.ts'
import type { TransportCommand, TransportRef } from '../../peer/vocabulary/transport-commands.ts'
import type { TrackerCommand, TrackerRef } from '../../tracker/events.ts'
import type { WebSeedCommand, WebSeedRef } from '../../web-seed/events.ts'
import type { TorrentEmitted } from './emitted.ts'
import type { HomeNews, StorageCommand, StorageRef, TorrentInternal } from './events.ts'
import type { CoreNews } from './news.ts'

/** The chart of a torrent, as its core knows it. */
export type ChartRef = ActorRef<Snapshot<unknown>, CoreNews | Extract<TorrentInternal, { type: 'group.crashed' }>>

/** What made a peer and handed it over. */
export type HomeRef = ActorRef<Snapshot<unknown>, HomeNews>

/** Why an address is banned, and with which peer id: 40 hex digits, or empty. */
export interface Ban {
  readonly peerId: string
  readonly reason: string
  readonly evidence: readonly Evidence[]
  /** In milliseconds. */
  readonly at: number
}

/** The list of banned addresses, which other torrents may share: a decision reads it, and only a command changes it. */
interface BlacklistRef {
  add(address: Address, ban: Ban): void
}

/** What a torrent tells of the places that it shares with others (connection-limit.ts). `at`: now, in milliseconds. */
export type PlaceCommand =
  /** A connection takes a place, or goes beyond the limit as a newcomer. */
  | { readonly type: 'place.take'; readonly at: number }
  | { readonly type: 'place.give_back' }
  /** There was none for it. */
  | { readonly type: 'place.want'; readonly at: number }
  /** It ends as many connections as it owes to others. */
  | { readonly type: 'place.make_room'; readonly at: number }

/** The places that torrents share: a decision reads how many there are for it, and only a command changes that. */
interface PlacesRef {
  send(command: PlaceCommand): void
}

/** One thing the core has decided; `carryOut` (logic.ts) does it. */
export type Command =
  | { readonly tell: 'blacklist'; readonly to: BlacklistRef; readonly address: Address; readonly ban: Ban }
  | { readonly tell: 'places'; readonly to: PlacesRef; readonly event: PlaceCommand }
  | { readonly tell: 'peer'; readonly to: PeerRef; readonly event: TorrentCommand }
  | { readonly tell: 'storage'; readonly to: StorageRef; readonly event: StorageCommand }
  | { readonly tell: 'extension'; readonly to: ExtensionRef; readonly event: ExtensionEvent }
  | { readonly tell: 'transport'; readonly to: TransportRef; readonly event: TransportCommand }
  | { readonly tell: 'home'; readonly to: HomeRef; readonly event: HomeNews }
  | { readonly tell: 'tracker'; readonly to: TrackerRef; readonly event: TrackerCommand }
  | { readonly tell: 'web_seed'; readonly to: WebSeedRef; readonly event: WebSeedCommand }
  | { readonly tell: 'dht'; readonly to: DhtRef; readonly event: DhtCommand }
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
