import { fromEvent } from '../from-event.ts'
import { unrestorable } from '../persistence/unrestorable.ts'
import type { TrackerContext } from './events.ts'
import { type AnnounceInput, trackerSetup } from './setup.ts'

const begin = { target: '#tracker.announcing', actions: fromEvent('note') } as const

const sayThatWeLeave = { target: '#tracker.stopping', actions: fromEvent('noteLeaving') } as const

/** One that knows of us is told that we leave; one that does not need not be. */
const leave = [{ ...sayThatWeLeave, guard: 'isKnown' }, { target: '#tracker.stopped' }] as const

const answered = [fromEvent('noteAnswer'), fromEvent('tellAnswered')] as const

const failed = [fromEvent('noteFailure'), 'tellFailed'] as const

/** What an announce is made from; without a standing none is made. */
const said = ({ context }: { context: TrackerContext }): AnnounceInput => {
  const { event, standing, trackerId, url } = context
  if (!standing) throw new TypeError('a tracker is asked before it was said what for')
  return { url, standing, event, trackerId }
}

const chart = trackerSetup.createMachine({
  id: 'tracker',
  context: ({ input }) => ({
    owner: input.owner,
    tracker: input.tracker,
    url: input.url,
    isKnown: false,
    knowsAll: false,
    standing: undefined,
    event: undefined,
    answer: undefined,
    answeredAt: undefined,
    peers: 0,
    trackerId: undefined,
    failure: undefined,
    failures: 0,
    dueAt: undefined,
  }),
  entry: 'introduce',
  initial: 'idle',
  states: {
    /** It may be asked: its torrent does, or asks another of its tier. */
    idle: { on: { 'tracker.announce': begin, 'tracker.stop': leave } },
    announcing: {
      entry: 'tellAsked',
      invoke: { src: 'announce', id: 'announce', input: said },
      initial: 'asking',
      on: { 'announce.found': { actions: fromEvent('tellFound') } },
      states: {
        asking: {
          after: { answer: { target: '#tracker.backing_off', actions: ['noteSilence', 'tellFailed'] } },
          on: {
            'announce.answered': { target: '#tracker.waiting', actions: answered },
            'announce.failed': [
              { guard: fromEvent('isFinal'), target: '#tracker.refused', actions: failed },
              { target: '#tracker.backing_off', actions: failed },
            ],
            'tracker.stop': [
              { guard: 'isCompleting', target: 'finishing', actions: fromEvent('noteLeaving') },
              ...leave,
            ],
          },
        },
        /** We leave, but first it is to hear that we have everything. */
        finishing: {
          after: { leaving: { target: '#tracker.stopped' } },
          on: {
            'announce.answered': { target: '#tracker.stopping', actions: [...answered, 'forgetDue'] },
            'announce.failed': { target: '#tracker.stopping' },
          },
        },
      },
    },
    /** It has answered, and is asked again after its interval (BEP 3); sooner if it is to learn something. */
    waiting: {
      after: { interval: { target: 'idle', actions: 'tellDue' } },
      on: {
        'tracker.announce': { ...begin, guard: fromEvent('mayAsk') },
        'tracker.stop': sayThatWeLeave,
      },
    },
    /** It has not answered, and is asked again after a wait that grows. */
    backing_off: {
      after: { backOff: { target: 'idle', actions: 'tellDue' } },
      on: { 'tracker.stop': leave },
    },
    /** It says that it is never to be asked again (BEP 31). */
    refused: { on: { 'tracker.stop': leave } },
    /** It is told that we leave, and has a while to hear it. */
    stopping: {
      invoke: { src: 'announce', id: 'leave', input: (given) => ({ ...said(given), event: 'stopped' }) },
      after: { leaving: { target: 'stopped' } },
      on: { 'announce.answered': { target: 'stopped' }, 'announce.failed': { target: 'stopped' } },
    },
    /** Nothing is asked of it until the torrent runs again. */
    stopped: {
      entry: ['forget', 'tellLeft'],
      on: { 'tracker.announce': begin },
    },
  },
})

/**
 * How one tracker stands (BEP 3, BEP 15): whether it may be asked, is asked, was asked, or could not be. Which of a torrent's trackers is
 * asked next, the torrent decides (BEP 12), and says what is to be told; what an event it is told of, is decided here.
 */
export const trackerMachine = unrestorable(chart, {
  what: 'a tracker',
  isAlive: ({ owner }) => typeof owner?.send === 'function',
})
