import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { cancelTimer, end, link, noteSince, send, startTimer, tell } from '../actions/steps.ts'
import type { PeerContext } from '../vocabulary/context.ts'
import { whyDialFailed, whyDialTimedOut } from '../vocabulary/dial.ts'
import type { TransportEvent } from '../vocabulary/events.ts'

const gone = {
  target: '.closed',
  actions: {
    type: 'noteReason',
    params: ({ event }: { event: Extract<TransportEvent, { type: 'transport.closed' }> }) =>
      ({ reason: { source: 'transport', ...event.end } }) as const,
  },
} as const

const noteOpened = fromEvent('noteOpened')

const noteFailure = fromEvent('noteFailure')

/** Every transport was tried, and none has opened. */
const dialFailed = {
  target: '#peer.handshake.closed',
  guard: fromEvent('isOnlyAttempt'),
  actions: [
    noteFailure,
    {
      type: 'noteReason',
      params: ({ context }: { context: PeerContext }) => ({ reason: whyDialFailed(context) }),
    },
  ],
} as const

/** Nobody has answered what is under way. */
const unanswered = {
  actions: { type: 'end', params: ({ context }: { context: PeerContext }) => whyDialTimedOut(context) },
} as const

const noteTime = {
  'timer.tick': { actions: fromEvent('noteTime') },
} as const

const measureRates = fromEvent('measureRates')

const cut = {
  target: '#peer.handshake.closing',
  actions: [fromEvent('noteReason'), link({ type: 'link.destroy' })],
} as const

/** The torrent stops, and the remote has not said what it wants: `stop()` does not wait for one that may say nothing at all. */
const cutWhenStopped = { ...cut, guard: fromEvent('isStop') } as const

/**
 * The life of the connection, from the dial to the last byte (BEP 3). The dialling side speaks first; the other answers after
 * byte 48, when it knows which torrent is meant, because some clients hold back their peer id until then. `open` needs the
 * torrent's consent, so that a duplicate or a banned address never gets there. Every way out goes through `closed` and carries its
 * reason.
 */
