import type { ErrorActorEvent } from 'xstate'
import { Blacklist } from '../torrent/trust/blacklist.ts'
import { unrestorable } from '../unrestorable.ts'
import { initialContext } from './context.ts'
import { Guests } from './guests.ts'
import { sessionSetup } from './setup.ts'

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

const chart = sessionSetup.createMachine({
  id: 'session',
  context: ({ input, self }) => initialContext(input, self),
  initial: 'stopped',
  on: {
    'session.add_torrent': {
      actions: { type: 'addTorrent', params: ({ event }) => ({ infoHash: event.infoHash, torrent: event.torrent }) },
    },
    'session.remove_torrent': {
      actions: { type: 'removeTorrent', params: ({ event }) => ({ infoHash: event.infoHash }) },
    },
    'session.torrent_ended': { actions: { type: 'cutOrphans', params: ({ event }) => ({ ref: event.ref }) } },
    'listener.accepted': {
      actions: { type: 'turnAway', params: ({ event }) => ({ connection: event.connection }) },
    },
    'timer.tick': { actions: { type: 'noteTime', params: ({ event }) => ({ at: event.at }) } },
    'peer.started': { actions: { type: 'meet', params: ({ event }) => ({ guest: event.peer, ref: event.ref }) } },
    'peer.identified': {
      actions: { type: 'handOver', params: ({ event }) => ({ guest: event.peer, infoHash: event.infoHash }) },
    },
    'peer.closed': {
      actions: [
        { type: 'emitDropped', params: ({ event }) => ({ guest: event.peer, reason: event.reason }) },
        { type: 'forget', params: ({ event }) => ({ guest: event.peer }) },
      ],
    },
    'guest.adopted': { actions: { type: 'noteAdopted', params: ({ event }) => event } },
    'guest.left': { actions: { type: 'forget', params: ({ event }) => ({ guest: event.guest }) } },
    'group.crashed': { actions: { type: 'bury', params: ({ event }) => ({ guest: event.peer, error: event.error }) } },
    /** The code of the listener or the ticker threw: a defect, but what is connected stays so. */
    'xstate.error.actor.*': {
      target: '.failed',
      actions: {
        type: 'noteError',
        params: ({ event }: { event: ErrorActorEvent }) => ({ error: asError(event.error) }),
      },
    },
  },
  states: {
    stopped: { on: { 'session.start': { target: 'running' } } },
    running: {
      initial: 'binding',
      invoke: [
        { src: 'listener', id: 'listener', input: ({ context }) => ({ address: context.listen }) },
        { src: 'ticker', id: 'ticker', input: ({ self }) => ({ owner: self }) },
      ],
      exit: 'forgetAddress',
      on: {
        'session.stop': { target: 'stopping' },
        'listener.failed': {
          target: 'failed',
          actions: { type: 'noteError', params: ({ event }) => ({ error: event.error }) },
        },
      },
      states: {
        /** The system has yet to give us the address. */
        binding: {
          always: { guard: 'listensNowhere', target: 'dialling_only' },
          on: {
            'listener.listening': {
              target: 'listening',
              actions: { type: 'noteListening', params: ({ event }) => ({ address: event.address }) },
            },
          },
        },
        listening: {
          on: {
            'listener.accepted': {
              actions: { type: 'accept', params: ({ event }) => ({ connection: event.connection }) },
            },
          },
        },
        /** No address was given: the torrents find peers by dialling alone. */
        dialling_only: {},
      },
    },
    /** Nobody comes in any more. Guests say their last words; the adopted wait until their torrents end them. */
    stopping: {
      entry: 'closeGuests',
      on: {
        'peer.started': {
          actions: [{ type: 'meet', params: ({ event }) => ({ guest: event.peer, ref: event.ref }) }, 'closeGuests'],
        },
        'session.emptied': { target: 'stopped' },
      },
    },
    /** The address to listen on could not be had. The torrents go on without. */
    failed: {
      entry: 'emitFailed',
      on: { 'session.start': { target: 'running' }, 'session.stop': { target: 'stopping' } },
    },
  },
})

/**
 * Many torrents behind one listener. A connection that comes in is a guest until its handshake names a torrent, which is told to
 * take it (`torrent.take_peer`) or is not there. The actor of an adopted peer stays here; its torrent hears its news, and says
 * when it may be stopped.
 */
export const sessionMachine = unrestorable(chart, {
  what: 'a session',
  isAlive: ({ blacklist, work }) => blacklist instanceof Blacklist && work?.guests instanceof Guests,
})
