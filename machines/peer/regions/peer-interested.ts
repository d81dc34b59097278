import { peerSetup } from '../actions/setup.ts'
import { noteSince, tell } from '../actions/steps.ts'

/** Whether the peer wants pieces of ours (BEP 3). Starts not interested; a repeated message changes nothing. */
export const peerInterested = peerSetup.createStateConfig({
  initial: 'not_interested',
  states: {
    not_interested: {
      on: {
        'wire.interested': {
          guard: 'isOpen',
          target: 'interested',
          actions: [tell({ type: 'peer.interested' }), noteSince('peer_interested')],
        },
      },
    },
    interested: {
      on: {
        'wire.not_interested': {
          guard: 'isOpen',
          target: 'not_interested',
          actions: [tell({ type: 'peer.not_interested' }), noteSince('peer_interested')],
        },
      },
    },
  },
})
