import { CommanderError } from 'commander'
import { withInspectPort } from './commands/inspect-option.ts'
import type { Io } from './context/context.ts'
import { createOutput } from './output/create-output.ts'
import { printable } from './output/format.ts'
import type { StandardStream } from './output/standard-stream.ts'
import { hanging } from './output/wrapping.ts'
import {
  exitCodes,
  Interruption,
  signalExitCodes,
  TellingEnd,
  untilAborted,
  untilOverdue,
  WrongUsage,
} from './process/exit.ts'
import { explainError } from './process/system-error.ts'
import { createProgram } from './program.ts'

/**
 * Runs the command line `argv` (without interpreter and script) and answers the exit code: 0, 1 for a failure, 2 for wrong
 * usage, 130 after SIGINT, 143 after SIGTERM, 129 after SIGHUP, 141 after a closed pipe. Never throws: an error is one line on standard error, and with
 * `--json` an `error` event too. Whatever the command has told counts when standard output has taken it: what is lost on a full disk is a failure, unless a signal came before. The first signal stops the torrents in good order, and is answered after `endingMs` even if something
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
  let lost: Error | undefined
  const lose = (error: NodeJS.ErrnoException) => {
    // After a signal the loss of standard output is ignored: Ctrl-C ends its reader too.
    if (ending.signal.aborted) return
    lost = error.code === 'EPIPE' ? new Interruption(exitCodes.pipe) : error
    ending.abort(lost)
  }
  io.stderr.on('error', () => {})
  io.stdout.on('error', lose)

  const command = async (): Promise<Verdict> => {
    const program = createProgram({ api: io.api, clock: io.clock, output, stdout: io.stdout, signal: ending.signal })
    await untilOverdue(program.parseAsync(withInspectPort(argv), { from: 'user' }), ending.signal, io.clock)
    return success
  }
  /** Throws what kept standard output from taking all that was told, or a signal's reason while that is waited for. */
  const untilTaken = async () => {
    if (!ending.signal.aborted) await untilAborted(taken(io.stdout).catch(lose), ending.signal)
    if (lost !== undefined) throw lost
  }

  try {
    const end = await command().catch(verdict)
    const { code, message } = end.message === undefined ? await untilTaken().then(() => end, verdict) : end
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

/** Settles when all that was written before was taken. Rejects where it was not. */
const taken = (stdout: StandardStream): Promise<void> =>
  new Promise((resolve, reject) => {
    stdout.write('', (error) => (error ? reject(error) : resolve()))
  })

interface Verdict {
  readonly code: number
  readonly message?: string
}

const success: Verdict = { code: exitCodes.success }

function verdict(error: unknown): Verdict {
  if (error instanceof Interruption || error instanceof TellingEnd) return { code: error.exitCode }
  if (error instanceof WrongUsage) return { code: exitCodes.usage, message: printable(error.message) }
  if (!(error instanceof CommanderError)) return { code: exitCodes.failure, message: printable(explainError(error)) }
  if (error.exitCode === 0) return success
  const message =
    error.code === 'commander.help'
      ? 'a command is missing, peerchart --help lists them'
      : printable(error.message.replace(/^error: /, ''))
  return { code: exitCodes.usage, message }
}
