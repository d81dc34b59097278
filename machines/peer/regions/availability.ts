import { fromEvent } from '../../from-event.ts'
import { PieceSet } from '../../piece-set.ts'
import { peerSetup } from '../actions/setup.ts'
import { end, fastMissing, noteSince } from '../actions/steps.ts'
import type { PeerContext } from '../vocabulary/context.ts'
import type { EarlyFault } from '../vocabulary/early-words.ts'
import type { TorrentCommand } from '../vocabulary/events.ts'
import type { AvailabilityEvent } from '../vocabulary/wire-events.ts'

type Learn = Extract<TorrentCommand, { type: 'torrent.learn' }>
type Bitfield = Extract<AvailabilityEvent, { type: 'wire.bitfield' }>

/** Nothing counts once the connection has ended. */
const unlessOpen = { guard: 'isNotOpen' } as const

const bitfieldInvalid = end({ source: 'remote', code: 'bitfield_invalid' })
const haveOutOfRange = end({ source: 'remote', code: 'have_out_of_range' })

const outOfRange = { guard: fromEvent('isOutOfRange'), actions: haveOutOfRange } as const

const badBitfield = { guard: fromEvent('isBadBitfield'), actions: bitfieldInvalid } as const

/** What each of the messages says of all pieces at once. */
const ofBitfield = ({ context: { layout }, event: { bits } }: { context: PeerContext; event: Bitfield }) => ({
  pieces: PieceSet.fromBits(bits, layout.pieceCount) ?? PieceSet.none(layout.pieceCount),
})
const all = ({ context: { layout } }: { context: PeerContext }) => ({ pieces: PieceSet.all(layout.pieceCount) })
const none = ({ context: { layout } }: { context: PeerContext }) => ({ pieces: PieceSet.none(layout.pieceCount) })

const noteEarly = fromEvent('noteEarly')

const learn = fromEvent('learn')

const saidWrong = <Fault extends EarlyFault>(fault: Fault) =>
  ({ type: 'saidWrong', params: ({ event }: { event: Learn }) => ({ layout: event.layout, fault }) }) as const

/** What it says of all pieces at once later on: that counts from then on. `always` finds the state that it leads to. */
const saysAnew = {
  'wire.bitfield': [unlessOpen, badBitfield, { actions: { type: 'replacePieces', params: ofBitfield } }],
  'wire.have_all': [unlessOpen, fastMissing, { actions: { type: 'replacePieces', params: all } }],
  'wire.have_none': [unlessOpen, fastMissing, { actions: { type: 'replacePieces', params: none } }],
} as const

/**
 * Which pieces the peer has. What it says later takes the place of what it said before: bitfield, have_all and have_none may come at any
 * time, though BEP 3 and BEP 6 have them come first and once; aria2 sends a bitfield where it would have to send many `have`s, and
 * libtorrent takes it. A `have` as the first of them means it began with nothing, as libtorrent reads it, or with what we know of it by
 * other ways. `complete`: a seeder, however that became known. Until the metadata has come it is unknown how many pieces there are (BEP
 * 9): what is said of them is kept for `torrent.learn`, and then told at once.
 */
export const availability = peerSetup.createStateConfig({
  initial: 'remembered',
  on: {
    'torrent.note_pieces': [{ guard: 'isOver' }, { guard: fromEvent('fitsTorrent'), actions: fromEvent('notePieces') }],
    'torrent.note_dont_have': [unlessOpen, { actions: fromEvent('dropPiece') }],
  },
  states: {
    /** What it had on an earlier connection, until this one stands: then it says anew what it has. */
    remembered: {
      always: { guard: 'isNew', target: 'awaiting_first' },
      on: {
        'transport.opened': { target: 'awaiting_first', actions: 'forget' },
        'torrent.note_pieces': [
          { guard: 'isOver' },
          { guard: fromEvent('fitsTorrent'), target: 'awaiting_first', actions: fromEvent('notePieces') },
        ],
      },
    },
    awaiting_metadata: {
      always: { guard: 'knowsLayout', target: 'awaiting_first' },
      on: {
        'wire.bitfield': [
          unlessOpen,
          { guard: fromEvent('isNoBitfield'), actions: bitfieldInvalid },
          { actions: noteEarly },
        ],
        'wire.have_all': [unlessOpen, fastMissing, { actions: noteEarly }],
        'wire.have_none': [unlessOpen, fastMissing, { actions: noteEarly }],
        'wire.have': [unlessOpen, { guard: fromEvent('isNoPiece'), actions: haveOutOfRange }, { actions: noteEarly }],
        'torrent.note_dont_have': [unlessOpen, { actions: fromEvent('noteEarly') }],
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
      always: { guard: 'lacksLayout', target: 'awaiting_metadata' },
      on: {
        'wire.bitfield': [
          unlessOpen,
          badBitfield,
          { target: 'partial', actions: { type: 'notePieces', params: ofBitfield } },
        ],
        'wire.have_all': [unlessOpen, fastMissing, { target: 'partial', actions: { type: 'notePieces', params: all } }],
        'wire.have_none': [
          unlessOpen,
          fastMissing,
          { target: 'partial', actions: { type: 'notePieces', params: none } },
        ],
        'wire.have': [unlessOpen, outOfRange, { target: 'partial', actions: ['tellPieces', fromEvent('notePiece')] }],
      },
    },
    partial: {
      always: { guard: 'hasAllPieces', target: 'complete' },
      on: {
        ...saysAnew,
        'wire.have': [unlessOpen, outOfRange, { actions: fromEvent('notePiece') }],
      },
    },
    complete: {
      entry: noteSince('availability'),
      always: { guard: 'lacksPieces', target: 'partial' },
      on: {
        ...saysAnew,
        'wire.have': [unlessOpen, outOfRange],
      },
    },
  },
})
