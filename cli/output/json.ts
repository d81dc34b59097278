import type { Writable } from 'node:stream'
import type { Clock } from '../../transport/clock.ts'
import type { StalledReason } from './events.ts'
import type { Output } from './output.ts'

/** `--json`: an object a line, each with `event` and `time` (whole milliseconds since this call), and nothing else. */
export function createJsonOutput(stdout: Writable, clock: Clock): Output {
  const start = clock.now()
  const sinceStart = (at: number) => Math.round(at - start)
  const counted = (reason: StalledReason) => ({ ...reason, since: sinceStart(reason.since) })
  return {
    event(told) {
      const { event, ...fields } = told.event === 'stalled' ? { ...told, reasons: told.reasons.map(counted) } : told
      stdout.write(`${JSON.stringify({ event, time: sinceStart(clock.now()), ...fields })}\n`)
    },
    standings() {},
    table() {},
    brokenOff() {},
    close() {},
  }
}
