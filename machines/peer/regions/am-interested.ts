import { peerSetup } from '../actions/setup.ts'
import { noteSince, send } from '../actions/steps.ts'

/** Whether we told the peer that it has pieces we want (BEP 3). Starts not interested; the torrent keeps it true. */
export const amInterested = peerSetup.createStateConfig({
  initial: 'not_interested',
  states: {
    not_interested: {
      on: {
        'torrent.interested': {
          guard: 'isOpen',
          target: 'interested',
          actions: [send({ type: 'send.interested' }), noteSince('am_interested')],
        },
      },
    },
    interested: {
      on: {
        'torrent.not_interested': {
          guard: 'isOpen',
          target: 'not_interested',
          actions: [send({ type: 'send.not_interested' }), noteSince('am_interested')],
        },
      },
    },
  },
})
