import type { TransportKind } from '../../transport/transport.ts'
import { formatCloseReason } from './vocabulary/close-reason.ts'
import { attemptsUnderWay } from './vocabulary/dial.ts'
import type { PeerView } from './vocabulary/events.ts'

/** An attempt of a dial that came to nothing: `reason` is `source.code`, as in `transport.refused` or `timeout.connect`. */
export interface AttemptSummary {
  readonly transport: TransportKind
  readonly reason: string
}

/**
 * What came to nothing of a dial by several transports, in that order: what has failed so far, or had before another one opened; of a dial
 * that is over without a connection every attempt. Nothing of what another attempt has overtaken, and of a connection that has ended.
 */
export function failedAttemptsOf({ context, value }: PeerView): readonly AttemptSummary[] {
  const { closeReason, failedAttempts, ways } = context
  if (ways.length < 2) return []
  const failed = failedAttempts.map(({ kind, end }) => ({ transport: kind, reason: `transport.${end.code}` }))
  if (!closeReason) return failed
  if (value.encryption !== 'undecided') return []
  const unanswered = formatCloseReason(closeReason)
  return [...failed, ...attemptsUnderWay(context).map((transport) => ({ transport, reason: unanswered }))]
}

/** Attempts that came to nothing, as one line. */
export const formatAttempts = (attempts: readonly AttemptSummary[]): string =>
  attempts.map(({ transport, reason }) => `${transport}: ${reason}`).join(', ')
