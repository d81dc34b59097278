import type { Address } from '../../transport/transport.ts'
import type { PeerEvent, PeerNews } from '../peer/vocabulary/events.ts'
import type { TorrentEvent } from '../torrent/states/torrent-event.ts'
import type { CoreEvent } from '../torrent/vocabulary/news.ts'

/** An event of the peer or the torrent chart, or news of a peer, by name. */
export type FreeingEvent = PeerEvent['type'] | PeerNews['type'] | TorrentEvent['type'] | CoreEvent['type']

/** What a reason is: of a peer or of its torrent, which way nothing flows, in words, and which events may end it. */
export interface ReasonKind {
  readonly of: 'peer' | 'torrent' | 'both'
  readonly direction: 'download' | 'upload' | 'both'
  readonly text: string
  /** Empty: it ends by itself, or never. */
  readonly freedBy: readonly FreeingEvent[]
}

/** An address to dial may come by each of these, or a peer itself. */
const addressComes = [
  'torrent.add_peer',
  'torrent.add_tracker',
  'tracker.found',
  'tracker.answered',
  'dht.found',
  'pex.contacts',
  'listener.accepted',
] as const

/**
 * Why nothing flows: all there is to say, by code. Each follows from a state of a chart, or from what the torrent asked itself
 * when it last had something to decide. The order is that of a connection's life.
 */
