import { peerSetup } from '../setup.ts'
import { fastMissing } from '../vocabulary.ts'

/** Nothing counts once the connection has ended. */
const unlessOpen = { guard: 'isNotOpen' } as const

const outOfRange = {
  guard: { type: 'isOutOfRange', params: ({ event }: { event: { index: number } }) => ({ index: event.index }) },
  actions: { type: 'end', params: { source: 'remote', code: 'have_out_of_range' } },
} as const

const end = { type: 'end', params: { source: 'remote', code: 'bitfield_not_first' } } as const
const notFirst = [unlessOpen, { actions: end }] as const
const deferredBefore = { guard: 'hasDeferredPieces', actions: end } as const

/**
 * Which pieces the peer has. Exactly one of bitfield, have_all and have_none may come, and only first (BEP 3, BEP 6); a `have`
 * without one means it began with nothing, as libtorrent reads it, or with what we know of it by other ways. `complete`: a seeder, however that became known. Until the
 * metadata has come nobody knows how many pieces there are (BEP 9): what is said of them waits, in order, for `torrent.learn`.
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
          deferredBefore,
          { actions: { type: 'defer', params: ({ event }) => ({ event }) } },
        ],
        'wire.have_all': [
          unlessOpen,
          fastMissing,
          deferredBefore,
          { actions: { type: 'defer', params: ({ event }) => ({ event }) } },
        ],
        'wire.have_none': [
          unlessOpen,
          fastMissing,
          deferredBefore,
          { actions: { type: 'defer', params: ({ event }) => ({ event }) } },
        ],
        'wire.have': [unlessOpen, { actions: { type: 'defer', params: ({ event }) => ({ event }) } }],
        'torrent.note_dont_have': [unlessOpen, { actions: { type: 'defer', params: ({ event }) => ({ event }) } }],
        'torrent.learn': [
          {
            guard: 'isOpen',
            actions: [{ type: 'learn', params: ({ event }) => ({ layout: event.layout }) }, 'limitFrames'],
          },
          {
            guard: 'knowsTorrent',
            actions: { type: 'learn', params: ({ event }) => ({ layout: event.layout }) },
          },
        ],
      },
    },
    awaiting_first: {
      on: {
        'wire.bitfield': [
          unlessOpen,
          {
            guard: { type: 'isBadBitfield', params: ({ event }) => ({ bits: event.bits }) },
            actions: { type: 'end', params: { source: 'remote', code: 'bitfield_invalid' } },
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
