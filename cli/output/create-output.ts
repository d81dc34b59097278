import type { Clock } from '../../transport/clock.ts'
import { createJsonOutput } from './json.ts'
import type { Output, Streams } from './output.ts'
import { createPlainOutput } from './plain.ts'
import { createTerminalOutput } from './terminal.ts'

/** The output that fits: JSON lines if asked for, progress bars on a terminal, plain lines on a pipe. */
export function createOutput(streams: Streams, clock: Clock, json: boolean): Output {
  const { stdout } = streams
  if (json) return createJsonOutput(stdout, clock)
  return stdout.isTTY === true ? createTerminalOutput(streams) : createPlainOutput(streams, clock)
}
