import { torrentSetup } from './setup.ts'
import { tell } from './steps.ts'

/** Where the files are. Whether the torrent runs does not matter: what is downloaded meanwhile waits to be written, and all is served. */
export const place = torrentSetup.createStateConfig({
  initial: 'settled',
  states: {
    settled: {
      on: {
        'torrent.move': {
          guard: 'mayMove',
          target: 'moving',
          actions: { type: 'tellCore', params: ({ event }) => ({ type: 'core.move', folder: event.folder }) },
        },
      },
    },
    /** They are on their way to another folder. */
    moving: {
      on: {
        'torrent.stop': { target: 'ending' },
        'move.over': { target: 'settled' },
        'xstate.error.actor.storage': { target: 'settled', actions: 'emitMoveFailed' },
      },
    },
    /** The torrent stops: they stay where they were, as long as they can. */
    ending: {
      entry: tell({ type: 'core.end_move' }),
      on: {
        'move.over': { target: 'settled' },
        'xstate.error.actor.storage': { target: 'settled', actions: 'emitMoveFailed' },
      },
    },
  },
})
