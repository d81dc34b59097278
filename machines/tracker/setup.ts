import { type AnyActorRef, assign, type EventObject, fromCallback, sendTo, setup } from 'xstate'
import type { AnnounceEvent, TrackerFailure } from '../../transport/tracker/announce.ts'
import type { Address } from '../../transport/transport.ts'
import { missingIn } from '../provided.ts'
import { backOffOf, intervalOf, pauseOf, portPauseOf, trackerDelays } from './delays.ts'
import type { AnnounceNews, Standing, TrackerContext, TrackerEvent, TrackerInput, TrackerNews } from './events.ts'

const missing = missingIn('trackerMachine')

/** What one announce is made from. */
export interface AnnounceInput {
  readonly url: string
  readonly standing: Standing
  readonly event: AnnounceEvent | undefined
  readonly trackerId: Uint8Array | undefined
}

/** What is to be said to a tracker: that we begin, where it does not know of us; that we have everything, where it does not know that. */
export function eventFor(
  { isKnown, knowsAll }: Pick<TrackerContext, 'isKnown' | 'knowsAll'>,
  { hasCompleted }: Pick<Standing, 'hasCompleted'>,
): AnnounceEvent | undefined {
  if (!isKnown) return 'started'
  return hasCompleted && !knowsAll ? 'completed' : undefined
}

type Answered = Extract<AnnounceNews, { type: 'announce.answered' }>
type Failed = Extract<AnnounceNews, { type: 'announce.failed' }>

/** The failure of a tracker from which nothing has come. */
const silence: TrackerFailure = {
  fault: 'silent',
  message: `it has not answered within ${trackerDelays.answerMs / 1_000} s`,
}

/** What changes when it has failed. */
const failedWith = (context: TrackerContext, failure: TrackerFailure) => {
  const failures = context.failures + 1
  const at = context.standing?.at
  const dueAt = at === undefined || failure.retryIn === 'never' ? undefined : at + backOffOf({ failure, failures })
  return { failure, failures, dueAt }
}

/** The types of a tracker's chart, its actor, guards, delays and actions by name. */
export const trackerSetup = setup({
  types: { context: {} as TrackerContext, events: {} as TrackerEvent, input: {} as TrackerInput },
  actors: {
    announce: fromCallback<EventObject, AnnounceInput>(() => missing('actors', 'announce')),
  },
  guards: {
    /** It knows of us: it has answered since we began. */
    isKnown: ({ context }) => context.isKnown,
    /** It is being told that we have everything: others count that. */
    isCompleting: ({ context }) => context.event === 'completed',
    /** It wants to be asked again, or has something to learn. */
    mayAsk: ({ context }, { standing }: { standing: Standing }) => {
      if (eventFor(context, standing) !== undefined) return true
      const pause = context.standing?.port === standing.port ? pauseOf(context) : portPauseOf(context)
      return standing.at >= (context.answeredAt ?? 0) + pause
    },
    /** It never wants to be asked again (BEP 31). */
    isFinal: (_, { failure }: { failure: TrackerFailure }) => failure.retryIn === 'never',
  },
  delays: {
    answer: trackerDelays.answerMs,
    interval: ({ context }) => intervalOf(context),
    backOff: ({ context }) => backOffOf(context),
    leaving: trackerDelays.leavingMs,
  },
  actions: {
    introduce: sendTo(
      ({ context }) => context.owner,
      ({ context, self }): TrackerNews => ({
        type: 'tracker.started',
        tracker: context.tracker,
        ref: self as AnyActorRef,
      }),
    ),
    note: assign(({ context }, { standing }: { standing: Standing }) => ({
      standing,
      event: eventFor(context, standing),
      dueAt: undefined,
    })),
    noteLeaving: assign((_, { standing }: { standing: Standing }) => ({ standing, dueAt: undefined })),
    tellAsked: sendTo(
      ({ context }) => context.owner,
      ({ context: { event, tracker } }): TrackerNews => ({ type: 'tracker.asked', tracker, event }),
    ),
    tellFound: sendTo(
      ({ context }) => context.owner,
      ({ context: { tracker } }, { peers }: { peers: readonly Address[] }): TrackerNews => ({
        type: 'tracker.found',
        tracker,
        peers,
      }),
    ),
    noteAnswer: assign(({ context }, { answer, at }: Answered) => {
      const { peers, ...rest } = answer
      const { event, knowsAll, standing, trackerId } = context
      return {
        answer: rest,
        answeredAt: at,
        peers: peers.length,
        trackerId: rest.trackerId ?? trackerId,
        isKnown: true,
        knowsAll: knowsAll || event === 'completed' || (event === 'started' && standing?.left === 0),
        failure: undefined,
        failures: 0,
        dueAt: at + intervalOf({ answer: rest }),
      }
    }),
    tellAnswered: sendTo(
      ({ context }) => context.owner,
      ({ context: { tracker } }, { answer }: Answered): TrackerNews => ({ type: 'tracker.answered', tracker, answer }),
    ),
    noteFailure: assign(({ context }, { failure }: Failed) => failedWith(context, failure)),
    noteSilence: assign(({ context }) => failedWith(context, silence)),
    tellFailed: sendTo(
      ({ context }) => context.owner,
      ({ context: { failure = silence, tracker } }): TrackerNews => ({ type: 'tracker.failed', tracker, failure }),
    ),
    tellDue: sendTo(
      ({ context }) => context.owner,
      ({ context: { tracker } }): TrackerNews => ({ type: 'tracker.due', tracker }),
    ),
    forgetDue: assign({ dueAt: undefined }),
    forget: assign({ isKnown: false, event: undefined, dueAt: undefined, failures: 0 }),
    tellLeft: sendTo(
      ({ context }) => context.owner,
      ({ context: { tracker } }): TrackerNews => ({ type: 'tracker.left', tracker }),
    ),
  },
})
