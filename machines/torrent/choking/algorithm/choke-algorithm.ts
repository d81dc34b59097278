import type { Address } from '../../../../transport/transport.ts'
import { type Appetite, isIdle } from './appetite.ts'

/**
 * What a peer holds. `rate`: a slot it has earned by what it gives; `turn`: its turn of a seeder; `optimistic`: a slot to show
 * what it can give, or one that no peer earned; `none`: it is choked. `spare` is no slot: it is unchoked beside those that hold one, as
 * long as one of these takes nothing, to see whether it does.
 */
export type ChokeSlot = 'none' | 'rate' | 'turn' | 'optimistic' | 'spare'

/** What there is to know of a peer when slots are given. */
export interface ChokeCandidate {
  readonly peer: number
  readonly address: Address
  /** It wants something of us. */
  readonly interested: boolean
  /**
   * It lets us ask, owes us blocks, and for a minute has delivered none (BEP 3, anti-snubbing). The region `requests` of a peer is
   * `snubbed` earlier, after 20 s: then others are asked for its blocks.
   */
  readonly antiSnubbed: boolean
  readonly slot: ChokeSlot
  /** In milliseconds: since when it holds that slot; of a choked peer, since when it waits for one: it was choked, or became interested. */
  readonly since: number
  /** It was never unchoked. */
  readonly isNew: boolean
  /** Payload over the last ten seconds, from it to us and from us to it. */
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  /** It has asked for blocks that its socket has not taken yet. */
  readonly asking: boolean
  /** Payload it was sent since it holds its slot. */
  readonly uploadedInSlot: number
  /** Whether it takes what it may have. */
  readonly appetite: Appetite
}

/** It holds one of the slots. */
export const holdsSlot = ({ slot }: Pick<ChokeDecision, 'slot'>): boolean => slot !== 'none' && slot !== 'spare'

/** It holds a slot, and not for nothing. */
export const keepsSlot = (candidate: Pick<ChokeCandidate, 'slot' | 'appetite'>): boolean =>
  holdsSlot(candidate) && candidate.appetite !== 'takes_nothing'

/** What holds for all peers when slots are given. */
export interface ChokeSituation {
  /**
   * `round`: every ten seconds, all slots are given anew. `free_slot`: between rounds, once a second at most but for newcomers, some
   * are free or held by peers that take nothing, and a peer waits.
   */
  readonly occasion: 'round' | 'free_slot'
  /** Rounds before this one; between rounds, that of the last. */
  readonly round: number
  /** In milliseconds, told by the second. */
  readonly at: number
  /** Nothing is left to download while `seeding`. */
  readonly mode: 'leeching' | 'seeding'
  /** Peers that may hold a slot at once. */
  readonly slots: number
  /** Bytes. */
  readonly pieceLength: number
  /** At least 0, below 1. All the chance there is, so that a seed replays a run. */
  readonly random: () => number
}

/** What becomes of one peer, and why. */
export interface ChokeDecision {
  readonly peer: number
  readonly slot: ChokeSlot
  /** What it was ranked by, the more the better. */
  readonly score: number
  /** Why it has that slot, or none, in a word. */
  readonly reason: string
}

/**
 * Which peers are unchoked: a pure function of what is known about the peers. Asked each round, and between rounds when slots are free.
 *
 * A peer it does not name is choked. Between rounds no peer loses a slot but those that take nothing, and those that stall or nibble and
 * are named without one; the others are given in the order of the decisions until there are no more. A round that gives more slots than
 * there are, names a peer that is no candidate or one twice, or is no list of decisions, counts as thrown: then every peer keeps what it
 * has until the next round. `spare` takes no slot.
 */
export type ChokeAlgorithm = (
  candidates: readonly ChokeCandidate[],
  situation: ChokeSituation,
) => readonly ChokeDecision[]

/** What a choke round decided, and of which peers. */
export interface ChokeRecord extends Pick<ChokeSituation, 'occasion' | 'round' | 'at' | 'mode' | 'slots'> {
  /** Every open connection that is to stay, in the order they were made. */
  readonly peers: readonly ChokeRecordEntry[]
}

