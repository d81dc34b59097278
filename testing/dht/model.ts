import type { EventFromLogic, InputFrom, SnapshotFrom } from 'xstate'
import { dhtDelays } from '../../machines/dht/delays.ts'
import { dhtMachine } from '../../machines/dht/dht.ts'
import { delaysAsEvents } from '../model/delays-as-events.ts'
import type { Invariant } from '../model/explore.ts'
import { nobody } from '../model/nobody.ts'
import { createTraversal, type Traversal } from '../model/traversal.ts'

/** The chart of a torrent's searches in the DHT as it is explored: its delays are events, and there is no node. */
export const dhtModel = delaysAsEvents(dhtMachine)

/** Its type. */
export type DhtModel = typeof dhtModel
/** A snapshot of it. */
export type DhtModelSnapshot = SnapshotFrom<DhtModel>
/** An event of it. */
export type DhtModelEvent = EventFromLogic<DhtModel>

/** The one way the searches of a torrent begin. */
export const dhtInputs = {
  'not searched yet': { owner: nobody, infoHash: '11'.repeat(20) },
} as const satisfies Record<string, InputFrom<DhtModel>>

const somebody = { host: '192.0.2.1', port: 1 }

/** Events of the chart of a torrent's searches by what says them, one a payload case. */
export const dhtEvents = {
  torrent: [
    { type: 'dht.search', port: undefined, at: 0 },
    { type: 'dht.search', port: 6881, at: 0 },
    { type: 'dht.search', port: 6882, at: 0 },
    { type: 'dht.rest' },
    { type: 'dht.renounce' },
    { type: 'dht.node', address: somebody },
  ],
  node: [
    { type: 'node.opened', port: 6881 },
    { type: 'search.found', peers: [] },
    { type: 'search.found', peers: [somebody] },
    { type: 'search.looked_up', nodes: 2, at: 0 },
    { type: 'search.done', nodes: 2, announced: 1, at: 0 },
    { type: 'search.failed', message: 'no node has answered', at: 0 },
  ],
  time: [
    { type: 'after.searching' },
    { type: 'after.announcing' },
    { type: 'after.interval' },
    { type: 'after.backOff' },
    { type: 'after.entering' },
  ],
} as const satisfies Record<string, readonly DhtModelEvent[]>

/** What holds in every state of a torrent's searches. */
export const dhtInvariants: Readonly<Record<string, Invariant<DhtModel>>> = {
  'nothing is announced where we accept no connection': {
    source: 'BEP 5',
    holds: (snapshot) => !snapshot.matches({ searching: 'announcing' }) || snapshot.context.port !== undefined,
  },
  'a search is due while it waits, and at no other time': {
    source: 'design',
    holds: ({ value, context }) => (value === 'waiting' || value === 'backing_off') === (context.dueAt !== undefined),
  },
  'the next search comes neither at once nor later than nodes remember us': {
    source: 'BEP 5; libtorrent, dht_announce_interval',
    holds: ({ value, context: { at, dueAt = 0 } }) =>
      (value !== 'waiting' && value !== 'backing_off') ||
      (dueAt - at >= dhtDelays.backOffMs && dueAt - at <= dhtDelays.searchMs + dhtDelays.intervalMs),
  },
  'a search that was answered has not failed': {
    source: 'design',
    holds: ({ value, context }) => value !== 'waiting' || (context.failure === undefined && context.failures === 0),
  },
  'what was announced before a rest is announced anew': {
    source: 'design',
    holds: ({ value, context }) => value !== 'resting' || context.port === undefined,
  },
}

/** The value, and the facts that guards read. */
const stateKey = ({ value, context }: DhtModelSnapshot): string =>
  JSON.stringify([
    value,
    context.port,
    Math.min(context.peers, 1),
    Math.min(context.empties, 1),
    Math.min(context.failures, 1),
  ])

/** The options by which `explore` and `xstate/graph` walk the chart of a torrent's searches by these events. */
export const dhtTraversal = (
  events: readonly DhtModelEvent[],
  input: InputFrom<DhtModel> = dhtInputs['not searched yet'],
): Traversal<DhtModel> => createTraversal({ input, events, serializeState: stateKey })
