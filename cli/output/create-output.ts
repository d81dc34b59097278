import type { Clock } from '../../transport/clock.ts'
import { createJsonOutput } from './json.ts'
import type { Output, Streams } from './output.ts'
import { createPlainOutput } from './plain.ts'
import { createTerminalOutput } from './terminal.ts'

/**
 * The output that fits what the command line asks for: JSON lines with `--json`, else progress bars on a terminal, plain lines on a pipe. With
 * `--stdout` standard output is that of a file of a torrent, and all else goes to standard error.
 */
export function createOutput({ stdout, stderr }: Streams, clock: Clock, argv: readonly string[]): Output {
  if (argv.includes('--json')) return createJsonOutput(stdout, clock)
  const told = argv.some((word) => word === '--stdout' || word.startsWith('--stdout=')) ? stderr : stdout
  const streams = { stdout: told, stderr }
  return told.isTTY === true ? createTerminalOutput(streams) : createPlainOutput(streams, clock)
}
