import type { EventFromLogic, InputFrom, SnapshotFrom } from 'xstate'
import { trackerDelays } from '../../machines/tracker/delays.ts'
import type { Standing } from '../../machines/tracker/events.ts'
import { trackerMachine } from '../../machines/tracker/tracker.ts'
import { delaysAsEvents } from '../model/delays-as-events.ts'
import type { Invariant } from '../model/explore.ts'
import { nobody } from '../model/nobody.ts'
import { createTraversal, type Traversal } from '../model/traversal.ts'

/** The chart of a tracker as it is explored: its delays are events, and nobody is asked. */
export const trackerModel = delaysAsEvents(trackerMachine)

/** Its type. */
export type TrackerModel = typeof trackerModel
/** A snapshot of it. */
export type TrackerModelSnapshot = SnapshotFrom<TrackerModel>
/** An event of it. */
export type TrackerModelEvent = EventFromLogic<TrackerModel>

/** The one way a tracker begins. */
export const trackerInputs = {
  'not asked yet': { owner: nobody, tracker: 0, url: 'http://tracker.example/announce' },
} as const satisfies Record<string, InputFrom<TrackerModel>>

const standing: Standing = {
  infoHash: '11'.repeat(20),
  peerId: '22'.repeat(20),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 100,
  key: 1,
  encryption: 'preferred',
  hasCompleted: false,
  at: 0,
}
const failure = { fault: 'unreachable', message: 'nothing listens there' } as const

/** Events of a tracker's chart by what says them, one a payload case. */
export const trackerEvents = {
  torrent: [
    { type: 'tracker.announce', standing },
    { type: 'tracker.announce', standing: { ...standing, left: 0 } },
    { type: 'tracker.announce', standing: { ...standing, left: 0, hasCompleted: true } },
    { type: 'tracker.announce', standing: { ...standing, at: trackerDelays.intervalMinMs - 1 } },
    { type: 'tracker.announce', standing: { ...standing, port: 6882, at: trackerDelays.intervalMinMs } },
    { type: 'tracker.announce', standing: { ...standing, at: trackerDelays.intervalMaxMs } },
    { type: 'tracker.stop', standing },
  ],
  announce: [
    { type: 'announce.found', peers: [{ host: '192.0.2.1', port: 1 }] },
    { type: 'announce.answered', answer: { peers: [], interval: 900 }, at: 0 },
    { type: 'announce.answered', answer: { peers: [], interval: 0, minInterval: 1e9 }, at: 0 },
    { type: 'announce.failed', failure, at: 0 },
    { type: 'announce.failed', failure: { ...failure, fault: 'refused', retryIn: 1e9 }, at: 0 },
    { type: 'announce.failed', failure: { ...failure, fault: 'refused', retryIn: 'never' }, at: 0 },
  ],
  time: [{ type: 'after.answer' }, { type: 'after.interval' }, { type: 'after.backOff' }, { type: 'after.leaving' }],
} as const satisfies Record<string, readonly TrackerModelEvent[]>

const isAsked = ({ value }: TrackerModelSnapshot): boolean => typeof value === 'object'

/** What holds in every state of a tracker. */
export const trackerInvariants: Readonly<Record<string, Invariant<TrackerModel>>> = {
  'nothing is said to a tracker before it is known what': {
    source: 'design',
    holds: (snapshot) =>
      !(isAsked(snapshot) || snapshot.value === 'stopping') || snapshot.context.standing !== undefined,
  },
  'only a tracker that knows of us is told that we leave': {
    source: 'BEP 3',
    holds: ({ value, context }) => value !== 'stopping' || context.isKnown,
  },
  'a tracker that does not know of us is told that we begin': {
    source: 'BEP 3',
    holds: (snapshot) => !isAsked(snapshot) || (snapshot.context.event === 'started') === !snapshot.context.isKnown,
  },
  'it is told once that everything is there': {
    source: 'BEP 3',
    holds: (snapshot) => !isAsked(snapshot) || snapshot.context.event !== 'completed' || !snapshot.context.knowsAll,
  },
  'we wait to say that we leave only until it has heard that everything is there': {
    source: 'BEP 3',
    holds: (snapshot) => !snapshot.matches({ announcing: 'finishing' }) || snapshot.context.event === 'completed',
  },
  'it is due while it waits, and not while it is asked, refused or left': {
    source: 'BEP 3, BEP 31',
    holds: ({ value, context }) =>
      value === 'idle' || (value === 'waiting' || value === 'backing_off') === (context.dueAt !== undefined),
  },
  'no answer makes us ask each second, or never again': {
    source: 'design',
    holds: ({ value, context: { answeredAt = 0, dueAt = 0 } }) =>
      value !== 'waiting' ||
      (dueAt - answeredAt >= trackerDelays.intervalMinMs && dueAt - answeredAt <= trackerDelays.intervalMaxMs),
  },
  'one that answers has not failed': {
    source: 'design',
    holds: ({ value, context }) => value !== 'waiting' || (context.failure === undefined && context.failures === 0),
  },
  'one that is left is forgotten': {
    source: 'BEP 3',
    holds: ({ value, context }) => value !== 'stopped' || !context.isKnown,
  },
}

/** The value, and the facts that guards read. */
const stateKey = ({ value, context }: TrackerModelSnapshot): string =>
  JSON.stringify([
    value,
    context.isKnown,
    context.knowsAll,
    context.event,
    context.standing?.port,
    context.standing?.left === 0,
    context.answer,
    Math.min(context.failures, 1),
  ])

/** The options by which `explore` and `xstate/graph` walk the chart of a tracker by these events. */
export const trackerTraversal = (
  events: readonly TrackerModelEvent[],
  input: InputFrom<TrackerModel> = trackerInputs['not asked yet'],
): Traversal<TrackerModel> => createTraversal({ input, events, serializeState: stateKey })
