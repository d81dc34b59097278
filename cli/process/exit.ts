import type { Clock } from '../../transport/clock.ts'

/**
 * The exit codes of the executable, unless a signal ended it. `pipe`: what reads its output closed the pipe; as the shell has it after
 * SIGPIPE, which Node ignores.
 */
export const exitCodes = { success: 0, failure: 1, usage: 2, pipe: 141 } as const

/** The signals that end a command in good order, and the exit code after each: as the shell has it, 128 + the signal's number. */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** A signal that ends a command in good order. */
export type EndingSignal = keyof typeof signalExitCodes

/** Something did not work out, in words for the user: one line on standard error, exit code 1. */
export class Failure extends Error {}

/** The command line asks for what no command does, in words for the user: one line on standard error, exit code 2. */
export class WrongUsage extends Error {}

/** The user, the system, or a reader that closed our pipe, wants the end: nothing more is printed. */
export class Interruption extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('interrupted')
    this.exitCode = exitCode
  }
}

/** The command has told its result, and that is no success: nothing more is printed. */
export class TellingEnd extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('told')
    this.exitCode = exitCode
  }
}

/** Waits for `work`, but no longer than until `signal` aborts; then throws the signal's reason. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    work.then(resolve, reject)
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/**
 * How long a command may take to end in good order, in milliseconds: 5 s for remotes that do not finish, and the rest for a last save.
 * Longer takes only what hangs: a store, resume data, a network disk that does not answer.
 */
export const endingMs = 6_000

/** Waits for `work`; once `signal` has aborted no longer than `endingMs`: then throws the signal's reason. */
export async function untilOverdue<T>(work: Promise<T>, signal: AbortSignal, clock: Clock): Promise<T> {
  let timer: unknown
  const overdue = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        timer = clock.setTimeout(() => reject(signal.reason), endingMs)
      },
      { once: true },
    )
  })
  try {
    return await Promise.race([work, overdue])
  } finally {
    clock.clearTimeout(timer)
  }
}
