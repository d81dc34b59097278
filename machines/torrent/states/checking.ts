import { torrentSetup } from '../setup.ts'
import { isWhole, noteChecked, unwelcome } from './steps.ts'

/** What is on disk is hashed, but where resume data can be believed; whatever verifies is kept. */
export const checking = torrentSetup.createStateConfig({
  initial: 'to_start',
  entry: 'noteEntry',
  on: {
    'peer.started': unwelcome,
    /** Of a session. It is welcome when it comes again. */
    'torrent.take_peer': {
      actions: { type: 'refusePeer', params: ({ event }) => ({ ref: event.ref, code: 'not_ready' }) },
    },
    'torrent.stop': { target: 'stopping' },
  },
  states: {
    to_start: {
      on: {
        'torrent.pause': { target: 'to_pause' },
        'storage.checked': [
          {
            guard: isWhole,
            target: '#torrent.active',
            actions: [noteChecked, 'emitVerified', 'emitProgress', 'emitDone'],
          },
          { target: '#torrent.active', actions: [noteChecked, 'emitVerified'] },
        ],
      },
    },
    /** Paused before the check was over. Of a magnet link there may have been connections: they close meanwhile. */
    to_pause: {
      on: {
        'torrent.resume': { target: 'to_start' },
        'storage.checked': [
          {
            guard: isWhole,
            target: '#torrent.paused',
            actions: [noteChecked, 'emitVerified', 'emitProgress', 'emitDone'],
          },
          { target: '#torrent.paused', actions: [noteChecked, 'emitVerified'] },
        ],
      },
    },
  },
})
