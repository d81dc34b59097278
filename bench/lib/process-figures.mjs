import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Ticks of a second in `/proc`. */
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Processor seconds that a process has taken so far, on Linux. */
export function processorSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name, in brackets, may hold spaces; behind it the 12th and 13th fields are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The most memory that a process has held so far, in bytes, on Linux. */
export const memoryPeak = (pid) =>
  1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

/** The share of a core below which a process counts as idle, over a window of so many milliseconds. */
const idleShare = 0.1
const windowMs = 500

/** The seconds from now until a process has been idle for a window, the window not counted; undefined when it is not in `limitMs`. */
export async function secondsToIdle(pid, limitMs) {
  const startedAt = performance.now()
  while (performance.now() - startedAt < limitMs) {
    const from = performance.now()
    const before = processorSeconds(pid)
    await wait(windowMs)
    if (processorSeconds(pid) - before < (idleShare * windowMs) / 1000) return (from - startedAt) / 1000
  }
  return undefined
}
