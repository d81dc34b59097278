import { peerSetup } from '../setup.ts'
import { fastMissing } from '../vocabulary.ts'

/** Nothing counts once the connection has ended. */
const unlessOpen = { guard: 'isNotOpen' } as const

const outOfRange = {
  guard: { type: 'isOutOfRange', params: ({ event }: { event: { index: number } }) => ({ index: event.index }) },
  actions: { type: 'end', params: { source: 'remote', code: 'have_out_of_range' } },
} as const

const notFirst = [
  unlessOpen,
  { actions: { type: 'end', params: { source: 'remote', code: 'bitfield_not_first' } } },
] as const

/**
 * Which pieces the peer has. Exactly one of bitfield, have_all and have_none may come, and only first (BEP 3, BEP 6); a `have`
 * without one means it began with nothing, as libtorrent reads it. `complete`: a seeder, however that became known.
 */
export const availability = peerSetup.createStateConfig({
  initial: 'awaiting_first',
  states: {
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
            actions: [
              { type: 'notePieces', params: { bits: 'none' } },
              { type: 'notePiece', params: ({ event }) => ({ index: event.index }) },
            ],
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
      on: {
        'wire.bitfield': notFirst,
        'wire.have_all': notFirst,
        'wire.have_none': notFirst,
        'wire.have': [unlessOpen, outOfRange],
      },
    },
  },
})
