import { createActor, type EventFromLogic, fromCallback, type InputFrom, type SnapshotFrom } from 'xstate'
import { createSessionCore, type SessionCore, type SessionCoreInput } from '../../machines/session/core.ts'
import type { SessionTorrent } from '../../machines/session/events.ts'
import type { SessionInput } from '../../machines/session/input.ts'
import type { SessionCoreEvent } from '../../machines/session/news.ts'
import { sessionMachine } from '../../machines/session/session.ts'
import type { TorrentEvent } from '../../machines/torrent/states/torrent-event.ts'
import { Blacklist } from '../../machines/torrent/trust/blacklist.ts'
import { connection } from '../model/connection.ts'
import { delaysAsEvents } from '../model/delays-as-events.ts'
import type { Invariant } from '../model/explore.ts'
import { inertCore } from '../model/inert-core.ts'
import { nobody } from '../model/nobody.ts'
import { createTraversal, type Traversal } from '../model/traversal.ts'

const address = { host: '192.0.2.1', port: 6881 }
const input: SessionInput = {
  listen: address,
  peerId: '22'.repeat(20),
  encryption: 'none',
  blacklist: new Blacklist(),
  at: 0,
}
const facts = Object.freeze(createSessionCore({ ...input, chart: nobody }, nobody))

/** The chart of a session as it is explored: it listens nowhere, and its core, which holds the connections, decides nothing. */
export const sessionModel = delaysAsEvents(
  sessionMachine.provide({ actors: { core: inertCore<SessionCore, SessionCoreEvent, SessionCoreInput>(facts) } }),
)

/** Its type. */
export type SessionModel = typeof sessionModel
/** A snapshot of it. */
export type SessionModelSnapshot = SnapshotFrom<SessionModel>
/** An event of it. */
export type SessionModelEvent = EventFromLogic<SessionModel>

const { listen: _, ...listeningNowhere } = input

/** The ways a session begins. */
export const sessionInputs = {
  'with an address': input,
  'listening nowhere': listeningNowhere,
} as const satisfies Record<string, InputFrom<SessionModel>>

const error = new Error('it fails')
const infoHash = '11'.repeat(20)
const group = 'group.0'
const command = { type: 'group.stop', slot: '0' } as const
const torrent: SessionTorrent = { ref: createActor(fromCallback<TorrentEvent>(() => {})), bandwidths: [] }

/** Events of a session's chart by what says them, one a payload case. */
export const sessionEvents = {
  owner: [
    { type: 'session.start' },
    { type: 'session.stop' },
    { type: 'session.add_torrent', infoHash, torrent },
    { type: 'session.remove_torrent', infoHash },
    { type: 'session.torrent_ended', ref: torrent.ref },
  ],
  listener: [
    { type: 'listener.listening', transport: 'memory', address },
    { type: 'listener.accepted', connection },
    { type: 'listener.failed', error },
    { type: 'listener.unbound', transport: 'memory', error },
  ],
  core: [
    { type: 'session.emitted', news: [{ type: 'dropped', address, reason: 'local.unknown_torrent' }] },
    { type: 'session.emptied' },
    { type: 'swarm.group', group, command, isNew: true },
    { type: 'swarm.group', group, command, isNew: false },
    { type: 'listener.refuse', connection },
  ],
  defects: [
    { type: 'xstate.error.actor.listener', error, actorId: 'listener' },
    { type: 'xstate.error.actor.ticker', error, actorId: 'ticker' },
    { type: `xstate.error.actor.${group}`, error, actorId: group },
  ],
} as const satisfies Record<string, readonly SessionModelEvent[]>

/**
 * Whether the core of a session, or one of its actors, would say so now: a group is opened once, and told something only from then on.
 * Code may throw as its actor is stopped, too.
 */
export function isSensibleSessionEvent({ children }: SessionModelSnapshot, event: SessionModelEvent): boolean {
  if (event.type === 'swarm.group') return event.isNew === !(event.group in children)
  return event.type !== `xstate.error.actor.${group}` || group in children
}

/** What holds in every state of a session. */
export const sessionInvariants: Readonly<Record<string, Invariant<SessionModel>>> = {
  'only a session with an address listens, and only one without dials alone': {
    source: 'design',
    holds: (snapshot) =>
      !snapshot.matches('running') ||
      snapshot.matches({ running: 'dialling_only' }) === (snapshot.context.listen === undefined),
  },
  'a session that has failed knows why': {
    source: 'design',
    holds: (snapshot) => !snapshot.matches('failed') || snapshot.context.error !== undefined,
  },
  'a session never ends by itself: it can be started again': {
    source: 'design',
    holds: ({ status }) => status === 'active',
  },
}

/** The value, and the facts that guards read. */
const stateKey = ({ children, context, value }: SessionModelSnapshot): string =>
  JSON.stringify([value, context.listen, context.error !== undefined, group in children])

/** The options by which `explore` and `xstate/graph` walk the chart of a session by these events. */
export const sessionTraversal = (
  events: readonly SessionModelEvent[],
  given: InputFrom<SessionModel> = sessionInputs['with an address'],
): Traversal<SessionModel> =>
  createTraversal({ input: given, events, serializeState: stateKey, isSensible: isSensibleSessionEvent })
