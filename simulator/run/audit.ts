import type { PieceSet } from '../../machines/piece-set.ts'
import type { Disk } from './disk.ts'
import type { Member, Remains } from './member.ts'

/** Something that never may happen, and did. */
export interface Violation {
  /** In seconds of virtual time. */
  readonly at: number
  /** The address of the member. */
  readonly member: string
  readonly rule: 'piece_lost' | 'piece_wrong' | 'honest_banned' | 'actor_leaked' | 'crashed' | 'failed'
  readonly detail: string
}

/** What is watched of a member. */
export interface Watched extends Pick<Member, 'name' | 'connections' | 'peers'> {
  readonly disk: Pick<Disk, 'has' | 'wrong'>
  readonly torrent: { readonly pieces: PieceSet | undefined } | undefined
}

/**
 * Violations of a run that are told: the first, and those behind them are not counted either. Our own number. Those of the same time as the last
 * of them are kept too: which of them are told is decided when all are known.
 */
export const violationsMax = 100

/** How long a peer's actor may outlive its connection, and a timer its process, in milliseconds: uTP lingers for a minute at most. */
const lingerMs = 90_000

/** Watches what never may happen. */
export class Audit {
  readonly violations: Violation[] = []
  readonly #now: () => number
  /** The pieces that a torrent was last seen to have. */
  readonly #had = new Map<Watched, PieceSet>()
  /** Since when a member has more peers than connections, in milliseconds. */
  readonly #leakingSince = new Map<Watched, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Something was found that never may happen. */
  report(member: Pick<Watched, 'name'>, rule: Violation['rule'], detail: string): void {
    const last = this.violations.at(violationsMax - 1)
    if (last !== undefined && last.at < this.#now() / 1000) return
    this.violations.push({ at: this.#now() / 1000, member: member.name, rule, detail })
  }

  /** A process of the member begins: it finds what is on its disk. */
  began(member: Watched): void {
    this.#had.delete(member)
  }

  /** The disk of the member was checked as its process began. */
  checked(member: Watched): void {
    const found = member.torrent?.pieces?.count ?? 0
    const { count } = member.disk.has
    if (found !== count) this.report(member, 'piece_lost', `${found} of ${count} pieces on its disk were found`)
  }

  /** Looks at the pieces of a member: what was verified once is there, and on its disk, byte for byte. */
  look(member: Watched): void {
    const [wrong] = member.disk.wrong.splice(0)
    if (wrong !== undefined) this.report(member, 'piece_wrong', `piece ${wrong} was written, and is wrong`)
    const pieces = member.torrent?.pieces
    const had = this.#had.get(member)
    if (!pieces || pieces === had) return
    this.#had.set(member, pieces)
    const kept = had ? had.union(pieces).count : pieces.count
    if (kept !== pieces.count) this.report(member, 'piece_lost', `${kept - pieces.count} verified pieces are gone`)
    const { has } = member.disk
    const onDisk = has.union(pieces).count
    if (onDisk !== has.count) this.report(member, 'piece_lost', `${onDisk - has.count} pieces are not on its disk`)
  }

  /** Looks whether actors of peers outlive their connections, and what a process that is gone has left. */
  lookForLeaks(member: Watched): void {
    const { connections, peers } = member
    const now = this.#now()
    if (peers <= connections) {
      this.#leakingSince.delete(member)
      return
    }
    const since = this.#leakingSince.get(member) ?? now
    this.#leakingSince.set(member, since)
    if (now - since < lingerMs) return
    this.#leakingSince.delete(member)
    this.report(member, 'actor_leaked', `${peers} actors of peers on ${connections} connections`)
  }

  /** The process of the member ended a while ago: nothing of it may be left. */
  ended(member: Watched, left: Remains): void {
    if (left.timers + left.connections === 0) return
    this.report(
      member,
      'actor_leaked',
      `${left.timers} timers and ${left.connections} connections of a process that is gone`,
    )
  }
}

/** How long after the end of a process nothing of it may be left, in milliseconds. */
export const endedMs = lingerMs
