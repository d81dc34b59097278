import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { end, noteSince } from '../actions/steps.ts'

/** Requests that are not taken into the queue, whether the socket is congested or not. */
const notServed = [
  { guard: 'isNotOpen' },
  { guard: 'lacksLayout', actions: fromEvent('refuse') },
  { guard: fromEvent('asksTheImpossible'), actions: end({ source: 'remote', code: 'request_out_of_range' }) },
] as const

const noteCongestion = fromEvent('noteCongestion')

const queueGranted = fromEvent('queueGranted')

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
      { guard: 'isNotChoking', actions: fromEvent('serve') },
      { guard: fromEvent('asksForGranted'), actions: [queueGranted, 'serveNext'] },
      { actions: queueGranted },
    ],
    'wire.cancel': { actions: fromEvent('dropCancelled') },
    'torrent.choke': { actions: 'dropUploads' },
    'torrent.piece': { actions: fromEvent('deliverAndServe') },
    'torrent.reject': { actions: [fromEvent('withdraw'), 'serveNext'] },
    'torrent.allow_fast': [
      { guard: 'isNotOpen' },
      { guard: fromEvent('mayAllowFast'), actions: fromEvent('allowFast') },
    ],
    'torrent.suggest': [{ guard: 'isNotOpen' }, { guard: fromEvent('maySuggest'), actions: fromEvent('suggest') }],
    'transport.congested': { target: '.congested', actions: noteCongestion },
  },
  states: {
    idle: {
      always: { guard: 'hasUploads', target: 'serving' },
    },
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
          { guard: 'isNotChoking', actions: fromEvent('queue') },
          { actions: queueGranted },
        ],
        'torrent.piece': { actions: fromEvent('deliver') },
        'torrent.reject': { actions: fromEvent('withdraw') },
      },
    },
  },
})
