import { torrentSetup } from './setup.ts'
import { tell } from './steps.ts'

/** Work on many peers goes in batches (batching.ts), so that a thousand of them never keep the process from everything else. */

/** Dialling. */
export const dialing = torrentSetup.createStateConfig({
  initial: 'ready',
  states: {
    ready: { on: { 'pace.dialing': { target: 'resting' } } },
    resting: { after: { dialingPause: { target: 'ready', actions: tell({ type: 'timer.dialing' }) } } },
  },
})

/** Telling all peers the same: of pieces, and of our extended handshake. */
export const telling = torrentSetup.createStateConfig({
  initial: 'ready',
  states: {
    ready: { on: { 'pace.telling': { target: 'resting' } } },
    resting: { after: { tellingPause: { target: 'ready', actions: tell({ type: 'timer.telling' }) } } },
  },
})

/** Ending connections, when all are to end. */
export const closing = torrentSetup.createStateConfig({
  initial: 'ready',
  states: {
    ready: { on: { 'pace.closing': { target: 'resting' } } },
    resting: {
      after: { closingPause: { target: 'ready', actions: tell({ type: 'timer.closing' }) } },
      on: { 'swarm.emptied': { target: 'ready' } },
    },
  },
})