export const handshake = peerSetup.createStateConfig({
  initial: 'connecting',
  on: {
    'peer.end': [
      {
        guard: fromEvent('endsInOrder'),
        target: '.closing',
        actions: [fromEvent('noteReason'), link({ type: 'link.end' })],
      },
      { target: '.closing', actions: [fromEvent('noteReason'), link({ type: 'link.destroy' })] },
    ],
    'torrent.close': { actions: { type: 'end', params: ({ event }) => ({ source: 'local', code: event.code }) } },
    'torrent.fault': { actions: { type: 'end', params: ({ event }) => ({ source: 'remote', code: event.code }) } },
    'wire.violation': { actions: { type: 'end', params: ({ event }) => ({ source: 'remote', ...event.violation }) } },
    'transport.overflowed': { actions: end({ source: 'remote', code: 'not_reading' }) },
    'transport.closed': [
      { guard: fromEvent('isBroken'), ...gone },
      {
        guard: 'awaitsKey',
        target: '.closed',
        actions: {
          type: 'noteReason',
          params: ({ event }) => ({
            reason: { source: 'remote', code: 'encryption_refused', detail: event.end.code },
          }),
        },
      },
      gone,
    ],
  },
  states: {
    connecting: {
      initial: 'trying',
      entry: [startTimer('connect'), 'tellStarted'],
      exit: [cancelTimer('connect'), cancelTimer('remaining')],
      on: {
        'transport.opened': [
          { guard: 'mayNegotiate', target: 'negotiating', actions: noteOpened },
          { guard: 'isOutgoing', target: 'handshaking', actions: [noteOpened, 'sendHandshake'] },
          { target: 'handshaking', actions: noteOpened },
        ],
        /** Nothing was said, so there is nothing to flush. */
        'peer.end': cut,
        /** The host is there: what is left is answered soon, or by nobody. */
        'dial.refused': { actions: startTimer('remaining') },
        'timer.connect': unanswered,
        'timer.remaining': unanswered,
      },
      states: {
        /** What is under way opens, or nothing does. */
        trying: {
          always: { guard: 'hasMoreToTry', target: 'staggered' },
          on: { 'transport.failed': [dialFailed, { actions: noteFailure }] },
        },
        /** Another transport follows, unless one opens before its turn (RFC 8305): it is tried beside those under way. */
        staggered: {
          entry: startTimer('attempt'),
          exit: cancelTimer('attempt'),
          on: {
            'timer.attempt': { target: 'trying', actions: 'tryNext' },
            'transport.failed': [
              {
                guard: fromEvent('isOnlyAttempt'),
                target: 'trying',
                actions: [noteFailure, 'tryNext'],
              },
              { actions: noteFailure },
            ],
          },
        },
      },
    },
    /** The `encryption` region decides; where plaintext alone is spoken there is nothing to decide. */
    negotiating: {
      on: {
        ...noteTime,
        'peer.end': cutWhenStopped,
        'encryption.settled': [
          { guard: fromEvent('owesHandshake'), target: 'handshaking', actions: 'sendHandshake' },
          { target: 'handshaking' },
        ],
      },
    },
    handshaking: {
      initial: 'awaiting_info_hash',
      entry: startTimer('handshake'),
      exit: cancelTimer('handshake'),
      on: {
        ...noteTime,
        'timer.handshake': { actions: end({ source: 'timeout', code: 'handshake' }) },
      },
      states: {
        awaiting_info_hash: {
          on: {
            'peer.end': cutWhenStopped,
            'wire.info_hash': [
              { guard: fromEvent('isForeign'), actions: end({ source: 'remote', code: 'info_hash_mismatch' }) },
              { guard: 'isOutgoing', target: 'awaiting_peer_id', actions: fromEvent('noteFeatures') },
              {
                guard: 'knowsTorrent',
                target: 'awaiting_peer_id',
                actions: [fromEvent('noteFeatures'), 'sendHandshake'],
              },
              {
                target: 'awaiting_adoption',
                actions: [fromEvent('noteFeatures'), fromEvent('tellIdentified')],
              },
            ],
          },
        },
        /** An incoming connection named a torrent; the owner of the listener finds it. */
        awaiting_adoption: {
          on: {
            'torrent.adopt': [
              {
                guard: 'knowsPeerId',
                target: 'awaiting_admission',
                actions: [fromEvent('join'), 'sendHandshake', 'tellHandshaken'],
              },
              { target: 'awaiting_peer_id', actions: [fromEvent('join'), 'sendHandshake'] },
            ],
            'wire.peer_id': [
              { guard: fromEvent('isSelf'), actions: end({ source: 'local', code: 'self_connection' }) },
              { actions: fromEvent('notePeerId') },
            ],
          },
        },
        awaiting_peer_id: {
          on: {
            'wire.peer_id': [
              { guard: fromEvent('isSelf'), actions: end({ source: 'local', code: 'self_connection' }) },
              {
                guard: 'admitsItself',
                target: '#peer.handshake.open',
                actions: [fromEvent('notePeerIdAsAdmitted'), 'tellHandshaken'],
              },
              { target: 'awaiting_admission', actions: [fromEvent('notePeerId'), 'tellHandshaken'] },
            ],
          },
        },
        /**
         * The torrent says whether this peer is welcome: not twice, not banned, not one too many. A peer that stands alone
         * admits itself.
         */
        awaiting_admission: {
          always: { guard: 'admitsItself', target: '#peer.handshake.open', actions: noteSince('handshake') },
          on: {
            'torrent.admit': {
              target: '#peer.handshake.open',
              actions: fromEvent('noteAdmission'),
            },
          },
        },
      },
    },
    open: {
      entry: ['readMessages', 'introduce', tell({ type: 'peer.opened' })],
      on: {
        'timer.tick': [
          { guard: fromEvent('isSilent'), actions: end({ source: 'timeout', code: 'inactivity' }) },
          { guard: fromEvent('owesKeepAlive'), actions: [measureRates, send({ type: 'send.keep_alive' })] },
          { actions: measureRates },
        ],
        'torrent.have': [
          { guard: fromEvent('isInNoHurryFor'), actions: fromEvent('sendKnownHave') },
          { actions: fromEvent('sendHave') },
        ],
        'torrent.port': { guard: 'sharesDht', actions: fromEvent('sendPort') },
        'wire.port': { guard: fromEvent('namesNode'), actions: fromEvent('tellPort') },
      },
    },
    /** What is queued is being sent, or the socket is being destroyed. Nothing the remote says counts any more. */
    closing: {
      entry: ['tellClosing', startTimer('closing')],
      exit: cancelTimer('closing'),
      on: {
        'transport.closed': { target: 'closed' },
        'timer.closing': { actions: link({ type: 'link.destroy' }) },
        'peer.end': {},
        'torrent.close': {},
        'torrent.fault': {},
        'wire.violation': {},
      },
    },
    closed: {
      entry: 'tellClosed',
      on: { 'peer.end': {}, 'torrent.close': {}, 'torrent.fault': {}, 'wire.violation': {}, 'transport.closed': {} },
    },
  },
})
