import type { Writable } from 'node:stream'
import type { Clock } from '../../transport/clock.ts'
import type { Output } from './output.ts'

/** `--json`: an object a line, each with `event` and `time` (whole milliseconds since this call), and nothing else. */
export function createJsonOutput(stdout: Writable, clock: Clock): Output {
  const start = clock.now()
  return {
    event({ event, ...fields }) {
      stdout.write(`${JSON.stringify({ event, time: Math.round(clock.now() - start), ...fields })}\n`)
    },
    standings() {},
    table() {},
    close() {},
  }
}
