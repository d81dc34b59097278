import { uptime } from 'node:os'
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { AwakeLoop } from './awake-loop.ts'
import type { Clock } from './clock.ts'
import { TurnClock } from './turn-clock.ts'

const loop = new AwakeLoop({
  now: () => performance.now(),
  setTimeout,
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  unref: (handle) => void (handle as NodeJS.Timeout).unref(),
  setImmediate: (run) => setImmediate(run),
  setBackground: (run, ms) => void setTimeout(run, ms).unref(),
  uptime: () => uptime() * 1000,
})
const turns = new TurnClock(loop)

/**
 * The machine's monotonic clock, without the time in which the process did not run: nobody's time runs out while it is stopped, and
 * how the wall clock is set changes nothing. Its timers keep the process alive: a torrent that runs has one, also while a limit
 * keeps it from reading, or between two dials, when no socket would. However many are due, the process has time for everything
 * else in between. A plain object, so that a copy with one method of one's own is a clock too.
 */
export const systemClock: Clock = {
  now: () => turns.now(),
  slept: () => loop.slept(),
  setTimeout: (run, ms) => turns.setTimeout(run, ms),
  clearTimeout: (handle) => turns.clearTimeout(handle),
  unref: (handle) => turns.unref(handle),
}
