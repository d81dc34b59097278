import type { TorrentEvent, TorrentWish } from '../events.ts'
import { torrentSetup } from '../setup.ts'
import { onTick } from './steps.ts'

type SuperSeed = Extract<TorrentWish, { type: 'torrent.super_seed' }>

const begin = {
  guard: { type: 'isWished', params: ({ event }: { event: SuperSeed }) => ({ superSeed: event.superSeed }) },
  target: 'super_seeding',
  actions: { type: 'noteSuperSeed', params: { superSeed: true } },
} as const

const noMore = { type: 'noteSuperSeed', params: { superSeed: false } } as const

/** Why the mode ends by itself; undefined when the owner of the torrent ends it. */
const causeOf = (event: TorrentEvent) => (event.type === 'super_seeding.over' ? event.because : undefined)

/**
 * Everything is there, and served. A super-seeder (BEP 16) pretends to have nothing and offers its pieces one by one; when that
 * helps no longer, or is not wished any more, it tells the rest and is a seeder like others.
 */
export const seeding = torrentSetup.createStateConfig({
  initial: 'deciding',
  on: {
    /** All that was lost is back. */
    'torrent.completed': { actions: ['emitProgress', 'emitDone'] },
  },
  states: {
    deciding: {
      always: [{ guard: 'superSeeds', target: 'super_seeding' }, { target: 'plain' }],
    },
    plain: { entry: 'forgetOffers', on: { 'torrent.super_seed': begin } },
    super_seeding: {
      entry: ['startSuperSeeding', 'regreet', 'closeToSuperSeed'],
      exit: { type: 'stopSuperSeeding', params: ({ event }) => ({ because: causeOf(event) }) },
      on: {
        'timer.tick': { actions: [...onTick, 'stepSuperSeeding'] },
        'torrent.super_seed': {
          guard: { type: 'isNotWished', params: ({ event }) => ({ superSeed: event.superSeed }) },
          target: 'revealing',
          actions: noMore,
        },
        'super_seeding.over': { target: 'revealing', actions: noMore },
      },
    },
    revealing: {
      entry: ['regreet', 'revealNext'],
      on: {
        'torrent.super_seed': begin,
        'super_seeding.revealed': { target: 'plain' },
      },
    },
  },
})
