import { assign, enqueueActions } from 'xstate'
import type { TransportKind } from '../../../transport/transport.ts'
import type { PeerContext } from '../vocabulary/context.ts'
import { type FailedAttempt, isOnlyAttempt } from '../vocabulary/dial.ts'
import { peerVocabulary } from './vocabulary.ts'

/** How a connection comes to stand: attempts by one transport after another, until one opens. */
export const diallingSetup = peerVocabulary.extend({
  guards: {
    /** A transport is left that was not tried. */
    hasMoreToTry: ({ context }) => context.tried < context.ways.length,
    /** With this attempt none is under way any more. */
    isOnlyAttempt: ({ context }, { kind }: { kind: TransportKind }) => isOnlyAttempt(context, kind),
  },
  actions: {
    /** The next transport is tried, beside what is under way. */
    tryNext: enqueueActions(({ context: { transport, tried, ways }, enqueue }) => {
      const kind = ways[tried]
      if (kind === undefined) return
      enqueue.assign({ tried: tried + 1 })
      enqueue.sendTo(transport, { type: 'link.dial', kind })
    }),
    /** A refusal is told besides. */
    noteFailure: enqueueActions(({ context, enqueue }, { kind, end }: FailedAttempt) => {
      enqueue.assign({ failedAttempts: [...context.failedAttempts, { kind, end }] })
      if (end.code === 'refused') enqueue.raise({ type: 'dial.refused' })
    }),
    /** `kind`: what carries it; absent: as was known. */
    noteOpened: assign(
      ({ context }, { at = context.now, kind = context.link.kind }: { at?: number; kind?: TransportKind }) => ({
        now: at,
        since: { ...context.since, handshake: at },
        link: linkBy(context, kind),
      }),
    ),
  },
})

const linkBy = ({ link }: PeerContext, kind: TransportKind): PeerContext['link'] =>
  link.kind === kind ? link : { ...link, kind }
