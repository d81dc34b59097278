import { type AnyActorRef, assign, type EventObject, fromCallback, sendTo, setup } from 'xstate'
import type { Address } from '../../transport/transport.ts'
import { missingIn } from '../provided.ts'
import { backOffOf, dhtDelays, intervalOf } from './delays.ts'
import type { DhtCommand, DhtContext, DhtEvent, DhtInput, DhtNews, SearchNews } from './events.ts'

const missing = missingIn('dhtMachine')

/** What one search is made from. */
export type SearchInput = Pick<DhtContext, 'infoHash' | 'port'>

type Search = Extract<DhtCommand, { type: 'dht.search' }>
type LookedUp = Extract<SearchNews, { type: 'search.looked_up' }>
type Done = Extract<SearchNews, { type: 'search.done' }>
type Failed = Extract<SearchNews, { type: 'search.failed' }>

/** What changes when it is over, and nodes have answered. */
function answeredAt({ empties, peers }: DhtContext, at: number) {
  const now = { empties: peers === 0 ? empties + 1 : 0 }
  return { ...now, failure: undefined, failures: 0, dueAt: at + intervalOf(now) }
}

/** What changes when nobody has answered. */
function failedWith({ failures }: DhtContext, failure: string, at: number) {
  const now = { failures: failures + 1 }
  return { ...now, failure, dueAt: at + backOffOf(now) }
}

/** The types of the chart, its actor, guards, delays and actions by name. */
export const dhtSetup = setup({
  types: { context: {} as DhtContext, events: {} as DhtEvent, input: {} as DhtInput },
  actors: {
    node: fromCallback(() => missing('actors', 'node')),
    search: fromCallback<EventObject, SearchInput>(() => missing('actors', 'search')),
  },
  guards: {
    /** We accept connections: nodes are to note where. */
    hasPort: ({ context }) => context.port !== undefined,
    /** Somebody was found before the time was over. */
    hasFound: ({ context }) => context.peers > 0,
    /** We accept connections where the last search announced nothing, or something else. */
    isElsewhere: ({ context }, { port }: Search) => port !== undefined && port !== context.port,
  },
  delays: {
    searching: dhtDelays.searchMs,
    announcing: dhtDelays.announceMs,
    interval: ({ context }) => intervalOf(context),
    backOff: ({ context }) => backOffOf(context),
    entering: dhtDelays.enteringMs,
  },
  actions: {
    introduce: sendTo(
      ({ context }) => context.owner,
      ({ self }): DhtNews => ({ type: 'dht.started', ref: self as AnyActorRef }),
    ),
    tellOpened: sendTo(
      ({ context }) => context.owner,
      (_, { port }: { port: number }): DhtNews => ({ type: 'dht.opened', port }),
    ),
    note: assign((_, { at, port }: Search) => ({
      at,
      port,
      peers: 0,
      nodes: 0,
      announced: 0,
      dueAt: undefined,
    })),
    tellAsked: sendTo(({ context }) => context.owner, { type: 'dht.asked' }),
    countFound: assign(({ context }, { peers }: { peers: readonly Address[] }) => ({
      peers: context.peers + peers.length,
    })),
    tellFound: sendTo(
      ({ context }) => context.owner,
      (_, { peers }: { peers: readonly Address[] }): DhtNews => ({ type: 'dht.found', peers }),
    ),
    noteNodes: assign((_, { at, nodes }: LookedUp) => ({ at, nodes })),
    noteDone: assign(({ context }, { announced, at, nodes }: Done) => ({
      nodes,
      announced,
      ...answeredAt(context, at),
    })),
    /** Its time is over: what it has found counts. */
    noteLate: assign(({ context }, { afterMs }: { afterMs: number }) => answeredAt(context, context.at + afterMs)),
    tellAnswered: sendTo(
      ({ context }) => context.owner,
      ({ context: { announced, nodes, peers } }): DhtNews => ({ type: 'dht.answered', peers, nodes, announced }),
    ),
    noteFailure: assign(({ context }, { at, message }: Failed) => failedWith(context, message, at)),
    noteSilence: assign(({ context }) =>
      failedWith(context, `it led nowhere within ${dhtDelays.searchMs / 1_000} s`, context.at + dhtDelays.searchMs),
    ),
    tellFailed: sendTo(
      ({ context }) => context.owner,
      ({ context: { failure = '' } }): DhtNews => ({ type: 'dht.failed', message: failure }),
    ),
    tellDue: sendTo(({ context }) => context.owner, { type: 'dht.due' }),
    forgetDue: assign({ dueAt: undefined }),
    /** What was announced before we rested, nodes may have forgotten. */
    forget: assign({ port: undefined, dueAt: undefined, empties: 0, failures: 0 }),
    /** Our node asks it, and takes it into its table where it answers. */
    addNode: (_, _node: { address: Address }) => missing('actions', 'addNode'),
  },
})
