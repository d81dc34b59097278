import type { Clock } from '../../transport/clock.ts'
import type { Output } from '../output/output.ts'
import type { StandardStream } from '../output/standard-stream.ts'
import type { EndingSignal } from '../process/exit.ts'
import type { Api } from './api.ts'

/** The world around the executable. */
export interface Io {
  readonly stdout: StandardStream
  readonly stderr: StandardStream
  readonly clock: Clock
  readonly api: Api
  /** Calls `listener` at every signal that asks for the end, until the answer is called. */
  onInterrupt(listener: (signal: EndingSignal) => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}

/** What every command is given. */
export interface Context {
  readonly api: Api
  readonly clock: Clock
  readonly output: Output
  /** For what is the command's whole result. */
  readonly stdout: StandardStream
  /** Aborts when the command shall end early; the reason is what the command throws. */
  readonly signal: AbortSignal
}
