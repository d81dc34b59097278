import type { TransportEnd, TransportKind } from '../../../transport/transport.ts'
import { type CloseReason, formatCloseReason } from './close-reason.ts'

/** An attempt that came to nothing. */
export interface FailedAttempt {
  readonly kind: TransportKind
  readonly end: TransportEnd
}

/**
 * How far a dial by several transports is. Its first attempt has the way to itself for `delays.attemptMs`, or until it fails; then the next
 * transport is tried beside it. The first that opens carries the connection, and what else is under way is given up. Each transport is tried
 * once, so that a dial has as many attempts as there are transports, and no more. A refusal bounds what is left by `delays.remainingMs`.
 */
export interface DialFacts {
  /** By which transports we dial, in that order; of a connection that was there already, what carries it. */
  readonly ways: readonly TransportKind[]
  /** How many of them were tried. */
  readonly tried: number
  readonly failedAttempts: readonly FailedAttempt[]
}

/** No attempt has failed: one list for all peers. */
export const noFailures: readonly FailedAttempt[] = []

/** Transports by which an attempt is under way, in the order in which they began. */
export const attemptsUnderWay = ({ ways, tried, failedAttempts }: DialFacts): readonly TransportKind[] =>
  ways.slice(0, tried).filter((kind) => !failedAttempts.some((failed) => failed.kind === kind))

/** How many attempts are under way, or are to come: for so many sockets a dial needs room until it has opened. */
export const attemptsLeft = ({ ways, failedAttempts }: Pick<DialFacts, 'ways' | 'failedAttempts'>): number =>
  ways.length - failedAttempts.length

/** Whether the attempt by a transport is the only one under way. */
export const isOnlyAttempt = (facts: DialFacts, kind: TransportKind): boolean =>
  attemptsUnderWay(facts).every((other) => other === kind)

/** The attempts of a dial by several transports as one line; undefined for one that has no choice. */
export function describeDial(facts: DialFacts, attemptMs: number): string | undefined {
  const { ways, tried, failedAttempts } = facts
  if (ways.length < 2) return undefined
  const underWay = attemptsUnderWay(facts)
  const [next] = ways.slice(tried)
  return [
    ...failedAttempts.map(describeFailure),
    ...(underWay.length > 0 ? [`dialling by ${underWay.join(' and ')}`] : []),
    ...(next === undefined ? [] : [`${next} follows within ${attemptMs} ms`]),
  ].join(', ')
}

/**
 * Why a dial whose attempts have all failed did: as the last of them that dialled at all. Of several its `detail` says how each ended.
 */
export function whyDialFailed({ ways, failedAttempts }: DialFacts): CloseReason {
  const tried = failedAttempts.filter(({ end }) => end.code !== 'no_descriptor')
  const { end } = tried.at(-1) ?? failedAttempts.at(-1) ?? { end: { code: 'error' as const } }
  if (ways.length < 2) return { source: 'transport', ...end }
  return { source: 'transport', code: end.code, detail: failedAttempts.map(describeFailure).join(', ') }
}

/** Why a dial is given up that nobody answered in time. Of several attempts its `detail` says what became of each. */
export function whyDialTimedOut(facts: DialFacts): CloseReason {
  const { ways, failedAttempts } = facts
  if (ways.length < 2) return { source: 'timeout', code: 'connect' }
  const silent = attemptsUnderWay(facts).map((kind) => `no answer by ${kind}`)
  return { source: 'timeout', code: 'connect', detail: [...failedAttempts.map(describeFailure), ...silent].join(', ') }
}

/** Why a connection has ended, as `source.code`; of a dial by several transports of which none opened, with what became of each. */
export function describeEnd({ failedAttempts, ways }: DialFacts, reason: CloseReason): string {
  const isOfDial = reason.code === 'connect' || failedAttempts.length === ways.length
  const detail = 'detail' in reason && ways.length > 1 && isOfDial ? reason.detail : undefined
  return detail === undefined ? formatCloseReason(reason) : `${formatCloseReason(reason)}: ${detail}`
}

const describeFailure = ({ kind, end: { code } }: FailedAttempt): string => `${code} by ${kind}`
