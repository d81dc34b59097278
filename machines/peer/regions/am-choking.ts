import { peerSetup } from '../actions/setup.ts'
import { noteSince, send } from '../actions/steps.ts'

/** Whether we choke the peer (BEP 3). Starts choking; only the torrent changes it. Each change is said once. */
export const amChoking = peerSetup.createStateConfig({
  initial: 'choking',
  states: {
    choking: {
      on: {
        'torrent.unchoke': {
          guard: 'isOpen',
          target: 'not_choking',
          actions: [send({ type: 'send.unchoke' }), noteSince('am_choking')],
        },
      },
    },
    not_choking: {
      on: {
        'torrent.choke': {
          guard: 'isOpen',
          target: 'choking',
          actions: [send({ type: 'send.choke' }), noteSince('am_choking')],
        },
      },
    },
  },
})
