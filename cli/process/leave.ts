import { type EndingSignal, signalExitCodes } from './exit.ts'

/** What a process ends by. */
export interface Ways {
  /** Whether a file descriptor is a terminal that is there. */
  isTerminal(fd: number): boolean
  /** Whether the system was asked for something, such as to open a file, and has not answered. */
  isWaiting(): boolean
  /** Calls `run` after so many milliseconds. */
  later(run: () => void, ms: number): void
  exit(code: number): void
  /** As the system does when nobody listens to the signal. */
  end(signal: EndingSignal): void
}

/** In milliseconds: a system that is asked for something and does not hang has answered by then. */
export const answerMs = 200

/**
 * How this process is to be ended, asked at its start. Node gives terminals their modes back when it exits, and aborts where it can
 * not: with a terminal that is gone the process ends by the signal of that, which to a shell is exit code 129 too. And Node waits at its
 * exit for what the system was asked for, for ever if that hangs: after a signal the process ends by that signal then.
 */
export function leaver({ isTerminal, isWaiting, later, exit, end }: Ways): (code: number) => void {
  const terminals = [0, 1, 2].filter(isTerminal)
  return (code) => {
    const signal = signalOf(code)
    if (!terminals.every(isTerminal)) end('SIGHUP')
    else if (signal === undefined || !isWaiting()) exit(code)
    else later(() => (isWaiting() ? end(signal) : exit(code)), answerMs)
  }
}

/** The signal after which a process ends with this code. */
const signalOf = (code: number): EndingSignal | undefined =>
  (Object.keys(signalExitCodes) as EndingSignal[]).find((signal) => signalExitCodes[signal] === code)

/**
 * Leaves when what was printed is on its way: pipes are written behind the scenes, in the order in which it was asked for. After a signal a
 * reader that hangs is waited for `answerMs` at most. `flush` calls back when all of it was taken.
 */
export function leaveWhenPrinted(
  code: number,
  { flush, later, leave }: Pick<Ways, 'later'> & { flush(done: () => void): void; leave(code: number): void },
): void {
  let isLeaving = false
  const go = () => {
    if (isLeaving) return
    isLeaving = true
    leave(code)
  }
  flush(go)
  if (signalOf(code) !== undefined) later(go, answerMs)
}
