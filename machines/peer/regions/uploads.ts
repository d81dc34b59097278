import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { end, noteSince } from '../actions/steps.ts'

/** Requests that are not looked at: nothing is served then. */
const unanswered = [{ guard: 'isNotOpen' }, { guard: 'lacksLayout', actions: fromEvent('refuse') }] as const

const outOfRange = {
  guard: fromEvent('asksTheImpossible'),
  actions: end({ source: 'remote', code: 'request_out_of_range' }),
} as const

const noteCongestion = fromEvent('noteCongestion')

const queueGranted = fromEvent('queueGranted')
const asksForGranted = fromEvent('asksForGranted')
const serve = fromEvent('serve')
const serveGranted = [queueGranted, 'serveNext'] as const

/**
 * What the peer asked us for (BEP 3 request, cancel; BEP 6 reject_request), and what we invite it to ask for (allowed_fast, also
 * while we choke it; suggest_piece). Requests wait in a queue of at most `reqq`; a window of bytes is read ahead of the socket, and
 * nothing is read while the socket is `congested`. With the Fast extension each request gets exactly one answer. A remote that asks for one
 * block behind the other is `serving` all the while: `idle` is found at a tick.
 */
export const uploads = peerSetup.createStateConfig({
  initial: 'idle',
  on: {
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
      on: {
        'wire.request': [
          ...unanswered,
          outOfRange,
          { guard: 'isNotChoking', target: 'serving', actions: serve },
          { guard: asksForGranted, target: 'serving', actions: serveGranted },
          { actions: queueGranted },
        ],
      },
    },
    serving: {
      on: {
        'wire.request': [
          { guard: 'isNotOpen' },
          outOfRange,
          { guard: 'isNotChoking', actions: serve },
          { guard: asksForGranted, actions: serveGranted },
          { actions: queueGranted },
        ],
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
          ...unanswered,
          outOfRange,
          { guard: 'isNotChoking', actions: fromEvent('queue') },
          { actions: queueGranted },
        ],
        'torrent.piece': { actions: fromEvent('deliver') },
        'torrent.reject': { actions: fromEvent('withdraw') },
      },
    },
  },
})
