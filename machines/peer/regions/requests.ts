import type { Tick, TorrentCommand, WireEvent } from '../events.ts'
import { peerSetup } from '../setup.ts'
import { fastMissing } from '../vocabulary.ts'

type RequestEvent = Extract<TorrentCommand, { type: 'torrent.request' }>
type PieceEvent = Extract<WireEvent, { type: 'wire.piece' }>
type RejectEvent = Extract<WireEvent, { type: 'wire.reject_request' }>

const track = {
  type: 'track',
  params: ({ event }: { event: RequestEvent }) => ({ requests: event.requests, at: event.at }),
} as const

const request = {
  type: 'send',
  params: ({ event }: { event: RequestEvent }) => ({ type: 'send.request', requests: event.requests }) as const,
} as const

const refused = {
  type: 'tell',
  params: ({ event }: { event: RequestEvent }) =>
    ({ type: 'peer.released', requests: event.requests, cause: 'refused', room: 0 }) as const,
} as const

const batch = ({ event: { blocks, at, heldBack } }: { event: PieceEvent }) => ({
  blocks,
  at,
  heldBack: heldBack === true,
})

const rejects = ({ event }: { event: RejectEvent }) => ({ requests: event.requests })

const notLate = {
  guard: { type: 'isHeldBack', params: ({ event }: { event: Tick }) => ({ heldBack: event.heldBack === true }) },
} as const

const overdue = {
  guard: { type: 'isOverdue', params: ({ event }: { event: Tick }) => ({ at: event.at }) },
  target: 'snubbed',
  actions: [
    { type: 'slowDown', params: ({ event }: { event: Tick }) => ({ at: event.at }) },
    { type: 'giveUp', params: { cause: 'timed_out', cancels: true } },
  ],
} as const

/**
 * What we asked the peer for (BEP 3 request, piece, cancel; BEP 6 reject_request), and what it invites us to ask for (allowed_fast,
 * also while it chokes us; suggest_piece, advice that the torrent may follow). `late`: it owes blocks for longer than it usually
 * does, and the torrent may ask others for them too. `snubbed`: it sent none for too long; everything went back to the pool and one request at a time tests the peer until a block comes, or until
 * nothing is asked of it any more. Requests are taken back at
 * once when the peer chokes, those for pieces allowed fast aside; an answer that comes all the same is still used.
 */
export const requests = peerSetup.createStateConfig({
  initial: 'idle',
  on: {
    'torrent.request': [
      { guard: 'isNotOpen', actions: refused },
      { guard: 'isUnchoked', actions: [track, request] },
      {
        guard: { type: 'areAllowedFast', params: ({ event }) => ({ requests: event.requests }) },
        actions: [track, request],
      },
      { actions: refused },
    ],
    'torrent.cancel': {
      actions: { type: 'cancelRequests', params: ({ event }) => ({ requests: event.requests }) },
    },
    'wire.piece': {
      guard: 'isOpen',
      actions: { type: 'receive', params: batch },
    },
    'wire.choke': {
      guard: 'lacksFast',
      actions: { type: 'giveUp', params: { cause: 'choked', cancels: false } },
    },
    'wire.reject_request': [
      fastMissing,
      { guard: 'isUnchoked', actions: { type: 'noteRejects', params: rejects } },
      { actions: { type: 'noteRejectsOfChoke', params: rejects } },
    ],
    'wire.allowed_fast': [
      { guard: 'isNotOpen' },
      fastMissing,
      { guard: 'lacksLayout', actions: { type: 'noteEarly', params: ({ event }) => ({ event }) } },
      { guard: { type: 'isOutOfRange', params: ({ event }) => ({ index: event.index }) } },
      { actions: { type: 'noteAllowedFast', params: ({ event }) => ({ index: event.index }) } },
    ],
    'wire.suggest_piece': [
      { guard: 'isNotOpen' },
      fastMissing,
      { guard: { type: 'isOutOfRange', params: ({ event }) => ({ index: event.index }) } },
      { actions: { type: 'tell', params: ({ event }) => ({ type: 'peer.suggested', index: event.index }) } },
    ],
    'transport.limits': {
      actions: { type: 'noteLimits', params: ({ event }) => ({ down: event.down, up: event.up }) },
    },
    'wire.bitfield': { guard: 'lacksFast', actions: 'giveUpUnheld' },
    'torrent.note_pieces': { guard: 'lacksFast', actions: 'giveUpUnheld' },
    'torrent.note_dont_have': {
      guard: 'lacksFast',
      actions: { type: 'giveUpPiece', params: ({ event }) => ({ index: event.index }) },
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
          {
            guard: { type: 'hasLostRequests', params: ({ event }) => ({ at: event.at }) },
            actions: { type: 'giveUpLost', params: ({ event }) => ({ at: event.at }) },
          },
          {
            guard: { type: 'isLate', params: ({ event }) => ({ at: event.at }) },
            target: 'late',
            actions: { type: 'tell', params: { type: 'peer.late' } },
          },
        ],
      },
    },
    late: {
      always: { guard: 'hasNothingOutstanding', target: 'idle' },
      on: {
        'timer.tick': [notLate, overdue],
        'wire.piece': {
          guard: { type: 'bringsExpected', params: ({ event }) => ({ blocks: event.blocks }) },
          target: 'waiting',
          actions: { type: 'receive', params: batch },
        },
      },
    },
    snubbed: {
      on: {
        'timer.tick': [
          // The torrent has had its chance to test it: nothing is asked of it, so it owes nothing. Its depth stays 1.
          { guard: 'hasNothingOutstanding', target: 'idle' },
          notLate,
          {
            guard: { type: 'isOverdue', params: ({ event }) => ({ at: event.at }) },
            actions: { type: 'giveUp', params: { cause: 'timed_out', cancels: true } },
          },
        ],
        'wire.piece': {
          guard: { type: 'bringsExpected', params: ({ event }) => ({ blocks: event.blocks }) },
          target: 'waiting',
          actions: [
            { type: 'speedUp', params: ({ event }) => ({ at: event.at }) },
            { type: 'receive', params: batch },
          ],
        },
      },
    },
  },
})
