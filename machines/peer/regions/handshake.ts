import type { PeerEvent, Tick, TransportEvent } from '../events.ts'
import { peerSetup } from '../setup.ts'
import { noteSince } from '../vocabulary.ts'

const gone = {
  target: '.closed',
  actions: {
    type: 'noteReason',
    params: ({ event }: { event: Extract<TransportEvent, { type: 'transport.closed' }> }) =>
      ({ reason: { source: 'transport', ...event.end } }) as const,
  },
} as const

const noteOpened = {
  type: 'noteOpened',
  params: ({ event }: { event: Extract<TransportEvent, { type: 'transport.opened' }> }) => ({ at: event.at }),
} as const

const noteTime = {
  'timer.tick': { actions: { type: 'noteTime', params: ({ event }: { event: Tick }) => ({ at: event.at }) } },
} as const

const measureRates = {
  type: 'measureRates',
  params: ({ event }: { event: Tick }) => ({ tick: event }),
} as const

const cut = {
  target: '#peer.handshake.closing',
  actions: [
    {
      type: 'noteReason',
      params: ({ event }: { event: Extract<PeerEvent, { type: 'peer.end' }> }) => ({ reason: event.reason }),
    },
    { type: 'link', params: { type: 'link.destroy' } },
  ],
} as const

/** The torrent stops, and the remote has not said what it wants: `stop()` does not wait for one that may say nothing at all. */
const cutWhenStopped = {
  ...cut,
  guard: {
    type: 'isStop',
    params: ({ event }: { event: Extract<PeerEvent, { type: 'peer.end' }> }) => ({ reason: event.reason }),
  },
} as const

/**
 * The life of the connection, from the dial to the last byte (BEP 3). The dialling side speaks first; the other answers after
 * byte 48, when it knows which torrent is meant, because some clients hold back their peer id until then. `open` needs the
 * torrent's word, so that a duplicate or a banned address never gets there. Every way out goes through `closed` and carries its
 * reason.
 */