/** What a choke round decided of one peer. */
export interface ChokeRecordEntry extends ChokeDecision {
  readonly address: Address
}

/**
 * What becomes of each candidate, in their order. Throws a TypeError or RangeError for decisions that cannot be carried out, and
 * whatever the algorithm throws.
 */
export function decide(
  algorithm: ChokeAlgorithm,
  candidates: readonly ChokeCandidate[],
  situation: ChokeSituation,
): ChokeRecordEntry[] {
  const decisions = algorithm(candidates, situation)
  if (!Array.isArray(decisions)) throw new TypeError('a choke algorithm returns a list of decisions')
  const byPeer = new Map(decisions.map((decision: ChokeDecision) => [decision.peer, decision]))
  requireDecisions(decisions, byPeer, candidates)
  const { occasion, slots } = situation
  return occasion === 'round' ? decideAnew(candidates, byPeer, slots) : fill(candidates, byPeer, slots)
}

const slotNames: ReadonlySet<unknown> = new Set<ChokeSlot>(['none', 'rate', 'turn', 'optimistic', 'spare'])

/** What was decided of a peer, without what a foreign algorithm may have added. */
function entryOf(
  { peer, address }: ChokeCandidate,
  { slot, score, reason }: Omit<ChokeDecision, 'peer'> = { slot: 'none', score: 0, reason: 'unnamed' },
): ChokeRecordEntry {
  return { peer, address, slot, score, reason }
}

function requireDecisions(
  decisions: readonly ChokeDecision[],
  byPeer: ReadonlyMap<number, ChokeDecision>,
  candidates: readonly ChokeCandidate[],
): void {
  const known = new Set(candidates.map(({ peer }) => peer))
  for (const { peer, slot, score, reason } of decisions) {
    if (!known.has(peer)) throw new RangeError(`a choke round cannot decide of ${peer}, who is no candidate`)
    if (!slotNames.has(slot)) throw new TypeError(`${slot} is no slot of a choke round`)
    if (typeof score !== 'number' || typeof reason !== 'string') {
      throw new TypeError(`the decision of peer ${peer} lacks its score, a number, or its reason, a word`)
    }
  }
  if (byPeer.size < decisions.length) throw new RangeError('a choke round decides of each peer once')
}

/** In a round the decisions hold, if there are slots enough. */
function decideAnew(
  candidates: readonly ChokeCandidate[],
  byPeer: ReadonlyMap<number, ChokeDecision>,
  slots: number,
): ChokeRecordEntry[] {
  const unchoked = [...byPeer.values()].filter(holdsSlot).length
  if (unchoked > slots) throw new RangeError(`a choke round with ${slots} slots cannot unchoke ${unchoked} peers`)
  return candidates.map((candidate) => entryOf(candidate, byPeer.get(candidate.peer)))
}

/**
 * Between rounds: a peer that has a slot and uses it keeps it; a peer that is to have one gets it in the order of the decisions, as long as
 * there are any.
 */
function fill(
  candidates: readonly ChokeCandidate[],
  byPeer: ReadonlyMap<number, ChokeDecision>,
  slots: number,
): ChokeRecordEntry[] {
  const yields = ({ appetite, peer }: ChokeCandidate) => {
    const decision = byPeer.get(peer)
    return isIdle(appetite) && decision !== undefined && !holdsSlot(decision)
  }
  const holders = new Set(candidates.flatMap((one) => (keepsSlot(one) && !yields(one) ? one.peer : [])))
  const chosen = [...byPeer.values()].filter((decision) => holdsSlot(decision) && !holders.has(decision.peer))
  const served = new Set(chosen.slice(0, Math.max(0, slots - holders.size)))
  return candidates.map((candidate) => {
    const { peer, slot } = candidate
    const decision = byPeer.get(peer)
    const entry = entryOf(candidate, decision)
    if (holders.has(peer)) return entry.slot === slot ? entry : { ...entry, slot, reason: 'kept' }
    return decision === undefined || !holdsSlot(entry) || served.has(decision)
      ? entry
      : { ...entry, slot: 'none', reason: 'no_slot' }
  })
}
