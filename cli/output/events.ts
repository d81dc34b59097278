import { formatAddress, type ReplayedConnection } from '../../index.ts'
import type { ReasonCode } from '../../machines/explain/reasons.ts'
import type { PeerSummary, SuperSeedingEnd } from '../../machines/torrent/vocabulary/emitted.ts'
import type { TransportKind } from '../../transport/transport.ts'

/** The `peer` event: a connection changed its state. */
export interface PeerEvent {
  readonly event: 'peer'
  readonly address: string
  readonly direction: 'in' | 'out'
  readonly transport: TransportKind
  readonly state: 'connecting' | 'open' | 'closed'
  /** The next three: only of a connection that was open. */
  readonly encrypted?: boolean
  readonly client?: string
  readonly peerId?: string
  /** Only with `closed`. */
  readonly reason?: string
}

/** The `summary` event, of `demo` alone: how a participant ended. Rates are means over the run, in bytes a second. */
export interface SummaryEvent {
  readonly event: 'summary'
  readonly pieces: number
  readonly total: number
  readonly rateDown: number
  readonly rateUp: number
  /** What each peer that dialled it thinks of it. */
  readonly reputation: readonly number[]
  readonly encrypted: boolean
  readonly state: string
}

/** A file that is stored under another name than the torrent gives it, both below the output folder. */
export interface RenamedFile {
  readonly path: string
  readonly renamedFrom: string
}

/** Why a download stands still. */
export interface StalledReason {
  /** As documented in docs/swarm.md. */
  readonly code: ReasonCode
  readonly text: string
  /** The peer it concerns, where it is about one. */
  readonly peer?: string
  /** Since when, as `time` counts. */
  readonly since: number
  /** How long that is. */
  readonly seconds: number
}

/**
 * What a command reports, by the names and fields of `--json`. Addresses are `host:port`, rates bytes a second, bytes are
 * payload. `participant` says whose event it is where one command runs several torrents (`demo`).
 */
export type CliEvent = { readonly participant?: string } & (
  | { readonly event: 'listening'; readonly transport: TransportKind; readonly host: string; readonly port: number }
  /** The metadata of a magnet link has come. `bytes`: of the torrent. */
  | { readonly event: 'metadata'; readonly name: string; readonly pieces: number; readonly bytes: number }
  | { readonly event: 'verified'; readonly pieces: number; readonly total: number }
  /** A file was changed, and what it holds was hashed anew. */
  | { readonly event: 'rechecked'; readonly pieces: number; readonly total: number }
  | PeerEvent
  | {
      readonly event: 'progress'
      readonly pieces: number
      readonly total: number
      readonly downloaded: number
      readonly uploaded: number
      readonly rateDown: number
      readonly rateUp: number
      readonly peers: number
    }
  | { readonly event: 'corrupt'; readonly piece: number; readonly addresses: readonly string[] }
  /** `reason`: what it did, as a short text. */
  | { readonly event: 'banned'; readonly address: string; readonly reputation: number; readonly reason: string }
  /** Super-seeding has begun, or ended; `because` it helps no longer: `seeder`, `stuck`. */
  | { readonly event: 'super_seeding'; readonly active: boolean; readonly because?: SuperSeedingEnd }
  /** No payload has come for 10 s. */
  | { readonly event: 'stalled'; readonly reasons: readonly StalledReason[] }
  | {
      readonly event: 'done'
      readonly seconds: number
      readonly bytes: number
      readonly downloaded: number
      readonly path: string
    }
  | {
      readonly event: 'created'
      readonly path: string
      readonly infoHash: string
      readonly pieces: number
      readonly pieceLength: number
      readonly bytes: number
    }
  | SummaryEvent
  /** How a recorded connection ended, or stood at the end. `incomplete`: why not all of it was replayed. */
  | {
      readonly event: 'connection'
      readonly connection: number
      readonly address: string
      readonly direction: 'in' | 'out'
      readonly events: number
      readonly state: string
      readonly reason?: string
      readonly incomplete?: NonNullable<ReplayedConnection['incomplete']>
    }
  /** The code does other than what was recorded, at a connection's event of that number. */
  | {
      readonly event: 'diverged'
      readonly connection: number
      readonly number: number
      readonly type: string
      readonly recorded: string
      readonly now: string
    }
  | { readonly event: 'replayed'; readonly connections: number; readonly events: number; readonly digest: string }
  /** The inspector's page is there; the address has its token. `until`: the command has done all else. */
  | { readonly event: 'inspector'; readonly url: string; readonly until?: 'interrupted' }
  /** The command goes on, but not as it should. */
  | { readonly event: 'warning'; readonly message: string; readonly renamed?: readonly RenamedFile[] }
  | { readonly event: 'error'; readonly message: string }
)

/** The `peer` event of a summary. */
export function peerEvent(peer: PeerSummary): PeerEvent {
  const wasOpen = peer.state !== 'connecting' && peer.peerId !== ''
  return {
    event: 'peer',
    address: formatAddress(peer.address),
    direction: peer.direction,
    transport: peer.transport,
    state: peer.state,
    ...(wasOpen && { encrypted: peer.encrypted, client: peer.client, peerId: peer.peerId }),
    ...(peer.state === 'closed' && { reason: peer.reason ?? 'unknown' }),
  }
}
