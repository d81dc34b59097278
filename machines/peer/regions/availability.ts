import type { EarlyFault } from '../early-words.ts'
import type { TorrentCommand } from '../events.ts'
import { peerSetup } from '../setup.ts'
import { fastMissing, noteSince } from '../vocabulary.ts'

type Learn = Extract<TorrentCommand, { type: 'torrent.learn' }>

/** Nothing counts once the connection has ended. */
const unlessOpen = { guard: 'isNotOpen' } as const

const bitfieldInvalid = { type: 'end', params: { source: 'remote', code: 'bitfield_invalid' } } as const
const haveOutOfRange = { type: 'end', params: { source: 'remote', code: 'have_out_of_range' } } as const
const bitfieldNotFirst = { type: 'end', params: { source: 'remote', code: 'bitfield_not_first' } } as const

const outOfRange = {
  guard: { type: 'isOutOfRange', params: ({ event }: { event: { index: number } }) => ({ index: event.index }) },
  actions: haveOutOfRange,
} as const

const notFirst = [unlessOpen, { actions: bitfieldNotFirst }] as const
const saidBefore = { guard: 'hasSaidPieces', actions: bitfieldNotFirst } as const

const learn = {
  type: 'learn',
  params: ({ event }: { event: Learn }) => ({ layout: event.layout, have: event.have }),
} as const

const saidWrong = <Fault extends EarlyFault>(fault: Fault) =>
  ({ type: 'saidWrong', params: ({ event }: { event: Learn }) => ({ layout: event.layout, fault }) }) as const

/**
 * Which pieces the peer has. Exactly one of bitfield, have_all and have_none may come, and only first (BEP 3, BEP 6); a `have`
 * without one means it began with nothing, as libtorrent reads it, or with what we know of it by other ways. `complete`: a
 * seeder, however that became known. Until the metadata has come nobody knows how many pieces there are (BEP 9): what is said of
 * them is kept for `torrent.learn`, and then told at once.
 */
export const availability = peerSetup.createStateConfig({
  initial: 'awaiting_metadata',
  on: {
    'torrent.note_pieces': [
      { guard: 'isOver' },
      {
        guard: { type: 'fitsTorrent', params: ({ event }) => ({ pieces: event.pieces }) },
        actions: { type: 'notePieces', params: ({ event }) => ({ bits: event.pieces.toBits() }) },
      },
    ],
    'torrent.note_dont_have': [
      unlessOpen,
      { actions: { type: 'dropPiece', params: ({ event }) => ({ index: event.index }) } },
    ],
  },
  states: {
    awaiting_metadata: {
      always: { guard: 'knowsLayout', target: 'awaiting_first' },
      on: {
        'wire.bitfield': [
          unlessOpen,
          saidBefore,
          {
            guard: { type: 'isNoBitfield', params: ({ event }) => ({ bits: event.bits }) },
            actions: bitfieldInvalid,
          },
          { actions: { type: 'noteEarly', params: ({ event }) => ({ event }) } },
        ],
        'wire.have_all': [
          unlessOpen,
          fastMissing,
          saidBefore,
          { actions: { type: 'noteEarly', params: ({ event }) => ({ event }) } },
        ],
        'wire.have_none': [
          unlessOpen,
          fastMissing,
          saidBefore,
          { actions: { type: 'noteEarly', params: ({ event }) => ({ event }) } },
        ],
        'wire.have': [
          unlessOpen,
          { guard: { type: 'isNoPiece', params: ({ event }) => ({ index: event.index }) }, actions: haveOutOfRange },
          { actions: { type: 'noteEarly', params: ({ event }) => ({ event }) } },
        ],
        'torrent.note_dont_have': [unlessOpen, { actions: { type: 'noteEarly', params: ({ event }) => ({ event }) } }],
        'torrent.learn': [
          { guard: 'lacksTorrent' },
          { guard: 'isNotOpen', actions: learn },
          { guard: saidWrong('bitfield_invalid'), actions: [learn, bitfieldInvalid] },
          { guard: saidWrong('have_out_of_range'), actions: [learn, haveOutOfRange] },
          {
            guard: 'hasSaidPieces',
            target: 'partial',
            actions: [learn, 'limitFrames', 'sendHaves', 'tellPieces', 'tellAllowedFast'],
          },
          { actions: [learn, 'limitFrames', 'sendHaves', 'tellAllowedFast'] },
        ],
      },
    },
    awaiting_first: {
      on: {
        'wire.bitfield': [
          unlessOpen,
          {
            guard: { type: 'isBadBitfield', params: ({ event }) => ({ bits: event.bits }) },
            actions: bitfieldInvalid,
          },
          {
            target: 'partial',
            actions: { type: 'notePieces', params: ({ event }) => ({ bits: event.bits }) },
          },
        ],
        'wire.have_all': [
          unlessOpen,
          fastMissing,
          { target: 'partial', actions: { type: 'notePieces', params: { bits: 'all' } } },
        ],
        'wire.have_none': [
          unlessOpen,
          fastMissing,
          { target: 'partial', actions: { type: 'notePieces', params: { bits: 'none' } } },
        ],
        'wire.have': [
          unlessOpen,
          outOfRange,
          {
            target: 'partial',
            actions: ['tellPieces', { type: 'notePiece', params: ({ event }) => ({ index: event.index }) }],
          },
        ],
      },
    },
    partial: {
      always: { guard: 'hasAllPieces', target: 'complete' },
      on: {
        'wire.bitfield': notFirst,
        'wire.have_all': notFirst,
        'wire.have_none': notFirst,
        'wire.have': [
          unlessOpen,
          outOfRange,
          { actions: { type: 'notePiece', params: ({ event }) => ({ index: event.index }) } },
        ],
      },
    },
    complete: {
      entry: noteSince('availability'),
      always: { guard: 'lacksPieces', target: 'partial' },
      on: {
        'wire.bitfield': notFirst,
        'wire.have_all': notFirst,
        'wire.have_none': notFirst,
        'wire.have': [unlessOpen, outOfRange],
      },
    },
  },
})