export const handshake = peerSetup.createStateConfig({
  initial: 'connecting',
  on: {
    'peer.end': [
      {
        guard: { type: 'endsInOrder', params: ({ event }) => ({ reason: event.reason }) },
        target: '.closing',
        actions: [
          { type: 'noteReason', params: ({ event }) => ({ reason: event.reason }) },
          { type: 'link', params: { type: 'link.end' } },
        ],
      },
      {
        target: '.closing',
        actions: [
          { type: 'noteReason', params: ({ event }) => ({ reason: event.reason }) },
          { type: 'link', params: { type: 'link.destroy' } },
        ],
      },
    ],
    'torrent.close': {
      actions: { type: 'end', params: ({ event }) => ({ source: 'local', code: event.code }) },
    },
    'torrent.fault': {
      actions: { type: 'end', params: ({ event }) => ({ source: 'remote', code: event.code }) },
    },
    'wire.violation': {
      actions: { type: 'end', params: ({ event }) => ({ source: 'remote', ...event.violation }) },
    },
    'transport.overflowed': {
      actions: { type: 'end', params: { source: 'remote', code: 'not_reading' } },
    },
    'transport.closed': [
      { guard: { type: 'isBroken', params: ({ event }) => ({ end: event.end }) }, ...gone },
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
      entry: [{ type: 'startTimer', params: { name: 'connect' } }, 'tellStarted'],
      exit: { type: 'cancelTimer', params: { name: 'connect' } },
      on: {
        'transport.opened': [
          { guard: 'mayNegotiate', target: 'negotiating', actions: noteOpened },
          { guard: 'isOutgoing', target: 'handshaking', actions: [noteOpened, 'sendHandshake'] },
          { target: 'handshaking', actions: noteOpened },
        ],
        /** Nothing was said, so there is nothing to flush. */
        'peer.end': cut,
        'timer.connect': { actions: { type: 'end', params: { source: 'timeout', code: 'connect' } } },
      },
    },
    /** The `encryption` region decides; where plaintext alone is spoken there is nothing to decide. */
    negotiating: {
      on: {
        ...noteTime,
        'peer.end': cutWhenStopped,
        'encryption.settled': [
          {
            guard: { type: 'owesHandshake', params: ({ event }) => ({ handshakeSaid: event.handshakeSaid }) },
            target: 'handshaking',
            actions: 'sendHandshake',
          },
          { target: 'handshaking' },
        ],
      },
    },
    handshaking: {
      initial: 'awaiting_info_hash',
      entry: { type: 'startTimer', params: { name: 'handshake' } },
      exit: { type: 'cancelTimer', params: { name: 'handshake' } },
      on: {
        ...noteTime,
        'timer.handshake': { actions: { type: 'end', params: { source: 'timeout', code: 'handshake' } } },
      },
      states: {
        awaiting_info_hash: {
          on: {
            'peer.end': cutWhenStopped,
            'wire.info_hash': [
              {
                guard: { type: 'isForeign', params: ({ event }) => ({ infoHash: event.infoHash }) },
                actions: { type: 'end', params: { source: 'remote', code: 'info_hash_mismatch' } },
              },
              {
                guard: 'isOutgoing',
                target: 'awaiting_peer_id',
                actions: { type: 'noteFeatures', params: ({ event }) => ({ features: event.features }) },
              },
              {
                guard: 'knowsTorrent',
                target: 'awaiting_peer_id',
                actions: [
                  { type: 'noteFeatures', params: ({ event }) => ({ features: event.features }) },
                  'sendHandshake',
                ],
              },
              {
                target: 'awaiting_adoption',
                actions: [
                  { type: 'noteFeatures', params: ({ event }) => ({ features: event.features }) },
                  { type: 'tell', params: ({ event }) => ({ type: 'peer.identified', infoHash: event.infoHash }) },
                ],
              },
            ],
          },
        },
        /** An incoming connection named a torrent; whoever owns the listener finds it. */
        awaiting_adoption: {
          on: {
            'torrent.adopt': [
              {
                guard: 'knowsPeerId',
                target: 'awaiting_admission',
                actions: [
                  { type: 'join', params: ({ event }) => ({ membership: event.membership }) },
                  'sendHandshake',
                  'tellHandshaken',
                ],
              },
              {
                target: 'awaiting_peer_id',
                actions: [{ type: 'join', params: ({ event }) => ({ membership: event.membership }) }, 'sendHandshake'],
              },
            ],
            'wire.peer_id': [
              {
                guard: { type: 'isSelf', params: ({ event }) => ({ peerId: event.peerId }) },
                actions: { type: 'end', params: { source: 'local', code: 'self_connection' } },
              },
              { actions: { type: 'notePeerId', params: ({ event }) => ({ peerId: event.peerId }) } },
            ],
          },
        },
        awaiting_peer_id: {
          on: {
            'wire.peer_id': [
              {
                guard: { type: 'isSelf', params: ({ event }) => ({ peerId: event.peerId }) },
                actions: { type: 'end', params: { source: 'local', code: 'self_connection' } },
              },
              {
                guard: 'admitsItself',
                target: '#peer.handshake.open',
                actions: [
                  { type: 'notePeerIdAsAdmitted', params: ({ event }) => ({ peerId: event.peerId }) },
                  'tellHandshaken',
                ],
              },
              {
                target: 'awaiting_admission',
                actions: [{ type: 'notePeerId', params: ({ event }) => ({ peerId: event.peerId }) }, 'tellHandshaken'],
              },
            ],
          },
        },
        /**
         * The torrent says whether this peer is welcome: not twice, not banned, not one too many. Nobody is there to say so of a
         * peer that stands alone.
         */
        awaiting_admission: {
          always: { guard: 'admitsItself', target: '#peer.handshake.open', actions: noteSince('handshake') },
          on: {
            'torrent.admit': {
              target: '#peer.handshake.open',
              actions: { type: 'noteAdmission', params: ({ event }) => ({ event }) },
            },
          },
        },
      },
    },
    open: {
      entry: ['readMessages', 'introduce', { type: 'tell', params: { type: 'peer.opened' } }],
      on: {
        'timer.tick': [
          {
            guard: { type: 'isSilent', params: ({ event }) => ({ tick: event }) },
            actions: { type: 'end', params: { source: 'timeout', code: 'inactivity' } },
          },
          {
            guard: { type: 'owesKeepAlive', params: ({ event }) => ({ tick: event }) },
            actions: [measureRates, { type: 'send', params: { type: 'send.keep_alive' } }],
          },
          { actions: measureRates },
        ],
        'torrent.have': [
          {
            guard: { type: 'isInNoHurryFor', params: ({ event }) => ({ index: event.index }) },
            actions: { type: 'send', params: ({ event }) => ({ type: 'send.known_have', index: event.index }) },
          },
          { actions: { type: 'send', params: ({ event }) => ({ type: 'send.have', index: event.index }) } },
        ],
      },
    },
    /** Our last words are on their way, or the socket is being torn down. Nothing the remote says counts any more. */
    closing: {
      entry: ['tellClosing', { type: 'startTimer', params: { name: 'closing' } }],
      exit: { type: 'cancelTimer', params: { name: 'closing' } },
      on: {
        'transport.closed': { target: 'closed' },
        'timer.closing': { actions: { type: 'link', params: { type: 'link.destroy' } } },
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
