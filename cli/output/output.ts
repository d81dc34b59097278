import type { CliEvent } from './events.ts'
import type { StandardStream } from './standard-stream.ts'
import type { Table } from './table.ts'

/** A line of the display: somebody's pieces and payload rates (bytes a second), where there are any. */
export interface Standing {
  readonly name: string
  readonly pieces: number
  /** 0 where nobody knows: the metadata has not come. */
  readonly total: number
  readonly rateDown?: number
  readonly rateUp?: number
  /** What a torrent has besides; a peer of it has none. */
  readonly torrent?: TorrentStanding
  /** What else is to be said of it, where there is room. */
  readonly note?: string
}

/** What the line of a torrent has besides. */
export interface TorrentStanding {
  /** In bytes. */
  readonly done: number
  readonly length: number
  /** Undefined where it is hashed alone. */
  readonly peers?: number
  /** Until it is done, at this rate; undefined where it does not move, or is done. */
  readonly secondsLeft?: number
}

/** Where a command reports to. */
export interface Output {
  /** Something happened. */
  event(event: CliEvent): void
  /** How each torrent stands now, and each peer; one that was there before and is missing has left. */
  standings(standings: readonly Standing[]): void
  /** The closing summary, as a table. */
  table(table: Table): void
  /** The summary of what was broken off: a terminal is left with one line, a log has the table. */
  brokenOff(line: string, table: Table): void
  /** Leaves the terminal as it was found. Idempotent. */
  close(): void
}

/** The standard streams: warnings for people go to `stderr`, all else to `stdout`. */
export interface Streams {
  readonly stdout: StandardStream
  readonly stderr: StandardStream
}
