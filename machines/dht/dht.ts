import { fromEvent } from '../from-event.ts'
import { unrestorable } from '../persistence/unrestorable.ts'
import { dhtDelays } from './delays.ts'
import { dhtSetup } from './setup.ts'

const search = { target: '#dht.searching', actions: fromEvent('note') } as const

const failed = [fromEvent('noteFailure'), 'tellFailed'] as const

/** A node that has not answered by now does not count. */
const late = (afterMs: number) =>
  ({ target: '#dht.waiting', actions: [{ type: 'noteLate', params: { afterMs } }, 'tellAnswered'] }) as const

const chart = dhtSetup.createMachine({
  id: 'dht',
  context: ({ input }) => ({
    owner: input.owner,
    infoHash: input.infoHash,
    port: undefined,
    at: 0,
    peers: 0,
    nodes: 0,
    announced: 0,
    empties: 0,
    failure: undefined,
    failures: 0,
    dueAt: undefined,
  }),
  entry: 'introduce',
  invoke: { src: 'node', id: 'node' },
  initial: 'idle',
  on: {
    'node.opened': { actions: fromEvent('tellOpened') },
    'dht.node': { actions: fromEvent('addNode') },
    'dht.rest': { target: '.resting' },
    'dht.renounce': { target: '.renounced' },
  },
  states: {
    /** It may search: its torrent says when. */
    idle: { on: { 'dht.search': search } },
    searching: {
      entry: 'tellAsked',
      invoke: {
        src: 'search',
        id: 'search',
        input: ({ context: { infoHash, port } }) => ({ infoHash, port }),
      },
      initial: 'looking_up',
      on: {
        'dht.search': { ...search, guard: fromEvent('isElsewhere'), reenter: true },
        'search.found': { actions: [fromEvent('countFound'), fromEvent('tellFound')] },
        'search.done': { target: 'waiting', actions: [fromEvent('noteDone'), 'tellAnswered'] },
        'search.failed': { target: 'backing_off', actions: failed },
      },
      states: {
        /** Nodes ever nearer to the info hash are asked for its peers. */
        looking_up: {
          after: {
            searching: [
              { guard: 'hasFound', ...late(dhtDelays.searchMs) },
              { target: '#dht.backing_off', actions: ['noteSilence', 'tellFailed'] },
            ],
          },
          on: {
            'search.looked_up': {
              guard: 'hasPort',
              target: 'announcing',
              actions: fromEvent('noteNodes'),
            },
          },
        },
        /** The nearest of them are told where we accept connections. */
        announcing: { after: { announcing: late(dhtDelays.announceMs) } },
      },
    },
    /** Nodes have answered; it searches again after a while, or when we accept connections elsewhere. */
    waiting: {
      after: { interval: { target: 'idle', actions: ['forgetDue', 'tellDue'] } },
      on: { 'dht.search': { ...search, guard: fromEvent('isElsewhere') } },
    },
    /** Nobody has answered; it searches again after a wait that grows, or when a node is named. */
    backing_off: {
      after: { backOff: { target: 'idle', actions: ['forgetDue', 'tellDue'] } },
      on: { 'dht.node': { target: 'entering', actions: [fromEvent('addNode'), 'forgetDue'] } },
    },
    /** A node was named, and has a moment to answer our own. */
    entering: {
      after: { entering: { target: 'idle', actions: 'tellDue' } },
    },
    /** The torrent does not run: it is not searched for. */
    resting: {
      entry: 'forget',
      on: { 'dht.search': search, 'dht.rest': {} },
    },
    /** The torrent is private: it is never searched for, and no node is told of it (BEP 27). */
    renounced: {
      entry: 'forgetDue',
      on: { 'dht.node': {}, 'dht.rest': {}, 'dht.renounce': {} },
    },
  },
})

/**
 * How the searches of one torrent in the DHT stand (BEP 5): whether it may search, does so, has done it, or nobody has answered. When the
 * torrent runs and what it announces, the torrent says; how often, is decided here. The table of nodes is that of our node, which torrents
 * share.
 */
export const dhtMachine = unrestorable(chart, {
  what: "a torrent's searches in the DHT",
  isAlive: ({ owner }) => typeof owner?.send === 'function',
})
