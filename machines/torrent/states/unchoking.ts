import { torrentSetup } from './setup.ts'
import { emitDone, emitNews, passOn, tell } from './steps.ts'
import type { TorrentEvent } from './torrent-event.ts'

/** Why the mode ends by itself; undefined when the owner of the torrent ends it. */
const causeIn = (event: TorrentEvent) => (event.type === 'super_seeding.over' ? event.because : undefined)

/**
 * Which peers may download from us. Every ten seconds (BEP 3) slots are given anew: while we download, to those that give; as a seeder, in
 * turns. A super-seeder (BEP 16) pretends to have nothing and offers its pieces one by one; when that helps no longer, or is not wished any
 * more, it tells the rest and is a seeder like others.
 */
export const unchoking = torrentSetup.createStateConfig({
  initial: 'beginning',
  entry: 'startChokeTimer',
  exit: 'stopChokeTimer',
  on: {
    'timer.choke_round': { actions: [passOn, 'startChokeTimer'] },
    'pieces.complete': { target: '.seeding', actions: [emitNews, emitDone] },
    'pieces.random_first': { target: '.leeching', actions: emitNews },
    'pieces.rarest_first': { target: '.leeching', actions: emitNews },
    'pieces.endgame': { target: '.leeching', actions: emitNews },
    'pieces.chosen': { target: '.partial_seeding', actions: [emitNews, emitDone] },
    'pieces.partial': { target: '.partial_seeding', actions: emitNews },
    'pieces.read_only': { target: '.partial_seeding', actions: emitNews },
  },
  states: {
    beginning: {
      always: [
        { guard: 'isComplete', target: 'seeding' },
        { guard: 'wantsNothing', target: 'partial_seeding' },
        { target: 'leeching' },
      ],
    },
    leeching: {},
    /** Pieces are missing that are not fetched: what is there is served, in turns. What super-seeding held back of it is told in the end. */
    partial_seeding: {},
    seeding: {
      initial: 'rotation',
      states: {
        rotation: {
          entry: tell({ type: 'super_seeding.forget' }),
          on: { 'super_seeding.wished': { target: 'super_seeding' } },
        },
        super_seeding: {
          entry: tell({ type: 'super_seeding.begin' }),
          exit: {
            type: 'tellCore',
            params: ({ event }) => ({ type: 'super_seeding.end', because: causeIn(event) }),
          },
          on: {
            'super_seeding.unwished': { target: 'revealing' },
            'super_seeding.over': { target: 'revealing' },
          },
        },
        revealing: {
          entry: tell({ type: 'super_seeding.reveal' }),
          on: {
            'super_seeding.wished': { target: 'super_seeding' },
            'super_seeding.revealed': { target: 'rotation' },
          },
        },
      },
    },
  },
})
