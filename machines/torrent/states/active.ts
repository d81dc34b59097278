import { fromEvent } from '../../from-event.ts'
import { dialing, telling } from './pacing.ts'
import { torrentSetup } from './setup.ts'
import { noteError, passOn, run, tell } from './steps.ts'
import { unchoking } from './unchoking.ts'

/** Where peers reach us. */
const listening = torrentSetup.createStateConfig({
  initial: 'unreachable',
  states: {
    unreachable: { always: { guard: 'isListenedFor', target: 'reachable', actions: 'emitAllListening' } },
    reachable: {},
  },
  on: {
    'listener.listening': {
      target: '.reachable',
      actions: [fromEvent('noteListening'), passOn, fromEvent('emitListening')],
    },
  },
})

/** When the resume data is saved next. */
const saving = torrentSetup.createStateConfig({
  initial: 'idle',
  states: {
    idle: { on: { 'save.next': { target: 'waiting' } } },
    waiting: {
      // Here, and not at the region: entered anew, that would take its neighbours with it.
      on: { 'save.next': { target: 'waiting', reenter: true } },
      after: { untilSave: { target: 'idle', actions: tell({ type: 'core.save', isLast: false }) } },
    },
  },
})

/** Connected: peers are dialled and accepted, blocks fetched and served. */
export const active = torrentSetup.createStateConfig({
  type: 'parallel',
  invoke: [
    { src: 'listener', id: 'listener', input: ({ context }) => ({ address: context.listen }) },
    { src: 'ticker', id: 'ticker', input: ({ context }) => ({ owner: context.core }) },
  ],
  entry: run,
  on: {
    'torrent.pause': [
      { guard: 'isChecking', target: 'checking.to_pause', actions: tell({ type: 'core.close_peers' }) },
      { target: 'paused' },
    ],
    'torrent.stop': { target: 'stopping' },
    'torrent.recheck': [
      { guard: 'isChecking', actions: 'checkDiskAnew' },
      { guard: 'knowsMetadata', actions: tell({ type: 'core.recheck' }) },
    ],
    'torrent.take_peer': { actions: passOn },
    'listener.failed': { target: 'failed', actions: noteError },
    'listener.unbound': { actions: fromEvent('emitUnbound') },
    /** What is on disk is hashed while the connections wait; they go on with what verifies. */
    'content.known': { actions: 'checkDisk' },
  },
  states: { listening, unchoking, dialing, telling, saving },
})
