import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { cancelTimer, end, startTimer } from '../actions/steps.ts'
import { type PeerContext, saysHandshakeWithOffer } from '../vocabulary/context.ts'
import type { MseEvent } from '../vocabulary/events.ts'

const saidWithOffer = ({ context }: { context: PeerContext }) => ({ handshakeSaid: saysHandshakeWithOffer(context) })

type MseFailed = Extract<MseEvent, { type: 'mse.failed' }>

/** What is common to the steps: the connection ends before anything is decided, or the negotiator gives up. */
const step = {
  'peer.end': { target: 'abandoned' },
  'transport.closed': { target: 'abandoned' },
  'mse.unknown_torrent': { target: 'failed', actions: end({ source: 'local', code: 'unknown_torrent' }) },
  'mse.failed': [
    {
      guard: fromEvent('lacksRc4Offer'),
      target: 'failed',
      actions: end({ source: 'local', code: 'encryption_required' }),
    },
    {
      target: 'failed',
      actions: {
        type: 'end',
        params: ({ event }: { event: MseFailed }) =>
          ({ source: 'remote', code: event.code, detail: event.detail }) as const,
      },
    },
  ],
} as const

type Step = 'detecting' | 'key_exchange' | 'synchronising' | 'selecting'

/** Every step has a timer of its own, and the connection ends when that fires. */
const timed = <Name extends Step>(name: Name) =>
  ({
    entry: startTimer(name),
    exit: cancelTimer(name),
  }) as const

const timedOut = <Name extends Step>(name: Name) =>
  ({ target: 'failed', actions: end({ source: 'timeout', code: name }) }) as const

/**
 * How the bytes travel (MSE/PE). The dialling side goes by its policy; the accepting side by the first 20 bytes that come:
 * BitTorrent's header in the clear, or the beginning of a public key. Then both go the same way: keys are exchanged, each finds
 * where the other's padding ends, and one selects what the other offers. The steps are reported by the negotiator
 * (`transport/mse`), which knows bytes; what is offered, what is taken and how long a step may last is decided here.
 */
export const encryption = peerSetup.createStateConfig({
  initial: 'undecided',
  states: {
    /** The connection does not stand yet. */
    undecided: {
      on: {
        'transport.opened': [
          { guard: 'isOver' },
          { guard: 'dialsEncrypted', target: 'key_exchange', actions: 'offerEncryption' },
          { guard: 'acceptsEncryption', target: 'detecting', actions: 'awaitEncryption' },
          { target: 'plaintext' },
        ],
      },
    },
    /** Accepted, and fewer than 20 bytes came that could be BitTorrent's header. */
    detecting: {
      ...timed('detecting'),
      on: {
        ...step,
        'mse.key_exchange': { target: 'key_exchange' },
        'mse.plaintext': [
          {
            guard: 'forbidsPlaintext',
            target: 'failed',
            actions: end({ source: 'local', code: 'encryption_required' }),
          },
          { target: 'plaintext', actions: { type: 'settleEncryption', params: { handshakeSaid: false } } },
        ],
        'timer.detecting': timedOut('detecting'),
      },
    },
    /**
     * Waiting for the remote's public key. One that knows no MSE falls silent here, hangs up or speaks in the clear: the torrent
     * may dial it again in plaintext, on another socket. From the next step on the remote is known to speak MSE.
     */
    key_exchange: {
      ...timed('key_exchange'),
      on: {
        ...step,
        'mse.synchronising': { target: 'synchronising' },
        'mse.plaintext': { target: 'failed', actions: end({ source: 'remote', code: 'encryption_refused' }) },
        'timer.key_exchange': timedOut('key_exchange'),
      },
    },
    /** Looking for the end of the remote's padding. */
    synchronising: {
      ...timed('synchronising'),
      on: {
        ...step,
        'mse.selecting': { target: 'selecting' },
        'timer.synchronising': timedOut('synchronising'),
      },
    },
    /** One side offers methods, the other selects: RC4 wherever both allow it, when we are the side that selects. */
    selecting: {
      ...timed('selecting'),
      on: {
        ...step,
        'mse.established': [
          {
            guard: fromEvent('isRc4'),
            target: 'rc4',
            actions: [fromEvent('noteNegotiated'), { type: 'settleEncryption', params: saidWithOffer }],
          },
          {
            guard: 'forbidsPlaintext',
            target: 'failed',
            actions: end({ source: 'local', code: 'encryption_required' }),
          },
          {
            target: 'plaintext',
            actions: [fromEvent('noteNegotiated'), { type: 'settleEncryption', params: saidWithOffer }],
          },
        ],
        'timer.selecting': timedOut('selecting'),
      },
    },
    plaintext: {},
    rc4: {},
    failed: {},
    abandoned: {},
  },
})
