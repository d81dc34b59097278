import { CommanderError } from 'commander'
import { withInspectPort } from './commands/inspect-option.ts'
import type { Io } from './context/context.ts'
import { createOutput } from './output/create-output.ts'
import { printable } from './output/format.ts'
import { hanging } from './output/wrapping.ts'
import { exitCodes, Interruption, signalExitCodes, TellingEnd, untilOverdue, WrongUsage } from './process/exit.ts'
import { explainError } from './process/system-error.ts'
import { createProgram } from './program.ts'

/**
 * Runs the command line `argv` (without interpreter and script) and answers the exit code: 0, 1 for a failure, 2 for wrong
 * usage, 130 after SIGINT, 143 after SIGTERM, 129 after SIGHUP, 141 after a closed pipe. Never throws: an error is one line on standard error, and with
 * `--json` an `error` event too. The first signal stops the torrents in good order, and is answered after `endingMs` even if something
 * hangs; a second one ends the process at once.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  // Looked up before parsing, because mistakes in the arguments are to be reported in the form that was asked for.
  const output = createOutput(io, io.clock, argv)
  const ending = new AbortController()
  const ignoreInterrupts = io.onInterrupt((signal) => {
    const code = signalExitCodes[signal]
    if (!ending.signal.aborted) {
      ending.abort(new Interruption(code))
      return
    }
    output.close()
    io.exit(code)
  })
  // These stay: a closed pipe may report the last writes after this function has settled.
  io.stderr.on('error', () => {})
  io.stdout.on('error', (error: NodeJS.ErrnoException) => {
    ending.abort(error.code === 'EPIPE' ? new Interruption(exitCodes.pipe) : error)
  })

  try {
    const program = createProgram({ api: io.api, clock: io.clock, output, stdout: io.stdout, signal: ending.signal })
    await untilOverdue(program.parseAsync(withInspectPort(argv), { from: 'user' }), ending.signal, io.clock)
    return exitCodes.success
  } catch (error) {
    const { code, message } = verdict(error)
    output.close()
    if (message !== undefined) {
      const { columns = 80, isTTY } = io.stderr
      const line = `peerchart: ${message}`
      io.stderr.write(`${isTTY === true ? hanging(line, columns - 1, 2) : line}\n`)
      output.event({ event: 'error', message })
    }
    return code
  } finally {
    output.close()
    ignoreInterrupts()
  }
}

interface Verdict {
  readonly code: number
  readonly message?: string
}

function verdict(error: unknown): Verdict {
  if (error instanceof Interruption || error instanceof TellingEnd) return { code: error.exitCode }
  if (error instanceof WrongUsage) return { code: exitCodes.usage, message: printable(error.message) }
  if (!(error instanceof CommanderError)) return { code: exitCodes.failure, message: printable(explainError(error)) }
  if (error.exitCode === 0) return { code: exitCodes.success }
  const message =
    error.code === 'commander.help'
      ? 'a command is missing, peerchart --help lists them'
      : printable(error.message.replace(/^error: /, ''))
  return { code: exitCodes.usage, message }
}
