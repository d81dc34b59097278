import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { end } from '../actions/steps.ts'

/** Nothing counts while the connection is not open; without both sides' consent in the handshakes it is a fault. */
const notNegotiated = [
  { guard: 'isNotOpen' },
  { guard: 'lacksExtended', actions: end({ source: 'remote', code: 'extended_not_negotiated' }) },
] as const

/**
 * The extension protocol (BEP 10). Each side says in its extended handshake, which may come again at any time, under which ids it
 * takes which extensions; ids are per direction. Messages of extensions go to the torrent by name. Before the remote's extended
 * handshake they are ignored, as they could not be answered; unknown ids are passed over, as transmission and webtorrent do.
 * Whether the remote downloads at all (BEP 21) is said in its extended handshake, or by an extension of its own.
 */
export const extended = peerSetup.createStateConfig({
  initial: 'awaiting_handshake',
  on: {
    'wire.extended_handshake': [...notNegotiated, { target: '.ready', actions: fromEvent('noteGreeting') }],
    'torrent.greet': [
      { guard: 'mayGreet', actions: [fromEvent('noteOurGreeting'), 'sendGreeting'] },
      { actions: fromEvent('noteOurGreeting') },
    ],
    'torrent.note_upload_only': [
      { guard: 'isNotOpen' },
      { guard: fromEvent('changesUploadOnly'), actions: fromEvent('noteUploadOnly') },
    ],
  },
  states: {
    awaiting_handshake: {
      on: { 'wire.extended': notNegotiated },
    },
    ready: {
      on: {
        'wire.extended': [
          { guard: 'isNotOpen' },
          { guard: fromEvent('isOurExtension'), actions: fromEvent('tellExtended') },
        ],
        'torrent.extended': [
          { guard: 'isNotOpen' },
          { guard: fromEvent('takesExtension'), actions: fromEvent('sendExtended') },
        ],
      },
    },
  },
})
