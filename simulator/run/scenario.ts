import type { EncryptionPolicy } from '../../machines/peer/vocabulary/facts.ts'

/**
 * What a member of a swarm is. `seeder`: has everything. `leecher`: wants everything, and gives what it has. `free_rider`: wants everything,
 * and unchokes nobody. `liar`: says that it has everything, and gives blocks that are wrong. Liars alone are dishonest.
 */
export type Role = 'seeder' | 'leecher' | 'free_rider' | 'liar'

/** Members that are alike. Rates are bytes a second, of the line and not of our client: it does not know them. */
export interface Group {
  /** A word that events name it by. */
  readonly name: string
  readonly count: number
  readonly role: Role
  /** Default: no limit. */
  readonly up?: number
  readonly down?: number
  /** How long a byte is under way between a member and the middle of the network, in milliseconds; of two numbers evenly between. Default 20, at least 0.5. */
  readonly latencyMs?: number | readonly [least: number, most: number]
  /** When they join, in seconds: `at`, then by chance within the next `over`. Default 0 and 0. */
  readonly joins?: { readonly at: number; readonly over: number }
  /** Of what wants the torrent: so many seconds after it is complete, a member leaves in good order, for good. Default: it stays. */
  readonly staysSeconds?: number
  /** A member leaves in good order and comes again, over and over, after times that are by chance so long in the mean. Default: it does not. */
  readonly churn?: { readonly staysSeconds: number; readonly awaySeconds: number }
  /** Of what wants the torrent, the part of the pieces that a member has at the start, those by chance: 0 to 1. Default 0. */
  readonly has?: number
  /** Of a liar, the part of the blocks it gives that are wrong: above 0, at most 1. Default 1. */
  readonly lies?: number
  /** What it speaks, alone: members of two transports never meet. Default `tcp`. */
  readonly transport?: 'tcp' | 'utp'
  /** Of uTP: the part of the packets that are lost, and by how much some are late. Default 0. */
  readonly lossRate?: number
  readonly jitterMs?: number
  /** Default `none`: the keys of encryption cost more time than all else. */
  readonly encryption?: EncryptionPolicy
  /** Of a seeder (BEP 16). Default false. */
  readonly superSeed?: boolean
  /** Peers unchoked at once, and connections at most. Default: those of the client, 4 and 55. */
  readonly slots?: number
  readonly maxPeers?: number
}

/** What happens to members at a time, in seconds. Those it happens to are picked by chance, from one group or from all. */
export type ScenarioEvent = { readonly at: number } & (
  | {
      /** So many are on an island from now on: their packets get through among themselves alone. Trackers are reached by all. */
      readonly what: 'part'
      readonly group?: string
      readonly part: number
    }
  /** Packets get through between all again. */
  | { readonly what: 'heal' }
  | {
      /** Their processes are killed: what was not written is lost. They start again, with resume data, after so many seconds; never if not said.
       * A member that is away has no process to kill: it comes when it would have, or never. */
      readonly what: 'crash'
      readonly group?: string
      readonly part: number
      readonly backAfter?: number
    }
  /** Their connections are reset, all at once. */
  | { readonly what: 'reset'; readonly group?: string; readonly part: number }
  /** They leave in good order, for good. */
  | { readonly what: 'leave'; readonly group?: string; readonly part: number }
)

/** A swarm, and what happens to it, as data. */
export interface Scenario {
  readonly name: string
  /** What it shows, as a sentence. */
  readonly description: string
  readonly torrent: { readonly bytes: number; readonly pieceBytes: number }
  readonly groups: readonly Group[]
  readonly events?: readonly ScenarioEvent[]
  /** When it ends though not everybody is complete, in seconds of virtual time. Default 4 hours. */
  readonly maxSeconds?: number
}

/** In seconds: see `Scenario.maxSeconds`. */
export const maxSecondsDefault = 4 * 3600
