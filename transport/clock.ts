import { TurnClock } from './turn-clock.ts'

/** Time, injected everywhere: also what XState's `createActor(machine, { clock })` takes. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number
  // biome-ignore lint/suspicious/noExplicitAny: XState's Clock declares the handle as any, and this is assignable to it.
  setTimeout(run: () => void, ms: number): any
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  clearTimeout(handle: any): void
}

const turns = new TurnClock({
  now: () => performance.now(),
  setTimeout,
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  setImmediate: (run) => setImmediate(run),
})

/**
 * The machine's monotonic clock. Its timers keep the process alive: a torrent that runs has one, also while a limit keeps it from
 * reading, or between two dials, when no socket would. However many are due, the process has time for everything else in between. A
 * plain object, so that a copy with one method of one's own is a clock too.
 */
export const systemClock: Clock = {
  now: () => turns.now(),
  setTimeout: (run, ms) => turns.setTimeout(run, ms),
  clearTimeout: (handle) => turns.clearTimeout(handle),
}
