import type { ActorRef, Snapshot } from 'xstate'
import type { Address, Connection, TransportKind } from '../../../transport/transport.ts'
import type { Block, BlockRequest } from '../../../transport/wire/messages.ts'
import type { Extension } from '../../extensions/extension.ts'
import type { PeerInput } from '../../peer/vocabulary/context.ts'
import type { PeerRef } from '../../peer/vocabulary/events.ts'
import type { PieceSet } from '../../piece-set.ts'
import type { FilePriority, Wanted } from './file-priority.ts'
import type { Found } from './found.ts'
import type { Recollection } from './recollection.ts'
import type { Unbound } from './unbound.ts'

/**
 * What the owner of a torrent asks of it. `at`: the time, in milliseconds of the injected clock; without it that of the last tick counts.
 */
export type TorrentWish =
  | { readonly type: 'torrent.start'; readonly at?: number }
  | { readonly type: 'torrent.pause'; readonly at?: number }
  | { readonly type: 'torrent.resume'; readonly at?: number }
  | { readonly type: 'torrent.stop'; readonly at?: number }
  /** What is on disk is to be hashed, whatever is known of it; connections stay. */
  | { readonly type: 'torrent.recheck' }
  /** Its files are to be moved to another folder, whether it runs or not. */
  | { readonly type: 'torrent.move'; readonly folder: string }
  | { readonly type: 'torrent.add_peer'; readonly address: Address }
  /** A connection, by its number in the torrent, is to end; nothing where there is none. Nothing is held against the peer. */
  | { readonly type: 'torrent.close_peer'; readonly peer: number }
  /** An address is banned, for a reason of its owner's. `peerId`: 40 hex digits, of loopback, where several peers share a host. */
  | { readonly type: 'torrent.ban'; readonly address: Address; readonly reason: string; readonly peerId?: string }
  /** Files are wanted, or not, or before others, by their number in the torrent; all others as before. Passed over before the metadata has come. */
  | { readonly type: 'torrent.select'; readonly priorities: ReadonlyMap<number, FilePriority> }
  /**
   * Somebody reads a part of a file, and has read on up to a piece: it and those behind it, before the piece `end`, come before all others,
   * as far ahead as is worth while. `reader`: the owner's number. Passed over for pieces that there are not.
   */
  | { readonly type: 'torrent.read'; readonly reader: number; readonly first: number; readonly end: number }
  /** Nobody reads there any more. */
  | { readonly type: 'torrent.unread'; readonly reader: number }
  /** Pieces are to come in the order of the torrent; or the rarest first again. */
  | { readonly type: 'torrent.sequential'; readonly sequential: boolean }
  /** A tracker to ask besides, by its URL as `readTrackerUrl` has it. Passed over when it is known, or the 101st. */
  | { readonly type: 'torrent.add_tracker'; readonly url: string }
  /** A web seed to ask besides, by its URL as `readWebSeedUrl` has it. Passed over when it is known, or the 101st. */
  | { readonly type: 'torrent.add_web_seed'; readonly url: string }
  /** It is to super-seed (BEP 16), or to do so no longer. */
  | { readonly type: 'torrent.super_seed'; readonly superSeed: boolean }
  /** So many peers may be unchoked at once, from 1. Fewer than are unchoked now: they are choked with the next round. */
  | { readonly type: 'torrent.set_slots'; readonly slots: number }
  /** A peer that another made, and that has named this torrent and waits to be adopted. `home`: the actor to tell what becomes of it. */
  | { readonly type: 'torrent.take_peer'; readonly ref: PeerRef; readonly home?: PeerHome }
  /** The session that was to listen for it cannot: it does not wait for that any more. */
  | { readonly type: 'torrent.listen_nowhere' }
  /**
   * An extension (BEP 10) from now on; one of the same name is replaced. All peers are told. Passed over when it would be the 65th
   * name, those removed included.
   */
  | { readonly type: 'torrent.add_extension'; readonly extension: Extension }
  | { readonly type: 'torrent.remove_extension'; readonly name: string }

/** What the storage actor answers. */
export type StorageNews =
  /** What is on disk and right, and, where there is resume data that can be used, what else it says. */
  | { readonly type: 'storage.checked'; readonly have: PieceSet; readonly recalled?: Recollection }
  /** What was there of the files that are wanted is in their places; the number is the command's. */
  | { readonly type: 'storage.selected'; readonly select: number }
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
  /** Blocks that a peer asked for and that could not be read: their pieces are lost, which was told before. */
  | { readonly type: 'storage.unread'; readonly peer: number; readonly requests: readonly BlockRequest[] }
  /**
   * Pieces cannot be had as they were verified, nor written: of files that others took away or changed, or that cannot be read. `isThere`:
   * something is, and may be right all the same; `message`: what happened, with `path`, of a file, where there is one.
   */
  | {
      readonly type: 'storage.lost'
      readonly pieces: PieceSet
      readonly isThere: boolean
      readonly message: string
      readonly path?: string
    }
  /** What a recheck has shown so far, since it told last; the number and the rest are the command's. */
  | ({ readonly type: 'storage.rechecked'; readonly recheck: number } & Found)
  | { readonly type: 'storage.failed'; readonly error: Error }
  /** A save is over; that it failed was told before. */
  | { readonly type: 'storage.saved'; readonly save: number }
  /** Resume data could not be read, used or written. */
  | { readonly type: 'storage.resume_failed'; readonly error: Error }
  /** The files are in this folder now; or they are where they were, and why. */
  | { readonly type: 'storage.moved'; readonly folder: string }
  | { readonly type: 'storage.unmoved'; readonly error: Error }
  /** Something about a file that its owner should know and that ends nothing. */
  | { readonly type: 'storage.warning'; readonly message: string; readonly path?: string }

