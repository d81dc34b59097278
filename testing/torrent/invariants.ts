import { standings } from '../../machines/torrent/states/standing.ts'
import type { Invariant } from '../model/explore.ts'
import type { TorrentModel, TorrentModelSnapshot } from './model.ts'

const runs = (snapshot: TorrentModelSnapshot): boolean => snapshot.matches({ life: 'active' })

/** What holds in every state of a torrent's chart, by name, each with where it is from. */
export const torrentInvariants: Readonly<Record<string, Invariant<TorrentModel>>> = {
  'a torrent never ends by itself: it can be started again': {
    source: 'design',
    holds: ({ status }) => status === 'active',
  },
  'of a magnet link nothing is hashed before its metadata has come': {
    source: 'BEP 9',
    holds: (snapshot) => !snapshot.matches({ content: 'awaiting_metadata' }) || !snapshot.matches({ life: 'checking' }),
  },
  'only a torrent that has everything seeds, and it seeds while it runs': {
    source: 'BEP 3',
    holds: (snapshot) =>
      !runs(snapshot) ||
      snapshot.matches({ content: 'checking' }) ||
      snapshot.matches({ content: 'awaiting_metadata' }) ||
      snapshot.matches({ life: { active: { unchoking: 'seeding' } } }) === snapshot.matches({ content: 'complete' }),
  },
  'files that are looked at before it starts are looked at': {
    source: 'design',
    holds: (snapshot) => !snapshot.matches({ life: 'checking' }) || snapshot.matches({ content: 'checking' }),
  },
  'a torrent that has failed knows why': {
    source: 'design',
    holds: (snapshot) => !snapshot.matches({ life: 'failed' }) || snapshot.context.error !== undefined,
  },
  'resume data is awaited only by a torrent that keeps some': {
    source: 'design',
    holds: (snapshot) => !snapshot.matches({ life: 'saving' }) || snapshot.context.keepsResume,
  },
  'it has stopped only once its trackers know, or have had their time': {
    source: 'BEP 3',
    holds: (snapshot) => !snapshot.matches({ life: 'parting' }) || snapshot.matches({ trackers: 'leaving' }),
  },
  'a torrent that is listened for says so while it runs': {
    source: 'design',
    holds: (snapshot) =>
      !runs(snapshot) ||
      snapshot.context.listen !== undefined ||
      snapshot.context.listening.length === 0 ||
      snapshot.matches({ life: { active: { listening: 'reachable' } } }),
  },
  'its owner is told one of the words that there are': {
    source: 'design',
    holds: ({ context }) => standings.includes(context.standing),
  },
}
