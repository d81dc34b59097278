import type { Connection } from '../../../transport/transport.ts'
import type { DhtNews } from '../../dht/events.ts'
import type { Extension, ExtensionEnded, ExtensionStarted, ExtensionWish } from '../../extensions/extension.ts'
import type { PeerNews } from '../../peer/vocabulary/events.ts'
import type { TrackerNews } from '../../tracker/events.ts'
import type { WebSeedNews } from '../../web-seed/events.ts'
import type { SuperSeedingEnd, TorrentEmitted } from './emitted.ts'
import type { GroupCommand, ListenerNews, StorageNews, StorageRef, TorrentInternal, TorrentWish } from './events.ts'

/** What is to be emitted with it. */
interface WithNews {
  readonly news: readonly TorrentEmitted[]
}

/** How a torrent's pieces stand. */
export type PiecesNews =
  /** There are pieces to fetch: the first few at random, then the rarest, then the last blocks, each from several peers. */
  | (WithNews & { readonly type: 'pieces.random_first' })
  | (WithNews & { readonly type: 'pieces.rarest_first' })
  | (WithNews & { readonly type: 'pieces.endgame' })
  /** Everything is there. `downloaded`: payload bytes of this run. */
  | (WithNews & { readonly type: 'pieces.complete'; readonly downloaded: number })
  /** Everything that was chosen is there, and there is more. `downloaded`: payload bytes of this run. */
  | (WithNews & { readonly type: 'pieces.chosen'; readonly downloaded: number })
  /** All that was chosen is there but what is lost. */
  | (WithNews & { readonly type: 'pieces.partial' })
  /** Pieces are missing, and nothing can be written. */
  | (WithNews & { readonly type: 'pieces.read_only' })

/** What the core tells the chart: what changes a state, and what is to be emitted. */
export type CoreNews =
  | PiecesNews
  | { readonly type: 'core.emitted'; readonly news: readonly TorrentEmitted[] }
  /** The metadata has come: how the torrent divides is known from now on. */
  | { readonly type: 'content.known' }
  /** Pieces are hashed anew while all else goes on; or no longer. */
  | { readonly type: 'recheck.began' }
  | { readonly type: 'recheck.over' }
  /** The files are in another folder, or stay in theirs. */
  | { readonly type: 'move.over' }
  /** No connection is left. */
  | { readonly type: 'swarm.emptied' }
  /** A word to a group of peers; one that `isNew` has to be spawned first. */
  | { readonly type: 'swarm.group'; readonly group: string; readonly command: GroupCommand; readonly isNew: boolean }
  /** A batch is spent (batching.ts): the next may begin after a pause. */
  | { readonly type: 'pace.dialing' }
  | { readonly type: 'pace.telling' }
  | { readonly type: 'pace.closing' }
  /** So much waits to be verified that no peer is asked for more; or no longer. */
  | { readonly type: 'disk.behind' }
  | { readonly type: 'disk.keeping_up' }
  /** An extension is to run; the actor of one of the same name ends. */
  | { readonly type: 'extension.run'; readonly extension: Extension }
  | { readonly type: 'extension.end'; readonly name: string }
  /** A tracker is to have an actor. */
  | { readonly type: 'tracker.run'; readonly tracker: number; readonly url: string }
  /** A web seed is to have an actor. */
  | { readonly type: 'web_seed.run'; readonly webSeed: number; readonly url: string }
  /** The searches in the DHT are to have an actor. `infoHash`: 40 hex digits. */
  | { readonly type: 'dht.run'; readonly infoHash: string }
  /** Trackers that know of us are told that we leave; or all were. */
  | { readonly type: 'trackers.leaving' }
  | { readonly type: 'trackers.left' }
  /** The last save that was asked for is over, or there was nothing to save. */
  | { readonly type: 'save.over' }
  /** The next save is due in so many milliseconds. */
  | { readonly type: 'save.next'; readonly inMs: number }
  /** Super-seeding is of no use any more; or what it held back is told. */
  | { readonly type: 'super_seeding.over'; readonly because: SuperSeedingEnd }
  | { readonly type: 'super_seeding.revealed' }
  /** Its owner wishes it to super-seed once everything is there; or no longer. */
  | { readonly type: 'super_seeding.wished' }
  | { readonly type: 'super_seeding.unwished' }
  /** A connection that came in is not wanted. */
  | { readonly type: 'listener.refuse'; readonly connection: Connection }
  | Extract<StorageNews, { type: 'storage.failed' }>
  | Extract<ExtensionWish, { type: 'metadata.failed' }>

/** What the chart tells the core to do. */
export type CoreCommand =
  /** The torrent is made, and so is the actor of its storage: the extensions that it starts with are to run. */
  | { readonly type: 'core.begin'; readonly storage: StorageRef }
  /** The code of the storage threw: nothing is asked of it. Or another actor has taken its place. */
  | { readonly type: 'core.storage'; readonly storage: StorageRef | undefined }
  /** Peers are dialled and accepted, blocks fetched and served; extensions whose code threw run anew. */
  | { readonly type: 'core.run'; readonly at?: number | undefined }
  /** Nothing of this any more. `at`: the time, if the owner told it. */
  | { readonly type: 'core.rest'; readonly at?: number | undefined }
  /** Every connection is to end, a batch at a time. */
  | { readonly type: 'core.close_peers' }
  /** What is on disk is hashed; `anew`: also what resume data vouches for. */
  | { readonly type: 'core.check'; readonly anew?: true }
  /** Nothing waits for that any more: an answer that still comes has no effect. */
  | { readonly type: 'core.end_check' }
  /** All pieces are hashed as they stand, while all else goes on. */
  | { readonly type: 'core.recheck' }
  /** The files are moved to a folder; or no longer, where they still can stay. */
  | { readonly type: 'core.move'; readonly folder: string }
  | { readonly type: 'core.end_move' }
  /** Resume data is saved; `isLast`, as nothing moves any more: also if there is nothing new, and `save.over` follows. */
  | { readonly type: 'core.save'; readonly isLast: boolean }
  /** It pretends to have nothing (BEP 16); no longer; tells the rest; has told it. */
  | { readonly type: 'super_seeding.begin' }
  | { readonly type: 'super_seeding.end'; readonly because: SuperSeedingEnd | undefined }
  | { readonly type: 'super_seeding.reveal' }
  | { readonly type: 'super_seeding.forget' }

/** What else reaches the core: the news of peers, storage, listener, extensions and ticker, and wishes that the chart passes on. */
export type CoreEvent =
  | CoreCommand
  | PeerNews
  | TrackerNews
  | WebSeedNews
  | DhtNews
  | StorageNews
  | ExtensionWish
  | ExtensionStarted
  | ExtensionEnded
  | Extract<ListenerNews, { type: 'listener.listening' | 'listener.accepted' }>
  | Extract<
      TorrentWish,
      {
        type:
          | 'torrent.add_peer'
          | 'torrent.close_peer'
          | 'torrent.ban'
          | 'torrent.select'
          | 'torrent.read'
          | 'torrent.unread'
          | 'torrent.sequential'
          | 'torrent.add_tracker'
          | 'torrent.add_web_seed'
          | 'torrent.take_peer'
          | 'torrent.listen_nowhere'
          | 'torrent.set_slots'
          | 'torrent.super_seed'
          | 'torrent.add_extension'
          | 'torrent.remove_extension'
      }
    >
  | TorrentInternal
