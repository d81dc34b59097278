import type { ActorRef, Snapshot } from 'xstate'
import type { EncryptionPolicy } from '../peer/vocabulary/facts.ts'
import { Reconnects } from '../torrent/connections/reconnects.ts'
import type { Blacklist } from '../torrent/trust/blacklist.ts'
import type { Listening } from '../torrent/vocabulary/events.ts'
import type { SessionChartRef } from './commands.ts'
import type { SessionTorrent } from './events.ts'
import { Guests } from './guests.ts'
import type { SessionInput } from './input.ts'
import type { SessionCoreEvent } from './news.ts'

/** What a core is made from. */
export interface SessionCoreInput extends SessionInput {
  /** The chart of the session: it hears what changes its state. */
  readonly chart: SessionChartRef
}

/**
 * The connections that came in, and the torrents: hundreds of both change one by one. The functions of decide.ts change it in place
 * and answer what is to be done (`SessionCommand`); nobody else writes here.
 */
export interface SessionCore {
  /** The actor that holds it: guests, groups and the ticker tell it their news. */
  readonly self: ActorRef<Snapshot<unknown>, SessionCoreEvent>
  readonly chart: SessionChartRef
  readonly peerId: string
  readonly encryption: EncryptionPolicy
  readonly blacklist: Blacklist
  readonly guests: Guests
  /** The hosts that connected again and again without an exchange. */
  readonly reconnects: Reconnects
  /** By info hash, 40 hex digits. */
  readonly torrents: Map<string, SessionTorrent>
  /** Where the session listens, while it does, by each transport. */
  listening: readonly Listening[]
  /** The time, as last told. */
  now: number
}

/** The core of a session that was not started yet. */
export const createSessionCore = (input: SessionCoreInput, self: SessionCore['self']): SessionCore => ({
  self,
  chart: input.chart,
  peerId: input.peerId,
  encryption: input.encryption,
  blacklist: input.blacklist,
  guests: new Guests(),
  reconnects: new Reconnects(),
  torrents: new Map(),
  listening: [],
  now: input.at,
})
