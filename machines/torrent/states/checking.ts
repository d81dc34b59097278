import { torrentSetup } from '../setup.ts'
import { isWhole, noteChecked, unwelcome } from './steps.ts'

/** The disk was looked at: on to `target`, done if everything is there. */
const checkedTo = (target: '#torrent.active' | '#torrent.paused') =>
  [
    { guard: isWhole, target, actions: [noteChecked, 'emitVerified', 'emitProgress', 'emitDone'] },
    { target, actions: [noteChecked, 'emitVerified'] },
  ] as const

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
    'torrent.recheck': { actions: 'checkAnew' },
    'torrent.stop': { target: 'stopping' },
  },
  states: {
    to_start: {
      on: {
        'torrent.pause': { target: 'to_pause' },
        'storage.checked': checkedTo('#torrent.active'),
      },
    },
    /** Paused before the check was over. Of a magnet link there may have been connections: they close meanwhile. */
    to_pause: {
      on: {
        'torrent.resume': { target: 'to_start' },
        'storage.checked': checkedTo('#torrent.paused'),
      },
    },
  },
})
