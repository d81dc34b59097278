import { lookInto, requireMade } from '../deciding.ts'
import { fromEvent } from '../from-event.ts'
import { unrestorable } from '../persistence/unrestorable.ts'
import { Blacklist } from '../torrent/trust/blacklist.ts'
import { Guests } from './guests.ts'
import { sessionSetup } from './setup.ts'

/** The core hears the event as it is. */
const passOn = fromEvent('tellCore')

const listenNowhere = { type: 'tellCore', params: { type: 'core.listen_nowhere' } } as const

const noteError = fromEvent('noteError')

const failed = { target: '.failed', actions: noteError } as const

const chart = sessionSetup.createMachine({
  id: 'session',
  context: ({ input, self, spawn }) => {
    const core = spawn('core', { id: 'core', input: { ...input, chart: self } })
    requireMade(core)
    return { core, listen: input.listen, error: undefined }
  },
  initial: 'stopped',
  on: {
    'session.add_torrent': { actions: passOn },
    'session.remove_torrent': { actions: passOn },
    'session.torrent_ended': { actions: passOn },
    'session.emitted': { actions: fromEvent('emitNews') },
    'swarm.group': [
      {
        guard: fromEvent('isNewGroup'),
        actions: [fromEvent('openGroup'), fromEvent('tellGroup')],
      },
      { actions: fromEvent('tellGroup') },
    ],
    /** It was accepted while the session stopped listening. */
    'listener.accepted': { actions: fromEvent('refuse') },
    'listener.refuse': { actions: fromEvent('refuse') },
    /** Their code threw: a defect, but what is connected stays so. Without its core no session is left: its actor is in error. */
    'xstate.error.actor.listener': failed,
    'xstate.error.actor.ticker': failed,
    'xstate.error.actor.group.*': failed,
  },
  states: {
    stopped: { on: { 'session.start': { target: 'running' } } },
    running: {
      initial: 'binding',
      invoke: [
        { src: 'listener', id: 'listener', input: ({ context }) => ({ address: context.listen }) },
        { src: 'ticker', id: 'ticker', input: ({ context }) => ({ owner: context.core }) },
      ],
      exit: { type: 'tellCore', params: { type: 'core.unreachable' } },
      on: {
        'session.stop': { target: 'stopping' },
        'listener.failed': { target: 'failed', actions: noteError },
        'listener.unbound': { actions: fromEvent('emitUnbound') },
      },
      states: {
        /** The system has yet to give us the address. */
        binding: {
          always: { guard: 'listensNowhere', target: 'dialling_only' },
          on: { 'listener.listening': { target: 'listening', actions: passOn } },
        },
        listening: { on: { 'listener.accepted': { actions: passOn }, 'listener.listening': { actions: passOn } } },
        /** No address was given: the torrents find peers by dialling alone. */
        dialling_only: {},
      },
    },
    /** Nobody comes in any more. Guests say their last words; the adopted wait until their torrents end them. */
    stopping: {
      entry: { type: 'tellCore', params: { type: 'core.close_guests' } },
      on: { 'session.emptied': { target: 'stopped' } },
    },
    /** The address to listen on could not be had. The torrents go on without. */
    failed: {
      entry: [listenNowhere, 'emitFailed'],
      on: {
        'session.add_torrent': { actions: [passOn, listenNowhere] },
        'session.start': { target: 'running' },
        'session.stop': { target: 'stopping' },
      },
    },
  },
})

/**
 * Many torrents behind one listener. A connection that comes in is a guest until its handshake names a torrent, which is told to
 * take it (`torrent.take_peer`) or is not there. The actor of an adopted peer stays here; its torrent hears its news, and says
 * when it may be stopped. Guests and torrents are with the core, which tells the chart what changes a state.
 */
export const sessionMachine = unrestorable(chart, {
  what: 'a session',
  isAlive({ core }) {
    const held = lookInto(core)
    return held?.blacklist instanceof Blacklist && held.guests instanceof Guests
  },
})
