import type { EventFromLogic, InputFrom, SnapshotFrom } from 'xstate'
import { webSeedWaits } from '../../machines/web-seed/delays.ts'
import { webSeedMachine } from '../../machines/web-seed/web-seed.ts'
import { connection } from '../model/connection.ts'
import { delaysAsEvents } from '../model/delays-as-events.ts'
import type { Invariant } from '../model/explore.ts'
import { nobody } from '../model/nobody.ts'
import { createTraversal, type Traversal } from '../model/traversal.ts'

/** The chart of a web seed as it is explored: its delays are events, and it has no connection. */
export const webSeedModel = delaysAsEvents(webSeedMachine)

/** Its type. */
export type WebSeedModel = typeof webSeedModel
/** A snapshot of it. */
export type WebSeedModelSnapshot = SnapshotFrom<WebSeedModel>
/** An event of it. */
export type WebSeedModelEvent = EventFromLogic<WebSeedModel>

/** The one way a web seed begins. */
export const webSeedInputs = {
  'not asked yet': { owner: nobody, webSeed: 0, url: 'http://seed.example/' },
} as const satisfies Record<string, InputFrom<WebSeedModel>>

/** Events of a web seed's chart by what says them, one a payload case. */
export const webSeedEvents = {
  torrent: [
    { type: 'web_seed.connect' },
    { type: 'web_seed.closed', end: 'over', why: '', at: 0 },
    { type: 'web_seed.closed', end: 'banned', why: '', at: 0 },
    { type: 'web_seed.closed', end: 'requested', why: '', at: 0 },
    { type: 'web_seed.closed', end: 'failed', why: '', at: 0 },
  ],
  link: [
    { type: 'link.made', connection },
    { type: 'link.answered' },
    { type: 'link.failed', failure: { fault: 'busy', message: '' }, at: 0 },
    { type: 'link.failed', failure: { fault: 'busy', message: '', retryAfterMs: 1e12 }, at: 0 },
    { type: 'link.failed', failure: { fault: 'refused', message: '' }, at: 0 },
    { type: 'link.failed', failure: { fault: 'refused', message: '', file: 0 }, at: 0 },
  ],
  time: [{ type: 'after.backOff' }],
} as const satisfies Record<string, readonly WebSeedModelEvent[]>

/** What holds in every state of a web seed. */
export const webSeedInvariants: Readonly<Record<string, Invariant<WebSeedModel>>> = {
  'it is due while it waits, and at no other time': {
    source: 'design',
    holds: ({ value, context }) => (value === 'backing_off') === (context.dueAt !== undefined),
  },
  'the wait is a second at least, and an hour at most': {
    source: 'design',
    holds: ({ value, context: { dueAt = 0 } }) =>
      value !== 'backing_off' || (dueAt >= webSeedWaits.soonMs && dueAt <= webSeedWaits.backOffMaxMs),
  },
  'what is given up or banned has its reason': {
    source: 'design',
    holds: ({ value, context }) => (value !== 'given_up' && value !== 'banned') || context.failure !== undefined,
  },
  'each file that it lacks is known once': {
    source: 'BEP 19',
    holds: ({ context: { without } }) => new Set(without).size === without.length,
  },
  'one that gives has not failed': {
    source: 'BEP 19',
    holds: (snapshot) => !snapshot.matches({ linked: 'serving' }) || snapshot.context.failures === 0,
  },
}

/** The value, what it lacks, and how often it failed as far as the waits tell it apart. */
const stateKey = ({ value, context }: WebSeedModelSnapshot): string =>
  JSON.stringify([value, Math.min(context.failures, 9), context.without])

/** The options by which `explore` and `xstate/graph` walk the chart of a web seed by these events. */
export const webSeedTraversal = (
  events: readonly WebSeedModelEvent[],
  input: InputFrom<WebSeedModel> = webSeedInputs['not asked yet'],
): Traversal<WebSeedModel> => createTraversal({ input, events, serializeState: stateKey })
