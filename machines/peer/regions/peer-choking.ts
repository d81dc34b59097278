import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { noteSince, tell } from '../actions/steps.ts'
import { roomOf } from '../blocks/requesting.ts'

/** Whether the peer chokes us (BEP 3). Starts choking; a repeated message changes nothing (libtorrent repeats unchoke on purpose). */
export const peerChoking = peerSetup.createStateConfig({
  initial: 'choking',
  states: {
    choking: {
      on: {
        /** With the Fast extension a choke rejects nothing by itself, each request has its answer (BEP 6): but not for ever. */
        'timer.tick': {
          guard: fromEvent('isAnswerOverdue'),
          actions: { type: 'giveUp', params: { cause: 'choked', cancels: false } },
        },
        'wire.unchoke': {
          guard: 'isOpen',
          target: 'not_choking',
          actions: [
            { type: 'tell', params: ({ context }) => ({ type: 'peer.unchoked', room: roomOf(context) }) },
            noteSince('peer_choking'),
          ],
        },
      },
    },
    not_choking: {
      on: {
        'wire.choke': {
          guard: 'isOpen',
          target: 'choking',
          actions: [tell({ type: 'peer.choked' }), noteSince('peer_choking')],
        },
      },
    },
  },
})
