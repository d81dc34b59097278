import type { EventFromLogic, SnapshotFrom } from 'xstate'
import { utpConnectionMachine } from '../../machines/utp-connection/utp-connection.ts'
import type { Invariant } from '../model/explore.ts'
import { createTraversal, type Traversal } from '../model/traversal.ts'

/** The chart of a uTP connection as it is explored: it has no delays, no actors and no context. */
export const utpConnectionModel = utpConnectionMachine

/** Its type. */
export type UtpConnectionModel = typeof utpConnectionModel
/** A snapshot of it. */
export type UtpConnectionModelSnapshot = SnapshotFrom<UtpConnectionModel>
/** An event of it. */
export type UtpConnectionModelEvent = EventFromLogic<UtpConnectionModel>

/** Every event of the chart of a uTP connection. Out of turn each is passed over. */
export const utpConnectionEvents = {
  opening: [{ type: 'utp.dialled' }, { type: 'utp.accepted' }, { type: 'utp.established' }],
  finishing: [
    { type: 'utp.fin_sent' },
    { type: 'utp.fin_acknowledged' },
    { type: 'utp.fin_received' },
    { type: 'utp.lingered' },
  ],
  breaking: [{ type: 'utp.reset' }, { type: 'utp.timed_out' }, { type: 'utp.abandoned' }],
} as const satisfies Record<string, readonly UtpConnectionModelEvent[]>

/** What holds in every state of a uTP connection. */
export const utpConnectionInvariants: Readonly<Record<string, Invariant<UtpConnectionModel>>> = {
  'a connection is over once it is closed, reset or timed out, and no sooner': {
    source: 'BEP 29',
    holds: (snapshot) =>
      (snapshot.status === 'done') ===
      (snapshot.matches('closed') || snapshot.matches('reset') || snapshot.matches('timed_out')),
  },
  'it does not stay connected once both directions have ended': {
    source: 'BEP 29',
    holds: (snapshot) => !snapshot.matches({ connected: { ours: 'fin_acknowledged', theirs: 'fin_received' } }),
  },
}

/** The options by which `explore` and `xstate/graph` walk the chart of a uTP connection by these events. */
export const utpConnectionTraversal = (events: readonly UtpConnectionModelEvent[]): Traversal<UtpConnectionModel> =>
  createTraversal({ input: undefined, events, serializeState: ({ value }) => JSON.stringify(value) })
