import type { Violation } from './audit.ts'
import type { Role } from './scenario.ts'

/** How the swarm stood at a time. */
export interface Sample {
  /** In seconds of virtual time. */
  readonly at: number
  /** Members that are there. */
  readonly present: number
  /** Honest members that wanted everything, and have it. */
  readonly completed: number
  /** The part of what they want that they have, all together: 0 to 1. */
  readonly part: number
  /** Payload bytes a second, all together, since the sample before. */
  readonly rate: number
  /** Of how many copies the rarest piece is, among the members that are there and honest, and a piece in the mean. */
  readonly rarestCopies: number
  readonly meanCopies: number
}

/** How one member ended. Bytes are payload. */
export interface MemberResult {
  readonly address: string
  readonly group: string
  readonly role: Role
  readonly pieces: number
  /** From when it joined first until it had everything, in seconds; undefined where it has not. */
  readonly seconds?: number
  readonly downloaded: number
  readonly uploaded: number
  /** Honest members that have banned it. */
  readonly bannedBy: number
}

/** What came of a simulation. Times are seconds of virtual time, bytes are payload if not said otherwise. */
export interface SimulationResult {
  readonly scenario: string
  readonly seed: number
  /** 64 hex digits: of every write to a connection, every piece, every ban, and each start and end of a process, with its time. The same seed gives the same. */
  readonly digest: string
  /** How long the run took: until the last was complete, or up to 40 ms longer. */
  readonly seconds: number
  /** Members in all. */
  readonly peers: number
  /** Honest members that wanted everything, those that left for good before aside; and how many have it. */
  readonly downloaders: number
  readonly completed: number
  /** From joining to having everything, in the middle of the downloaders, and of the slowest; undefined where it has not completed. */
  readonly medianSeconds?: number
  readonly slowestSeconds?: number
  /** The least time that the lines allow (`optimalSeconds`). */
  readonly optimalSeconds: number
  /** Liars; those that an honest member has banned; and those that none has, and that nobody has taken a block of in the last third of the run. */
  readonly liars: number
  readonly banned: number
  readonly starved: number
  /** Honest members that an honest member has banned. */
  readonly honestBanned: number
  /** Of the rates at which leechers completed, by Jain's index: 1 where all are equal, 1/n where one has all. */
  readonly fairness: number
  /** Uploaded by downloaded of leechers: the least, the median and the most. */
  readonly shareRatios: readonly [least: number, median: number, most: number]
  /** What seeders have sent, in copies of the torrent. */
  readonly copiesSent: number
  /** Of pieces that failed their hash; and of blocks that came twice or too late. */
  readonly corruptBytes: number
  readonly wastedBytes: number
  /** Bytes that were given to connections, the part of them beyond blocks, and messages by kind where they are not encrypted. */
  readonly wireBytes: number
  readonly overhead: number
  readonly messages: Readonly<Record<string, number>>
  readonly announces: number
  /** What never may happen, and did: the first 100 of it. */
  readonly violations: readonly Violation[]
  readonly members: readonly MemberResult[]
  /** In order of time, evenly apart; 600 at most. */
  readonly samples: readonly Sample[]
}
