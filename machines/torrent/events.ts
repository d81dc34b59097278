import type { ActorRef, ErrorActorEvent, Snapshot } from 'xstate'
import type { Address, Connection, TransportKind } from '../../transport/transport.ts'
import type { Block, BlockRequest } from '../../transport/wire/messages.ts'
import type { PeerInput } from '../peer/context.ts'
import type { PeerNews, PeerRef } from '../peer/events.ts'
import type { PieceSet } from '../piece-set.ts'
import type { Extension, ExtensionWish } from './extension.ts'

/** What the owner of a torrent asks of it. */
export type TorrentWish =
  | { readonly type: 'torrent.start' }
  | { readonly type: 'torrent.pause' }
  | { readonly type: 'torrent.resume' }
  | { readonly type: 'torrent.stop' }
  | { readonly type: 'torrent.add_peer'; readonly address: Address }
  /** A peer that somebody else made, and that has named this torrent and waits to be adopted. */
  | { readonly type: 'torrent.take_peer'; readonly ref: PeerRef }
  /** An extension (BEP 10) from now on; one of the same name is replaced. All peers are told. */
  | { readonly type: 'torrent.add_extension'; readonly extension: Extension }
  | { readonly type: 'torrent.remove_extension'; readonly name: string }

/** What the storage actor answers. */
export type StorageNews =
  | { readonly type: 'storage.checked'; readonly have: PieceSet }
  /** Hashed, right and written. `digests`, one a block, only when asked for. */
  | {
      readonly type: 'storage.verified'
      readonly index: number
      readonly data: Uint8Array
      readonly digests: readonly string[]
    }
  /** Hashed and wrong; nothing was written. */
  | {
      readonly type: 'storage.corrupt'
      readonly index: number
      readonly data: Uint8Array
      readonly digests: readonly string[]
    }
  | { readonly type: 'storage.blocks'; readonly peer: number; readonly blocks: readonly Block[] }
  | { readonly type: 'storage.failed'; readonly error: Error }

/** What the storage actor is asked for. `verify` hands `data` over until it is answered. */
export type StorageCommand =
  | { readonly type: 'storage.check' }
  | {
      readonly type: 'storage.verify'
      readonly index: number
      readonly data: Uint8Array
      readonly contributors: number
      readonly wantsDigests: boolean
    }
  | { readonly type: 'storage.read'; readonly peer: number; readonly requests: readonly BlockRequest[] }

/** What the listener reports. */
export type ListenerNews =
  | { readonly type: 'listener.listening'; readonly transport: TransportKind; readonly address: Address }
  | { readonly type: 'listener.accepted'; readonly connection: Connection }
  | { readonly type: 'listener.failed'; readonly error: Error }

/** The one thing the listener is told: a connection it accepted is not wanted. */
export interface ListenerCommand {
  readonly type: 'listener.refuse'
  readonly connection: Connection
}

/** Raised by the chart for itself, and what its timers and groups say. */
export type TorrentInternal =
  | { readonly type: 'timer.tick'; readonly at: number }
  | { readonly type: 'timer.choke_round' }
  | { readonly type: 'torrent.completed' }
  | { readonly type: 'torrent.emptied' }
  | { readonly type: 'group.crashed'; readonly peer: number; readonly error: unknown }

/** Every event a torrent takes. */
export type TorrentEvent =
  | TorrentWish
  | StorageNews
  | ListenerNews
  | ExtensionWish
  | TorrentInternal
  | PeerNews
  | ErrorActorEvent

/** What a torrent asks of a peer group; `slot` is the child's id, used again after `stop`. */
export type GroupCommand =
  | { readonly type: 'group.spawn'; readonly slot: string; readonly input: PeerInput }
  | { readonly type: 'group.stop'; readonly slot: string }

/** The owner of a peer group, who is told when a peer crashes. */
export type GroupOwner = ActorRef<Snapshot<unknown>, Extract<TorrentInternal, { type: 'group.crashed' }>>
