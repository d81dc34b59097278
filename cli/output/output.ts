import type { CliEvent } from './events.ts'
import type { StandardStream } from './standard-stream.ts'

/** One progress bar: somebody's pieces and payload rates (bytes a second). */
export interface Standing {
  /** Unique among the bars of one moment. */
  readonly name: string
  readonly pieces: number
  readonly total: number
  readonly rateDown: number
  readonly rateUp: number
  readonly note: string
}

/** Where a command reports to. */
export interface Output {
  /** Something happened. */
  event(event: CliEvent): void
  /** How each participant and peer stands now; one that was there before and is missing has left. */
  standings(standings: readonly Standing[]): void
  /** The closing summary, as a table. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void
  /** Leaves the terminal as it was found. Idempotent. */
  close(): void
}

/** The standard streams: warnings for people go to `stderr`, all else to `stdout`. */
export interface Streams {
  readonly stdout: StandardStream
  readonly stderr: StandardStream
}
