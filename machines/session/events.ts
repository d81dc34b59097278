import type { ActorRef, Snapshot } from 'xstate'
import type { Bandwidth } from '../../transport/bandwidth/bandwidth.ts'
import type { Address, TransportKind } from '../../transport/transport.ts'
import type { TorrentEvent } from '../torrent/states/torrent-event.ts'

/** A torrent of a session. */
export type SessionTorrentRef = ActorRef<Snapshot<unknown>, TorrentEvent>

/** What a session knows of one of its torrents. `bandwidths`: what each of its connections shares with others. */
export interface SessionTorrent {
  readonly ref: SessionTorrentRef
  readonly bandwidths: readonly Bandwidth[]
}

/** What the owner of a session asks of it. `infoHash`: 40 hex digits. */
export type SessionWish =
  | { readonly type: 'session.start' }
  | { readonly type: 'session.stop' }
  | { readonly type: 'session.add_torrent'; readonly infoHash: string; readonly torrent: SessionTorrent }
  /** No connection is handed to it any more; those it has it keeps. */
  | { readonly type: 'session.remove_torrent'; readonly infoHash: string }
  /** The actor of a torrent has ended: connections it has not closed itself are cut. */
  | { readonly type: 'session.torrent_ended'; readonly ref: SessionTorrentRef }

/** What a session actor emits (`session.on(type, …)`). */
export type SessionEmitted =
  | { readonly type: 'listening'; readonly transport: TransportKind; readonly address: Address }
  /** A connection that came in ended before a torrent took it; `reason` is `source.code`, as in `local.unknown_torrent`. */
  | { readonly type: 'dropped'; readonly address: Address; readonly reason: string }
  /** The code of a guest's actor threw: a defect, which ended that connection and nothing else. */
  | { readonly type: 'crashed'; readonly address: Address; readonly error: unknown }
  /** What went wrong without ending anything, as one line: one of several transports cannot listen. */
  | { readonly type: 'warning'; readonly message: string }
  /** It cannot listen; its torrents go on with the peers they have and dial. `start()` tries again. */
  | { readonly type: 'failed'; readonly error: Error }
