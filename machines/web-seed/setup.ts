import { type AnyActorRef, assign, type EventObject, fromCallback, sendTo, setup } from 'xstate'
import type { Connection } from '../../transport/transport.ts'
import { isFinal, type WebSeedFailure } from '../../transport/web-seed/failure.ts'
import { missingIn } from '../provided.ts'
import { backOffOf } from './delays.ts'
import type { WebSeedContext, WebSeedEnd, WebSeedEvent, WebSeedInput, WebSeedNews } from './events.ts'

const missing = missingIn('webSeedMachine')

/** What one connection is made from. */
export interface WebSeedLinkInput {
  readonly url: string
  /** Files that it has not, by their numbers. */
  readonly without: readonly number[]
}

/** What has ended it, and when. */
export interface Closed {
  readonly end: WebSeedEnd
  readonly why: string
  readonly at: number
}

/** What went wrong, and when. */
export interface Failed {
  readonly failure: WebSeedFailure
  readonly at: number
}

const failedWith = (context: WebSeedContext, { at, failure }: Failed) => {
  const { file } = failure
  const failures = context.failures + 1
  const without = file === undefined || context.without.includes(file) ? context.without : [...context.without, file]
  return { without, failure, failures, dueAt: isFinal(failure) ? undefined : at + backOffOf({ failure, failures }) }
}

/** The types of a web seed's chart, its actor, guards, delays and actions by name. */
export const webSeedSetup = setup({
  types: { context: {} as WebSeedContext, events: {} as WebSeedEvent, input: {} as WebSeedInput },
  actors: {
    link: fromCallback<EventObject, WebSeedLinkInput>(() => missing('actors', 'link')),
  },
  guards: {
    isFinal: (_, { failure }: Failed) => isFinal(failure),
    isBan: (_, { end }: Closed) => end === 'banned',
    isWish: (_, { end }: Closed) => end === 'requested',
    isFailure: (_, { end }: Closed) => end === 'failed',
  },
  delays: {
    backOff: ({ context }) => backOffOf(context),
  },
  actions: {
    introduce: sendTo(
      ({ context }) => context.owner,
      ({ context: { webSeed }, self }): WebSeedNews => ({
        type: 'web_seed.started',
        webSeed,
        ref: self as AnyActorRef,
      }),
    ),
    tellMade: sendTo(
      ({ context }) => context.owner,
      ({ context: { webSeed } }, { connection }: { connection: Connection }): WebSeedNews => ({
        type: 'web_seed.made',
        webSeed,
        connection,
      }),
    ),
    noteServing: assign({ failure: undefined, failures: 0 }),
    tellServing: sendTo(
      ({ context }) => context.owner,
      ({ context: { webSeed } }): WebSeedNews => ({ type: 'web_seed.served', webSeed }),
    ),
    noteFailure: assign(({ context }, failed: Failed) => failedWith(context, failed)),
    noteEnd: assign(({ context }, { at, why }: Closed) =>
      failedWith(context, { failure: { fault: 'unreachable', message: why }, at }),
    ),
    noteFinalEnd: assign((_, { why }: Closed) => ({
      failure: { fault: 'refused' as const, message: why },
      dueAt: undefined,
    })),
    tellFailed: sendTo(
      ({ context }) => context.owner,
      ({ context: { dueAt, webSeed } }): WebSeedNews => ({
        type: 'web_seed.failed',
        webSeed,
        isFinal: dueAt === undefined,
      }),
    ),
    tellBanned: sendTo(
      ({ context }) => context.owner,
      ({ context: { webSeed } }): WebSeedNews => ({ type: 'web_seed.banned', webSeed }),
    ),
    noteDue: assign({ dueAt: undefined }),
    tellDue: sendTo(
      ({ context }) => context.owner,
      ({ context: { webSeed } }): WebSeedNews => ({ type: 'web_seed.due', webSeed }),
    ),
  },
})