/** What the storage actor is asked for. `verify` hands `data` over until it is answered. */
export type StorageCommand =
  /**
   * `anew`: also what resume data vouches for is hashed. `wanted`: which files are; where what was saved counts, that is told. The files that
   * are wanted are in their places then.
   */
  | { readonly type: 'storage.check'; readonly anew?: true; readonly wanted: Wanted }
  /**
   * Other files are wanted. What is asked for behind it goes by that. `select`: a number to answer with, which never falls. While a check
   * has yet to read what was saved, it is the check that goes by it, and answers.
   */
  | { readonly type: 'storage.select'; readonly select: number; readonly wanted: Wanted }
  /** Hashes pieces as they stand, while all else goes on. `recheck` numbers these, from 1; they are done one after another. */
  | {
      readonly type: 'storage.recheck'
      readonly recheck: number
      readonly pieces: PieceSet
      readonly isWished: boolean
    }
  | {
      readonly type: 'storage.verify'
      readonly index: number
      readonly data: Uint8Array
      readonly contributors: number
      readonly wantsDigests: boolean
    }
  | { readonly type: 'storage.read'; readonly peer: number; readonly requests: readonly BlockRequest[] }
  /** Moves the files to a folder, as far as that is not ended before: one move at a time. */
  | { readonly type: 'storage.move'; readonly folder: string }
  | { readonly type: 'storage.end_move' }
  /** Saves the resume data. `save` numbers these, from 1: one that waits for another is passed over when a newer comes. */
  | { readonly type: 'storage.save'; readonly save: number; readonly recollection: Recollection }

/** The actor of a torrent's storage. */
export type StorageRef = ActorRef<Snapshot<unknown>, StorageCommand>

/** Where peers reach us by one transport. */
export interface Listening {
  readonly transport: TransportKind
  readonly address: Address
}

/** What the listener reports. */
export type ListenerNews =
  | ({ readonly type: 'listener.listening' } & Listening)
  /** One of several transports cannot listen where the others do. */
  | ({ readonly type: 'listener.unbound' } & Unbound)
  | { readonly type: 'listener.accepted'; readonly connection: Connection }
  | { readonly type: 'listener.failed'; readonly error: Error }

/** What timers and groups say, and the watcher of the blacklist. */
export type TorrentInternal =
  | { readonly type: 'timer.tick'; readonly at: number }
  /** The process, or the machine, stood still for long (`delays.longSleepMs`). */
  | { readonly type: 'timer.woke' }
  | { readonly type: 'timer.choke_round' }
  /** The next batch may be dialled, told, or ended (batching.ts). */
  | { readonly type: 'timer.dialing' }
  | { readonly type: 'timer.telling' }
  | { readonly type: 'timer.closing' }
  /** A peer was put on the blacklist, here or in another torrent that has the same one. */
  | { readonly type: 'blacklist.added' }
  | { readonly type: 'group.crashed'; readonly peer: number; readonly error: unknown }

/** What a torrent tells the maker of a peer that handed it over; `guest` is the peer's number there. */
export type HomeNews =
  /** The torrent has taken it, where it has the number `peer`, and receives its news from now on; it is to be told of a crash too. */
  | { readonly type: 'guest.adopted'; readonly guest: number; readonly torrent: GroupOwner; readonly peer: number }
  /** The torrent has forgotten it: its connection has ended, its actor may be stopped. */
  | { readonly type: 'guest.left'; readonly guest: number }

/** Where a peer lives that was handed over. */
export interface PeerHome {
  readonly owner: ActorRef<Snapshot<unknown>, HomeNews>
  readonly guest: number
}

/** What a torrent asks of a peer group; `slot` is the child's id, used again after `stop`. */
export type GroupCommand =
  | { readonly type: 'group.spawn'; readonly slot: string; readonly input: PeerInput }
  | { readonly type: 'group.stop'; readonly slot: string }

/** The owner of a peer group, which is told when a peer crashes. */
export type GroupOwner = ActorRef<Snapshot<unknown>, Extract<TorrentInternal, { type: 'group.crashed' }>>
