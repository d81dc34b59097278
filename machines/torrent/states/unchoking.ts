import { torrentSetup } from '../setup.ts'
import type { TorrentEvent } from '../torrent-event.ts'
import { emitDone, emitNews, passOn, tell } from './steps.ts'

const begin = {
  guard: { type: 'isWished', params: ({ event }: { event: { readonly superSeed: boolean } }) => event },
  target: 'super_seeding',
  actions: { type: 'noteSuperSeed', params: { superSeed: true } },
} as const

const noMore = { type: 'noteSuperSeed', params: { superSeed: false } } as const

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
    'pieces.endgame': { actions: emitNews },
    'pieces.partial': { target: '.seeding.rotation', actions: emitNews },
    'pieces.read_only': { target: '.seeding.rotation', actions: emitNews },
  },
  states: {
    beginning: {
      always: [
        { guard: 'isComplete', target: 'seeding' },
        { guard: 'wantsNothing', target: 'seeding.rotation' },
        { target: 'leeching' },
      ],
    },
    leeching: {},
    seeding: {
      initial: 'beginning',
      states: {
        beginning: { always: [{ guard: 'superSeeds', target: 'super_seeding' }, { target: 'rotation' }] },
        rotation: { entry: tell({ type: 'super_seeding.forget' }), on: { 'torrent.super_seed': begin } },
        super_seeding: {
          entry: tell({ type: 'super_seeding.begin' }),
          exit: {
            type: 'tellCore',
            params: ({ event }) => ({ type: 'super_seeding.end', because: causeIn(event) }),
          },
          on: {
            'torrent.super_seed': {
              guard: { type: 'isNotWished', params: ({ event }) => event },
              target: 'revealing',
              actions: noMore,
            },
            'super_seeding.over': { target: 'revealing', actions: noMore },
          },
        },
        revealing: {
          entry: tell({ type: 'super_seeding.reveal' }),
          on: { 'torrent.super_seed': begin, 'super_seeding.revealed': { target: 'rotation' } },
        },
      },
    },
  },
})
