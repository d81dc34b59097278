import type { TrackerContext } from './events.ts'

/** Every time of a tracker, in milliseconds. */
export const trackerDelays = {
  /**
   * How long a tracker has to answer. By UDP two packets are repeated after 15 s and then 30 s (BEP 15); libtorrent waits 30 s by HTTP, and
   * as long as this by UDP.
   */
  answerMs: 45_000,
  /** The interval of a tracker that names none (libtorrent). */
  intervalMs: 1_800_000,
  /** Of shorter intervals, and longer ones, these are taken: our own numbers, so that no answer makes us knock each second, or never again. */
  intervalMinMs: 60_000,
  intervalMaxMs: 12 * 3_600_000,
  /** The wait after a failure is `backOffMs` and `backOffGrowthMs` for the square of the failures in a row, an hour at most (libtorrent). */
  backOffMs: 5_000,
  backOffGrowthMs: 12_500,
  backOffMaxMs: 3_600_000,
  /** How long a tracker has to hear that we leave. Our own number: nobody wants to wait longer for the end of a program. */
  leavingMs: 3_000,
} as const

/** How long until a tracker is asked again that has answered. */
export function intervalOf({ answer }: Pick<TrackerContext, 'answer'>): number {
  const { interval, minInterval = 0 } = answer ?? {}
  const wished = interval === undefined ? trackerDelays.intervalMs : interval * 1_000
  return bounded(Math.max(wished, minInterval * 1_000))
}

/** How long until it may be told that we accept connections elsewhere: its own minimum, if it names one. */
export const portPauseOf = ({ answer }: Pick<TrackerContext, 'answer'>): number =>
  bounded((answer?.minInterval ?? 0) * 1_000)

/** How long until it may be asked if something has happened: its own minimum, else its interval. */
export function pauseOf({ answer }: Pick<TrackerContext, 'answer'>): number {
  const { interval, minInterval } = answer ?? {}
  const wished = minInterval ?? interval
  return bounded(wished === undefined ? trackerDelays.intervalMs : wished * 1_000)
}

/** How long until a tracker is asked again that has not answered. */
export function backOffOf({ failure, failures }: Pick<TrackerContext, 'failure' | 'failures'>): number {
  const { backOffGrowthMs, backOffMaxMs, backOffMs } = trackerDelays
  const own = Math.min(backOffMaxMs, backOffMs + backOffGrowthMs * failures ** 2)
  const { retryIn } = failure ?? {}
  return typeof retryIn === 'number' ? bounded(Math.max(own, retryIn * 1_000)) : own
}

const bounded = (ms: number): number => Math.min(trackerDelays.intervalMaxMs, Math.max(trackerDelays.intervalMinMs, ms))
