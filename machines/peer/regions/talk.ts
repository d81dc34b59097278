import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { end } from '../actions/steps.ts'

const count = { guard: 'isOpen', actions: 'countTalk' } as const

const expect = { guard: 'isOpen', actions: fromEvent('expectAnswers') } as const

/**
 * Whether the remote sends without an end what costs it nothing: what every client sends now and then, and what is no news, such as a
 * `have` of a piece we know it has, or a message that no extension takes (BEP 10); and requests for so few bytes that they cost more than
 * they carry. What answers us (interest a `have`, choking our interest), and what is bounded by the pieces there are, or by what was
 * asked for, is not counted. A remote that goes on beyond `talkBudget` is closed, and its reputation falls.
 */
export const talk = peerSetup.createStateConfig({
  initial: 'heard',
  states: {
    heard: {
      always: { guard: 'saysTooMuch', target: 'flood' },
      on: {
        'wire.keep_alive': count,
        'wire.choke': count,
        'wire.unchoke': count,
        'wire.interested': count,
        'wire.not_interested': count,
        'wire.have': { guard: fromEvent('isKnownPiece'), actions: 'countTalk' },
        'wire.bitfield': count,
        'wire.have_all': count,
        'wire.have_none': count,
        'wire.request': { guard: fromEvent('asksForCrumbs'), actions: 'countTalk' },
        'wire.cancel': count,
        'wire.port': count,
        'wire.suggest_piece': count,
        'wire.allowed_fast': count,
        'wire.extended_handshake': count,
        'wire.extended': count,
        'wire.unknown': count,
        'torrent.note_dont_have': count,
        'torrent.note_upload_only': count,
        'torrent.note_idle': count,
        'torrent.have': expect,
        'torrent.interested': expect,
        'torrent.not_interested': expect,
      },
    },
    flood: {
      entry: end({ source: 'remote', code: 'message_flood' }),
    },
  },
})
