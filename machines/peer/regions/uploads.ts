import type { TransportEvent, WireEvent } from '../events.ts'
import { peerSetup } from '../setup.ts'
import { noteSince } from '../vocabulary.ts'

type WireRequest = Extract<WireEvent, { type: 'wire.request' }>

const requested = ({ event }: { event: WireRequest }) => ({ requests: event.requests })

/** Requests that are not taken into the queue, whether the socket is congested or not. */
const notServed = [
  { guard: 'isNotOpen' },
  { guard: 'lacksLayout', actions: { type: 'refuse', params: requested } },
  {
    guard: { type: 'asksTheImpossible', params: requested },
    actions: { type: 'end', params: { source: 'remote', code: 'request_out_of_range' } },
  },
] as const

type Congested = Extract<TransportEvent, { type: 'transport.congested' }>

const noteCongestion = {
  type: 'noteCongestion',
  params: ({ event }: { event: Congested }) => ({ isLimited: event.isLimited === true }),
} as const

const queueGranted = { type: 'queueGranted', params: requested } as const

/**
 * What the peer asked us for (BEP 3 request, cancel; BEP 6 reject_request), and what we invite it to ask for (allowed_fast, also
 * while we choke it; suggest_piece). Requests wait in a queue of at most `reqq`; a window of bytes is read ahead of the socket, and
 * nothing is read while the socket is `congested`. With the Fast extension each request gets exactly one answer. A remote that asks for one
 * block behind the other is `serving` all the while: `idle` is found at a tick.
 */
export const uploads = peerSetup.createStateConfig({
  initial: 'idle',
  on: {
    'wire.request': [
      ...notServed,
      { guard: 'isNotChoking', target: '.serving', actions: { type: 'serve', params: requested } },
      {
        guard: { type: 'asksForGranted', params: requested },
        target: '.serving',
        actions: [queueGranted, 'serveNext'],
      },
      { actions: queueGranted },
    ],
    'wire.cancel': {
      actions: { type: 'dropCancelled', params: ({ event }) => ({ requests: event.requests }) },
    },
    'torrent.choke': { actions: 'dropUploads' },
    'torrent.piece': {
      actions: [{ type: 'deliver', params: ({ event }) => ({ blocks: event.blocks }) }, 'serveNext'],
    },
    'torrent.reject': {
      actions: [{ type: 'withdraw', params: ({ event }) => ({ requests: event.requests }) }, 'serveNext'],
    },
    'torrent.allow_fast': [
      { guard: 'isNotOpen' },
      {
        guard: { type: 'mayAllowFast', params: ({ event }) => ({ index: event.index }) },
        actions: { type: 'allowFast', params: ({ event }) => ({ index: event.index }) },
      },
    ],
    'torrent.suggest': [
      { guard: 'isNotOpen' },
      {
        guard: { type: 'maySuggest', params: ({ event }) => ({ index: event.index }) },
        actions: { type: 'suggest', params: ({ event }) => ({ index: event.index }) },
      },
    ],
    'transport.congested': { target: '.congested', actions: noteCongestion },
  },
  states: {
    idle: {},
    serving: {
      on: {
        'timer.tick': { guard: 'hasNoUploads', target: 'idle' },
      },
    },
    congested: {
      entry: noteSince('uploads'),
      on: {
        'transport.congested': { actions: noteCongestion },
        'transport.drained': [
          { guard: 'hasNoUploads', target: 'idle' },
          { target: 'serving', actions: 'serveNext' },
        ],
        'wire.request': [
          ...notServed,
          { guard: 'isNotChoking', actions: { type: 'queue', params: requested } },
          { actions: queueGranted },
        ],
        'torrent.piece': { actions: { type: 'deliver', params: ({ event }) => ({ blocks: event.blocks }) } },
        'torrent.reject': { actions: { type: 'withdraw', params: ({ event }) => ({ requests: event.requests }) } },
      },
    },
  },
})
