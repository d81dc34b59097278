import { setup } from 'xstate'
import type { UtpLifeEvent } from '../../transport/utp/life.ts'

/**
 * The life of one uTP connection (BEP 29), told by the stream that carries it: packets, windows and timers are the stream's, what they mean
 * for the connection is decided here. Either side may send its FIN first, or both at once; a FIN that was acknowledged, and the remote's
 * that has come, end both directions. Then the connection lingers: the remote may not know that we got its FIN, and repeats it. At any time
 * the remote may reset it, fall silent, or we give it up.
 */
export const utpConnectionMachine = setup({ types: { events: {} as UtpLifeEvent } }).createMachine({
  id: 'utp_connection',
  initial: 'idle',
  on: {
    'utp.reset': { target: '.reset' },
    'utp.timed_out': { target: '.timed_out' },
    'utp.abandoned': { target: '.closed' },
  },
  states: {
    idle: {
      on: {
        'utp.dialled': { target: 'syn_sent' },
        'utp.accepted': { target: 'syn_received' },
      },
    },
    syn_sent: { on: { 'utp.established': { target: 'connected' } } },
    /** The address may be forged: nothing is sent but the answer to the SYN. */
    syn_received: { on: { 'utp.established': { target: 'connected' } } },
    connected: {
      type: 'parallel',
      states: {
        ours: {
          initial: 'open',
          states: {
            open: { on: { 'utp.fin_sent': { target: 'fin_sent' } } },
            fin_sent: { on: { 'utp.fin_acknowledged': { target: 'fin_acknowledged' } } },
            fin_acknowledged: { type: 'final' },
          },
        },
        theirs: {
          initial: 'open',
          states: {
            open: { on: { 'utp.fin_received': { target: 'fin_received' } } },
            fin_received: { type: 'final' },
          },
        },
      },
      onDone: { target: 'lingering' },
    },
    lingering: { on: { 'utp.lingered': { target: 'closed' } } },
    closed: { type: 'final' },
    reset: { type: 'final' },
    timed_out: { type: 'final' },
  },
})