export const reasonKinds = {
  stopped: { of: 'torrent', direction: 'both', text: 'the torrent is stopped', freedBy: ['torrent.start'] },
  checking: {
    of: 'torrent',
    direction: 'both',
    text: 'what is on disk is being checked',
    freedBy: ['storage.checked'],
  },
  paused: { of: 'torrent', direction: 'both', text: 'the torrent is paused', freedBy: ['torrent.resume'] },
  stopping: { of: 'torrent', direction: 'both', text: 'the torrent is stopping', freedBy: [] },
  failed: { of: 'torrent', direction: 'both', text: 'the torrent has failed', freedBy: ['torrent.start'] },
  fetching_metadata: {
    of: 'torrent',
    direction: 'both',
    text: 'the metadata of the magnet link has not come',
    freedBy: ['metadata.ready'],
  },
  no_addresses: {
    of: 'torrent',
    direction: 'both',
    text: 'no address of a peer is known',
    freedBy: addressComes,
  },
  addresses_banned: {
    of: 'torrent',
    direction: 'both',
    text: 'every address of a peer that is known is banned',
    freedBy: addressComes,
  },
  addresses_waiting: {
    of: 'torrent',
    direction: 'both',
    text: 'addresses that failed wait before they are dialled again',
    freedBy: ['timer.tick', 'torrent.add_peer', 'pex.contacts', 'listener.accepted'],
  },
  no_place: {
    of: 'torrent',
    direction: 'both',
    text: 'addresses are known, but as many connections are held as may be',
    freedBy: ['peer.closed'],
  },
  no_open_connection: {
    of: 'torrent',
    direction: 'both',
    text: 'no connection is open',
    freedBy: ['peer.opened'],
  },
  no_web_seed: {
    of: 'torrent',
    direction: 'download',
    text: 'no web seed serves',
    freedBy: ['torrent.add_web_seed', 'web_seed.due', 'web_seed.made'],
  },
  pieces_unavailable: {
    of: 'torrent',
    direction: 'download',
    text: 'nobody connected has any of the missing pieces',
    freedBy: ['peer.pieces', 'peer.have'],
  },
  reader_waits: {
    of: 'torrent',
    direction: 'download',
    text: 'a stream waits for a piece that nobody connected has',
    freedBy: ['peer.pieces', 'peer.have', 'torrent.unread'],
  },
  connecting: {
    of: 'peer',
    direction: 'both',
    text: 'nobody has answered the dial yet',
    freedBy: ['transport.opened'],
  },
  negotiating: {
    of: 'peer',
    direction: 'both',
    text: 'encryption is being negotiated',
    freedBy: ['mse.established', 'mse.plaintext'],
  },
  handshaking: {
    of: 'peer',
    direction: 'both',
    text: 'its handshake has not come',
    freedBy: ['wire.info_hash', 'wire.peer_id'],
  },
  awaiting_adoption: {
    of: 'peer',
    direction: 'both',
    text: 'nobody has said which torrent it belongs to',
    freedBy: ['torrent.adopt'],
  },
  awaiting_admission: {
    of: 'peer',
    direction: 'both',
    text: 'the torrent has not admitted it yet',
    freedBy: ['torrent.admit'],
  },
  handshake_only: {
    of: 'peer',
    direction: 'both',
    text: 'it was made to shake hands alone',
    freedBy: ['torrent.admit'],
  },
  closed: { of: 'peer', direction: 'both', text: 'the connection has ended', freedBy: [] },
  metadata_unknown: {
    of: 'peer',
    direction: 'both',
    text: 'how the torrent divides is not known yet',
    freedBy: ['torrent.learn'],
  },
  complete: { of: 'both', direction: 'download', text: 'we have every piece', freedBy: [] },
  selection_complete: {
    of: 'both',
    direction: 'download',
    text: 'we have every piece of the files that were chosen',
    freedBy: ['torrent.select'],
  },
  read_only: {
    of: 'both',
    direction: 'download',
    text: 'the store is read-only: what is missing is not downloaded',
    freedBy: [],
  },
  data_lost: {
    of: 'both',
    direction: 'both',
    text: 'files were taken away or changed, or cannot be read: their pieces are neither served nor fetched',
    freedBy: ['torrent.recheck', 'storage.rechecked'],
  },
  pieces_unknown: {
    of: 'peer',
    direction: 'download',
    text: 'it has not said which pieces it has',
    freedBy: ['wire.bitfield', 'wire.have_all', 'wire.have_none', 'wire.have', 'torrent.note_pieces'],
  },
  nothing_wanted: {
    of: 'peer',
    direction: 'download',
    text: 'we are not interested: it has nothing we lack',
    freedBy: ['wire.have', 'torrent.interested'],
  },
  choked: { of: 'peer', direction: 'download', text: 'it chokes us', freedBy: ['wire.unchoke', 'wire.allowed_fast'] },
  snubbed: {
    of: 'peer',
    direction: 'download',
    text: 'it owes us blocks and delivers none',
    freedBy: ['wire.piece'],
  },
  awaiting_blocks: {
    of: 'peer',
    direction: 'download',
    text: 'it was asked for blocks and has not answered',
    freedBy: ['wire.piece', 'wire.reject_request'],
  },
  download_limited: {
    of: 'peer',
    direction: 'download',
    text: 'a limit on the download stops our reading',
    freedBy: ['timer.tick', 'transport.limits'],
  },
  refused: {
    of: 'peer',
    direction: 'download',
    text: 'it rejected what we would ask it for; it is asked again after the next choke round',
    freedBy: ['timer.choke_round'],
  },
  disk_backlog: {
    of: 'both',
    direction: 'download',
    text: 'the disk is behind: too much waits to be verified',
    freedBy: ['storage.verified', 'storage.corrupt'],
  },
  on_parole: {
    of: 'peer',
    direction: 'download',
    text: 'it is suspected of corrupt blocks and asked for whole pieces alone, of which none is free',
    freedBy: ['wire.have', 'peer.released', 'storage.verified'],
  },
  all_requested: {
    of: 'peer',
    direction: 'download',
    text: 'all that it has and we lack is asked of others, or being verified',
    freedBy: ['wire.have', 'peer.released', 'storage.corrupt'],
  },
  not_asked: { of: 'peer', direction: 'download', text: 'it is asked for nothing', freedBy: ['torrent.request'] },
  nothing_to_offer: {
    of: 'both',
    direction: 'upload',
    text: 'we have no piece yet',
    freedBy: ['storage.verified', 'storage.checked'],
  },
  congested: {
    of: 'peer',
    direction: 'upload',
    text: 'it does not read what was sent: the socket is full',
    freedBy: ['transport.drained'],
  },
  upload_limited: {
    of: 'peer',
    direction: 'upload',
    text: 'a limit on the upload holds blocks back',
    freedBy: ['transport.drained', 'transport.limits'],
  },
  awaiting_disk: {
    of: 'peer',
    direction: 'upload',
    text: 'the blocks it asked for are being read',
    freedBy: ['storage.blocks', 'torrent.piece'],
  },
  remote_complete: {
    of: 'peer',
    direction: 'upload',
    text: 'it downloads nothing: it has every piece, or all it wants',
    freedBy: ['torrent.note_upload_only', 'torrent.note_dont_have'],
  },
  super_seeding_wait: {
    of: 'peer',
    direction: 'upload',
    text: 'super-seeding: nobody else has shown the pieces it was offered',
    freedBy: ['peer.have', 'super_seeding.over', 'torrent.super_seed'],
  },
  not_interested: {
    of: 'peer',
    direction: 'upload',
    text: 'it is not interested in what we have',
    freedBy: ['wire.interested'],
  },
  choking: { of: 'peer', direction: 'upload', text: 'we choke it', freedBy: ['timer.choke_round', 'torrent.unchoke'] },
  not_asking: {
    of: 'peer',
    direction: 'upload',
    text: 'it may ask for blocks and does not',
    freedBy: ['wire.request'],
  },
} as const satisfies Readonly<Record<string, ReasonKind>>

/** Why nothing flows, in a word; the list is closed. */
export type ReasonCode = keyof typeof reasonKinds

/** One reason why nothing flows, of a torrent or of one of its peers. */
export interface Reason {
  readonly code: ReasonCode
  /** One line for people. */
  readonly text: string
  /**
   * Since when it holds, in milliseconds of the injected clock. Told by the second: it may be up to a second early, and is that of the
   * last event that told the time. From the connection's standing to `open` the steps count as one.
   */
  readonly since: number
  /** Events that may end it; empty when it ends by itself, or never. */
  readonly freedBy: readonly FreeingEvent[]
  /** The peer it concerns, where a torrent is explained and the reason is that of one peer. */
  readonly peer?: Address
}

/** Why nothing flows, each way; the first has to give way first. Empty: something flows, or is about to. */
export interface Explanation {
  readonly download: readonly Reason[]
  readonly upload: readonly Reason[]
}

/** A reason with the time it began, and what more there is to say of it. */
export function reason(code: ReasonCode, since: number, detail?: string): Reason {
  const { text, freedBy } = reasonKinds[code]
  return { code, text: detail === undefined ? text : `${text} (${detail})`, since, freedBy }
}
