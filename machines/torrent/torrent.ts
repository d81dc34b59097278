import { requireMade } from '../deciding.ts'
import { fromEvent } from '../from-event.ts'
import { restorable } from '../persistence/restorable.ts'
import { requireInput } from '../provided.ts'
import type { RestoredInput, TorrentInput } from './core/input.ts'
import { torrentPersistence } from './persistence.ts'
import { content } from './states/content.ts'
import { life } from './states/life.ts'
import { closing } from './states/pacing.ts'
import { place } from './states/place.ts'
import { torrentSetup } from './states/setup.ts'
import { passOn, tell } from './states/steps.ts'

const chart = torrentSetup.createMachine({
  id: 'torrent',
  context: ({ input: given, self, spawn }) => {
    const input = requireInput<TorrentInput | RestoredInput>('a torrent', given)
    const core = spawn('core', { id: 'core', input: { ...input, chart: self } })
    requireMade(core)
    return {
      core,
      storage: spawn('storage', { id: 'storage', input: { owner: core } }),
      listen: input.listen,
      listening: [],
      isMagnet: input.layout === undefined,
      keepsResume: input.keepsResume ?? false,
      error: undefined,
      standing: 'stopped',
    }
  },
  type: 'parallel',
  entry: { type: 'tellCore', params: ({ context }) => ({ type: 'core.begin', storage: context.storage }) },
  on: {
    'core.emitted': { actions: fromEvent('emitNews') },
    'torrent.add_peer': { actions: passOn },
    'torrent.close_peer': { actions: passOn },
    'torrent.ban': { actions: passOn },
    'torrent.select': { actions: passOn },
    'torrent.read': { actions: passOn },
    'torrent.unread': { actions: passOn },
    'torrent.sequential': { actions: passOn },
    'torrent.add_tracker': { actions: passOn },
    'torrent.add_web_seed': { actions: passOn },
    'tracker.run': { actions: fromEvent('runTracker') },
    'web_seed.run': { actions: fromEvent('runWebSeed') },
    'dht.run': { actions: fromEvent('runDht') },
    'torrent.set_slots': { actions: passOn },
    'torrent.add_extension': { actions: passOn },
    'torrent.remove_extension': { actions: passOn },
    'torrent.super_seed': { actions: passOn },
    'extension.run': { actions: fromEvent('runExtension') },
    'extension.end': { actions: fromEvent('endExtension') },
    'swarm.group': [
      {
        guard: fromEvent('isNewGroup'),
        actions: [fromEvent('openGroup'), fromEvent('tellGroup')],
      },
      { actions: fromEvent('tellGroup') },
    ],
    /** Of a session: it listens, or cannot, and this torrent may not run yet; it has handed over a peer. */
    'listener.listening': { actions: [fromEvent('noteListening'), passOn] },
    'torrent.listen_nowhere': { actions: passOn },
    'group.crashed': { actions: passOn },
    'listener.accepted': { actions: passOn },
    'listener.refuse': { actions: fromEvent('refuse') },
    'super_seeding.revealed': { actions: tell({ type: 'super_seeding.forget' }) },
  },
  states: {
    /** Whether the disk takes what is downloaded. */
    disk: {
      initial: 'keeping_up',
      on: { 'xstate.error.actor.storage': { target: '.crashed' } },
      states: {
        keeping_up: { on: { 'disk.behind': { target: 'behind' } } },
        /** So much waits to be verified that no peer is asked for more. */
        behind: { on: { 'disk.keeping_up': { target: 'keeping_up' } } },
        /** Its code threw: before it is asked again another takes its place. */
        crashed: {
          entry: tell({ type: 'core.storage', storage: undefined }),
          on: {
            'torrent.start': { guard: 'rests', target: 'keeping_up', actions: ['renewStorage', 'introduceStorage'] },
          },
        },
      },
    },
    content,
    life,
    /** Here the guard is asked once an event; at the root, once for each state that the torrent is in. */
    place: { ...place, always: { guard: 'standsOtherwise', actions: 'tellStanding' } },
    /** Pieces are hashed anew, while all that is ours is served and the rest fetched, as ever. */
    recheck: {
      initial: 'idle',
      states: {
        idle: { on: { 'recheck.began': { target: 'hashing' } } },
        hashing: { on: { 'recheck.over': { target: 'idle' } } },
      },
    },
    closing,
    /** Whether trackers are being told that we leave. */
    trackers: {
      initial: 'settled',
      states: {
        settled: { on: { 'trackers.leaving': { target: 'leaving' } } },
        leaving: {
          after: { leaving: { target: 'settled' } },
          on: { 'trackers.left': { target: 'settled' } },
        },
      },
    },
  },
})

/**
 * One torrent: the parent of its peers, core, storage, listener, ticker and extensions. Its regions say how it stands; what every block
 * and message changes is with the core, which tells it what changes a state.
 */
export const torrentMachine = restorable(chart, torrentPersistence)
