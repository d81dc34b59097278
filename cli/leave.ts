/** What a process ends by. */
export interface Ways {
  /** Whether a file descriptor is a terminal that is there. */
  isTerminal(fd: number): boolean
  exit(code: number): void
  /** As the system does when a terminal is gone and nobody listens. */
  hangUp(): void
}

/**
 * How this process is to be ended, asked at its start. Node gives terminals their modes back when it exits, and aborts where it can
 * not: with a terminal that is gone the process ends by the signal of that, which to a shell is exit code 129 too.
 */
export function leaver({ isTerminal, exit, hangUp }: Ways): (code: number) => void {
  const terminals = [0, 1, 2].filter(isTerminal)
  return (code) => {
    if (terminals.every(isTerminal)) exit(code)
    else hangUp()
  }
}
