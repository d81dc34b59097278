import type { ActorRef, Snapshot } from 'xstate'
import type { Address, TransportKind } from '../../transport/transport.ts'
import type { EncryptionPolicy } from '../peer/context.ts'
import { Reconnects } from '../torrent/connections/reconnects.ts'
import type { Blacklist } from '../torrent/trust/blacklist.ts'
import type { SessionEvent, SessionTorrent } from './events.ts'
import { Guests } from './guests.ts'

/** What a session is made from. */
export interface SessionInput {
  /** Where to accept peers; nowhere without. */
  readonly listen?: Address
  readonly transport: TransportKind
  /** 40 hex digits. Said to nobody: a torrent that takes a guest puts its own in the place. */
  readonly peerId: string
  readonly encryption: EncryptionPolicy
  /** The banned addresses, whose connections are closed at once; its torrents share it. */
  readonly blacklist: Blacklist
  /** The time it is made, in milliseconds of the injected clock. */
  readonly at: number
}

/** What outlives one event of a session. */
export interface SessionContext extends Omit<SessionInput, 'listen' | 'at'> {
  readonly listen: Address | undefined
  /** The session itself, as guests and torrents know it. */
  readonly self: ActorRef<Snapshot<unknown>, SessionEvent>
  /** Where it listens, while it does. */
  readonly address: Address | undefined
  readonly error: Error | undefined
  /** What actions write to; guards never read it. */
  readonly work: {
    readonly guests: Guests
    /** The hosts that connected again and again without an exchange. */
    readonly reconnects: Reconnects
    /** By info hash, 40 hex digits. */
    readonly torrents: Map<string, SessionTorrent>
    /** The time, as last told. */
    now: number
  }
}

/** The context of a session that was not started yet. */
export function initialContext(
  { listen, at, ...input }: SessionInput,
  self: ActorRef<Snapshot<unknown>, SessionEvent>,
): SessionContext {
  return {
    ...input,
    listen,
    self,
    address: undefined,
    error: undefined,
    work: { guests: new Guests(), reconnects: new Reconnects(), torrents: new Map(), now: at },
  }
}
