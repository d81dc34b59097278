import { fromEvent } from '../from-event.ts'
import { unrestorable } from '../persistence/unrestorable.ts'
import { webSeedSetup } from './setup.ts'

const chart = webSeedSetup.createMachine({
  id: 'web_seed',
  context: ({ input }) => ({
    owner: input.owner,
    webSeed: input.webSeed,
    url: input.url,
    failure: undefined,
    failures: 0,
    without: [],
    dueAt: undefined,
  }),
  entry: 'introduce',
  initial: 'idle',
  states: {
    /** It may be asked: its torrent does when something is missing and it has a place for it. */
    idle: { on: { 'web_seed.connect': { target: 'linked' } } },
    /** It has a connection, which to its torrent is that of a peer. */
    linked: {
      invoke: { src: 'link', id: 'link', input: ({ context: { url, without } }) => ({ url, without }) },
      initial: 'connecting',
      on: {
        'link.failed': [
          {
            guard: fromEvent('isFinal'),
            target: 'given_up',
            actions: [fromEvent('noteFailure'), 'tellFailed'],
          },
          { target: 'backing_off', actions: [fromEvent('noteFailure'), 'tellFailed'] },
        ],
        'web_seed.closed': [
          { guard: fromEvent('isBan'), target: 'banned', actions: [fromEvent('noteFinalEnd'), 'tellBanned'] },
          { guard: fromEvent('isWish'), target: 'given_up', actions: [fromEvent('noteFinalEnd'), 'tellFailed'] },
          { guard: fromEvent('isFailure'), target: 'backing_off', actions: [fromEvent('noteEnd'), 'tellFailed'] },
          { target: 'idle' },
        ],
      },
      states: {
        /** It has given nothing on this connection, or drips. */
        connecting: {
          on: {
            'link.made': { actions: fromEvent('tellMade') },
            'link.answered': { target: 'serving', actions: ['noteServing', 'tellServing'] },
          },
        },
        /** It gives parts of files. */
        serving: {},
      },
    },
    /** It has failed, or lacks a file, and is asked again after a wait that grows. */
    backing_off: {
      after: { backOff: { target: 'idle', actions: ['noteDue', 'tellDue'] } },
    },
    /** It has not the files, or does not give parts of them, or its owner closed it: it is not asked again. */
    given_up: {},
    /** It gave corrupt pieces, or its host is banned: it is not asked as long as that is so. */
    banned: { on: { 'web_seed.connect': { target: 'linked' } } },
  },
})

/**
 * How one web seed stands (BEP 19): whether it may be asked, has a connection, or failed, and until when it is left alone. When it is asked
 * the torrent decides; what comes over its connection the chart of a peer judges, to which it is a peer like others.
 */
export const webSeedMachine = unrestorable(chart, {
  what: 'a web seed',
  isAlive: ({ owner }) => typeof owner?.send === 'function',
})
