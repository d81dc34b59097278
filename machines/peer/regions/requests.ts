import { fromEvent } from '../../from-event.ts'
import { peerSetup } from '../actions/setup.ts'
import { fastMissing, tell } from '../actions/steps.ts'

const track = fromEvent('track')
const sendRequests = fromEvent('sendRequests')
const tellRefused = fromEvent('tellRefused')

const notLate = { guard: fromEvent('isHeldBack') } as const

const overdue = {
  guard: fromEvent('isOverdue'),
  target: 'snubbed',
  actions: [fromEvent('slowDown'), { type: 'giveUp', params: { cause: 'timed_out', cancels: true } }],
} as const

/**
 * What we asked the peer for (BEP 3 request, piece, cancel; BEP 6 reject_request), and what it invites us to ask for (allowed_fast,
 * also while it chokes us; suggest_piece, advice that the torrent may follow). `late`: it owes blocks for longer than it usually
 * does, and the torrent may ask others for them too. `snubbed`: it sent none for too long; everything went back to the pool and one
 * request at a time tests the peer until a block comes, or until nothing is asked of it any more. Requests are taken back at once when the
 * peer chokes, those for pieces allowed fast aside; an answer that comes all the same is still used.
 */
export const requests = peerSetup.createStateConfig({
  initial: 'idle',
  on: {
    'torrent.request': [
      { guard: 'isNotOpen', actions: tellRefused },
      { guard: 'isUnchoked', actions: [track, sendRequests] },
      { guard: fromEvent('areAllowedFast'), actions: [track, sendRequests] },
      { actions: tellRefused },
    ],
    'torrent.cancel': { actions: fromEvent('cancelRequests') },
    'wire.piece': { guard: 'isOpen', actions: fromEvent('receive') },
    'wire.choke': { guard: 'lacksFast', actions: { type: 'giveUp', params: { cause: 'choked', cancels: false } } },
    'wire.reject_request': [
      fastMissing,
      { guard: 'isUnchoked', actions: fromEvent('noteRejects') },
      { actions: fromEvent('noteRejectsOfChoke') },
    ],
    'wire.allowed_fast': [
      { guard: 'isNotOpen' },
      fastMissing,
      { guard: 'lacksLayout', actions: fromEvent('noteEarly') },
      { guard: fromEvent('isOutOfRange') },
      { actions: fromEvent('noteAllowedFast') },
    ],
    'wire.suggest_piece': [
      { guard: 'isNotOpen' },
      fastMissing,
      { guard: fromEvent('isOutOfRange') },
      { actions: fromEvent('tellSuggested') },
    ],
    'transport.limits': { actions: fromEvent('noteLimits') },
    'wire.bitfield': { guard: 'lacksFast', actions: 'giveUpUnheld' },
    'torrent.note_pieces': { guard: 'lacksFast', actions: 'giveUpUnheld' },
    'torrent.note_dont_have': {
      guard: 'lacksFast',
      actions: fromEvent('giveUpPiece'),
    },
  },
  states: {
    idle: {
      always: { guard: 'hasOutstanding', target: 'waiting' },
    },
    waiting: {
      always: { guard: 'hasNothingOutstanding', target: 'idle' },
      on: {
        'timer.tick': [
          notLate,
          overdue,
          { guard: fromEvent('hasLostRequests'), actions: fromEvent('giveUpLost') },
          { guard: fromEvent('isLate'), target: 'late', actions: tell({ type: 'peer.late' }) },
        ],
      },
    },
    late: {
      always: { guard: 'hasNothingOutstanding', target: 'idle' },
      on: {
        'timer.tick': [notLate, overdue],
        'wire.piece': { guard: fromEvent('bringsExpected'), target: 'waiting', actions: fromEvent('receive') },
      },
    },
    snubbed: {
      on: {
        'timer.tick': [
          // The torrent has had its chance to test it: nothing is asked of it, so it owes nothing. Its depth stays 1.
          { guard: 'hasNothingOutstanding', target: 'idle' },
          notLate,
          { guard: fromEvent('isOverdue'), actions: { type: 'giveUp', params: { cause: 'timed_out', cancels: true } } },
        ],
        'wire.piece': {
          guard: fromEvent('bringsExpected'),
          target: 'waiting',
          actions: [fromEvent('speedUp'), fromEvent('receive')],
        },
      },
    },
  },
})
