import type { Result } from '../../conformance/run.ts'
import { formatAddress, type ReplayedConnection } from '../../index.ts'
import type { ReasonCode } from '../../machines/explain/reasons.ts'
import type { AttemptSummary } from '../../machines/peer/attempts.ts'
import type { PeerSummary, SuperSeedingEnd, WebSeedSummary } from '../../machines/torrent/vocabulary/emitted.ts'
import type { TrackerFault } from '../../transport/tracker/announce.ts'
import type { TransportKind } from '../../transport/transport.ts'
import type { WebSeedFault } from '../../transport/web-seed/failure.ts'

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
  /** What came to nothing of a dial by several transports, and why: before another one opened, or each with `closed`. */
  readonly attempts?: readonly AttemptSummary[]
}

/** The `tracker` event: a tracker is asked, has answered, or could not be asked. */
export interface TrackerEvent {
  readonly event: 'tracker'
  readonly url: string
  readonly state: 'announcing' | 'ok' | 'failed'
  /** The next four: only with `ok`. How many it named, and what it knows and says. */
  readonly peers?: number
  readonly seeders?: number
  readonly leechers?: number
  readonly warning?: string
  /** Only with `failed`. */
  readonly fault?: TrackerFault
  readonly message?: string
}

/** The `web_seed` event: a web seed is asked, serves, has failed, or is banned. */
export interface WebSeedEvent {
  readonly event: 'web_seed'
  readonly url: string
  readonly state: WebSeedSummary['state']
  /** Why it failed. */
  readonly fault?: WebSeedFault
  readonly message?: string
}

/** The `dht` event: our node listens, a torrent is searched for, nodes have answered, or none has. */
export interface DhtEvent {
  readonly event: 'dht'
  readonly state: 'listening' | 'searching' | 'ok' | 'failed'
  /** Only with `listening`. */
  readonly host?: string
  readonly port?: number
  /** Only with `ok`: how many peers were found, how many nodes have answered, and how many have noted where we accept connections. */
  readonly peers?: number
  readonly nodes?: number
  readonly announced?: number
  /** Only with `failed`. */
  readonly message?: string
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

/** The `info` event: what a .torrent or a magnet link says; a link knows the first lines alone. */
export interface InfoEvent {
  readonly event: 'info'
  readonly infoHash: string
  readonly name?: string
  readonly bytes?: number
  readonly pieces?: number
  readonly pieceLength?: number
  readonly private?: boolean
  readonly comment?: string
  /** Tiers of them (BEP 12). */
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  /** Where they are below the output folder. */
  readonly files?: readonly InfoFile[]
  readonly magnet?: string
  /** Of a link alone: where to begin to look (`x.pe`), and which files it is about (BEP 53). */
  readonly peers?: readonly string[]
  readonly selectOnly?: string
}

/** A file that `info` names. */
export interface InfoFile {
  readonly path: string
  readonly bytes: number
  /** What the torrent calls it, where that is another name. */
  readonly renamedFrom?: string
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
 * payload. `participant` says whose event it is in `demo`, `torrent` (its info hash in hex) of which torrent it
 * is where a command runs several.
 */
export type CliEvent = { readonly participant?: string; readonly torrent?: string } & (
  | { readonly event: 'listening'; readonly transport: TransportKind; readonly host: string; readonly port: number }
  /** Of several torrents: what the one with this info hash is called. The next two: where more than its link is known. */
  | { readonly event: 'named'; readonly name: string; readonly pieces?: number; readonly bytes?: number }
  /** The metadata of a magnet link has come. `bytes`: of the torrent. */
  | { readonly event: 'metadata'; readonly name: string; readonly pieces: number; readonly bytes: number }
  /** A file of the torrent, for `--list`. `wanted`: `--files`, or the link, names it. */
  | {
      readonly event: 'file'
      readonly index: number
      readonly path: string
      readonly bytes: number
      readonly wanted: boolean
    }
  /** So many files are wanted of all, and so many bytes, where not all are. */
  | { readonly event: 'selected'; readonly files: number; readonly of: number; readonly bytes: number }
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
      /** The next two: where there was a web seed. Connections to them, and what came over those. */
      readonly webSeeds?: number
      readonly downloadedFromWebSeeds?: number
    }
  | TrackerEvent
  | DhtEvent
  | WebSeedEvent
  | { readonly event: 'corrupt'; readonly piece: number; readonly addresses: readonly string[] }
  /** `reason`: what it did, as a short text. */
  | { readonly event: 'banned'; readonly address: string; readonly reputation: number; readonly reason: string }
  /** Super-seeding has begun, or ended; `because` it helps no longer: `seeder`, `stuck`. */
  | { readonly event: 'super_seeding'; readonly active: boolean; readonly because?: SuperSeedingEnd }
  /** No payload has come for 10 s. */
  | { readonly event: 'stalled'; readonly reasons: readonly StalledReason[] }
  /** `kept`: bytes that were on the disk at the start, where there were any. */
  | {
      readonly event: 'done'
      readonly seconds: number
      readonly bytes: number
      readonly downloaded: number
      readonly kept?: number
      readonly path: string
    }
  | {
      readonly event: 'created'
      readonly path: string
      readonly infoHash: string
      readonly pieces: number
      readonly pieceLength: number
      readonly bytes: number
      readonly magnet?: string
    }
  /** So many bytes are hashed of all, where that takes long. */
  | { readonly event: 'hashed'; readonly bytes: number; readonly total: number }
  | SummaryEvent
  | InfoEvent
  /** Resume data that is kept, of one torrent in one folder. `name`: where it tells; `saved`: when, as ISO 8601 has it. */
  | {
      readonly event: 'resume'
      readonly infoHash: string
      readonly name?: string
      readonly path: string
      readonly bytes: number
      readonly saved: string
    }
  /** Resume data is gone: so much, of so many torrents. One torrent may have that of several folders. */
  | { readonly event: 'cleared'; readonly count: number; readonly torrents: number }
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
  /** How a simulation stands: `seconds` of virtual time, `part` of what is wanted that is there; `over`: what members leave behind is looked for. */
  | {
      readonly event: 'simulating'
      readonly seconds: number
      readonly present: number
      readonly part: number
      readonly completed: number
      readonly downloaders: number
      readonly over: boolean
    }
  /** What is expected of a scenario, where that is from, whether the run has put it to the test, and if so whether it came to be. */
  | {
      readonly event: 'expectation'
      readonly claim: string
      readonly source: string
      readonly holds?: boolean
      readonly tested: boolean
    }
  /** What came of a simulation; `medianSeconds` is null where half have not completed, `violations` is 100 where there were more. */
  | {
      readonly event: 'simulated'
      readonly seed: number
      readonly digest: string
      readonly peers: number
      readonly completed: number
      readonly banned: number
      readonly honestBanned: number
      readonly medianSeconds: number | null
      readonly optimalSeconds: number
      readonly downloaders: number
      readonly liars: number
      readonly starved: number
      readonly fairness: number
      readonly copiesSent: number
      readonly overhead: number
      readonly violations: number
    }
  /** How a case of `conformance` ended; `transcript`: of one that failed; `record`: where its record lies when the command ends. */
  | {
      readonly event: 'check'
      readonly name: string
      readonly bep: Result['bep']
      readonly verdict: Result['verdict']
      readonly detail: string
      readonly rule: string
      readonly transcript?: readonly string[]
      readonly record?: string
    }
  | {
      readonly event: 'conformance'
      readonly passed: number
      readonly failed: number
      readonly notSupported: number
    }
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
    ...(peer.attempts && { attempts: peer.attempts }),
  }
}
