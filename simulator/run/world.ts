import type { Torrent } from '../../actors/torrent.ts'
import type { SimulatedClock } from '../../transport/simulated-clock.ts'
import type { Content } from './content.ts'
import type { Group } from './scenario.ts'

/** What members share. `Member` is the member it is about. */
export interface World<Member = unknown> {
  readonly clock: SimulatedClock
  readonly content: Content
  /** That of the whole run. */
  readonly seed: number
  /** Whether a process of the group may begin again: only then does anybody read what the one before it saved. */
  comesBack(group: Group): boolean
  /** Something happens to a member, by a timer of its own. */
  stirred(member: Member): void
  /** A process of a member begins; its torrent is not started yet. */
  began(member: Member, torrent: Torrent): void
}
