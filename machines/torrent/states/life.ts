import { active } from './active.ts'
import { torrentSetup } from './setup.ts'
import { emitDone, emitNews, noteError, onFailure, rest, tell } from './steps.ts'

/** What was under way when the torrent stopped may still fail: that is noted, and stops nothing. */
const stillToCome = onFailure({ actions: noteError })

/** What is on disk is looked at first, where that is known. */
const start = [{ guard: 'knowsMetadata', target: 'checking', actions: 'checkDisk' }, { target: 'active' }] as const

/** The disk was looked at: how the pieces stand is known, and so is whether everything is there. */
const checkedTo = <Target extends string>(target: Target) =>
  ({
    'pieces.complete': { target, actions: [emitNews, emitDone] },
    'pieces.chosen': { target, actions: [emitNews, emitDone] },
    'pieces.*': { target, actions: emitNews },
  }) as const

/** How the torrent's owner has it: whether it runs. */
export const life = torrentSetup.createStateConfig({
  initial: 'stopped',
  on: {
    ...onFailure({ target: '.failed', actions: noteError } as const),
    'torrent.take_peer': {
      actions: { type: 'refusePeer', params: ({ event }) => ({ ref: event.ref, code: 'stopped' }) },
    },
  },
  states: {
    stopped: {
      entry: rest,
      on: {
        ...stillToCome,
        'torrent.start': start,
      },
    },
    /** The disk is looked at before any peer is dialled. */
    checking: {
      entry: rest,
      initial: 'to_start',
      on: {
        /** Of a session. It is welcome when it comes again. */
        'torrent.take_peer': {
          actions: { type: 'refusePeer', params: ({ event }) => ({ ref: event.ref, code: 'not_ready' }) },
        },
        'torrent.recheck': { actions: 'checkDiskAnew' },
        'torrent.stop': { target: 'stopping' },
      },
      states: {
        to_start: {
          on: { 'torrent.pause': { target: 'to_pause' }, ...checkedTo('#torrent.life.active') },
        },
        /** Paused before the check was over. Of a magnet link there may have been connections: they close meanwhile. */
        to_pause: {
          on: { 'torrent.resume': { target: 'to_start' }, ...checkedTo('#torrent.life.paused') },
        },
      },
    },
    active,
    /** No connection is held; what is verified stays. */
    paused: {
      entry: [rest, tell({ type: 'core.save', isLast: true }), tell({ type: 'core.close_peers' })],
      on: {
        'pieces.complete': { actions: [emitNews, emitDone] },
        'pieces.chosen': { actions: [emitNews, emitDone] },
        'pieces.*': { actions: emitNews },
        /** The metadata had come, and its store was being opened. */
        'content.known': { target: '#torrent.life.checking.to_pause', actions: 'checkDisk' },
        'torrent.resume': { target: 'active' },
        'torrent.recheck': {
          guard: 'knowsMetadata',
          target: '#torrent.life.checking.to_pause',
          actions: 'checkDiskAnew',
        },
        'torrent.stop': { target: 'stopping' },
      },
    },
    /** The last words are flushed. */
    stopping: {
      entry: [rest, tell({ type: 'core.close_peers' })],
      on: {
        ...stillToCome,
        'swarm.emptied': [{ guard: 'keepsResume', target: 'saving' }, { target: 'parting' }],
      },
    },
    /** No connection is left; the resume data is saved, with the pieces whose writes were under way. A save that hangs is given up. */
    saving: {
      entry: tell({ type: 'core.save', isLast: true }),
      after: {
        saving: {
          target: 'parting',
          actions: tell({ type: 'storage.resume_failed', error: new Error('the resume data was not saved in time') }),
        },
      },
      on: { ...stillToCome, 'save.over': { target: 'parting' } },
    },
    /** All is done but that trackers may have yet to hear that we leave. */
    parting: {
      on: stillToCome,
      always: { guard: 'hasLeftTrackers', target: 'stopped' },
    },
    /** The disk, or the address to listen on, failed. Nothing verified is lost; a new start checks again. */
    failed: {
      entry: [rest, tell({ type: 'core.close_peers' }), 'emitFailed'],
      on: {
        'storage.failed': {},
        'metadata.failed': {},
        'torrent.start': start,
        'torrent.stop': { target: 'stopping' },
      },
    },
  },
})
