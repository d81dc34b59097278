import { torrentSetup } from './setup.ts'
import { onDefect, tell } from './steps.ts'

/** What the torrent has, and what it lacks: the core counts the pieces, here one sees how they stand. */
export const content = torrentSetup.createStateConfig({
  initial: 'beginning',
  on: {
    'content.check': { target: '.checking' },
    'pieces.random_first': { target: '.fetching.random_first' },
    'pieces.rarest_first': { target: '.fetching.rarest_first' },
    'pieces.endgame': { target: '.fetching.endgame' },
    'pieces.complete': { target: '.complete' },
    'pieces.chosen': { target: '.chosen' },
    'pieces.partial': { target: '.partial' },
    'pieces.read_only': { target: '.read_only' },
  },
  states: {
    beginning: { always: [{ guard: 'isMagnet', target: 'awaiting_metadata' }, { target: 'unchecked' }] },
    /** A magnet link: how the torrent divides comes from peers, by the extension `ut_metadata` (BEP 9). */
    awaiting_metadata: {
      on: { 'content.check': {}, 'content.known': { target: 'unchecked' } },
    },
    /** The disk was not looked at, or a look has failed. */
    unchecked: {},
    /** What is on disk is hashed, but where resume data can be believed; whatever verifies is kept. */
    checking: {
      entry: { type: 'tellCore', params: ({ event }) => ({ type: 'core.check', ...anewIn(event) }) },
      exit: tell({ type: 'core.end_check' }),
      on: {
        'content.check': { target: 'checking', reenter: true },
        'torrent.stop': { target: 'unchecked' },
        'storage.failed': { target: 'unchecked' },
        'listener.failed': { target: 'unchecked' },
        ...onDefect({ target: 'unchecked' }),
      },
    },
    /** Pieces are missing, and fetched as peers have them. */
    fetching: {
      initial: 'rarest_first',
      states: {
        /** The first few at random: soon there is something to trade. */
        random_first: {},
        /** What the fewest have comes first. */
        rarest_first: {},
        /** Every block was asked for: the last ones are asked of several. */
        endgame: {},
      },
    },
    complete: {},
    /** All that was chosen is there; the rest is skipped, and what is there of it served. */
    chosen: {},
    /** What is missing is lost: its files were taken away or changed. The rest is served, and nothing fetched. */
    partial: {},
    /** Pieces are missing, and nothing can be written: what is there is served. */
    read_only: {},
  },
})

/** Also what resume data vouches for is hashed, if the event asks for that. */
const anewIn = (event: object): { readonly anew?: true } => ('anew' in event ? { anew: true } : {})
