import { isObject, requireFunction, requireObject } from '../../../../transport/require.ts'
import { fillingBytesPerSecond, firstBlockMs, mayBeUnused } from './appetite.ts'
import {
  type ChokeAlgorithm,
  type ChokeCandidate,
  type ChokeDecision,
  type ChokeSituation,
  type ChokeSlot,
  holdsSlot,
  keepsSlot,
} from './choke-algorithm.ts'

/** A choke round, in milliseconds: long enough for TCP to show what an unchoked peer can do (BEP 3). */
export const chokeRoundMs = 10_000

/** An optimistic unchoke lasts so many rounds, 30 s: time for a peer to give something back (BEP 3). */
export const optimisticRounds = 3

/** Peers unchoked at once, the optimistic one among them (BEP 3). */
export const defaultSlots = 4

/**
 * A peer that delivers nothing for so long, in milliseconds, though it owes us blocks, has no slot for what it gives (BEP 3,
 * anti-snubbing).
 */
export const antiSnubbingMs = 60_000

/** What a seeder sends a peer before its turn is over, in pieces (libtorrent's `seeding_piece_quota`). */
export const turnPieces = 20

/** A turn is not over before so many rounds: a minute, as in libtorrent. */
export const turnRoundsMin = 6

/**
 * Nor does it last longer than so many rounds, five minutes, however little the peer takes. libtorrent has no such bound: there a
 * few peers that read slowly can hold every slot of a seeder.
 */
export const turnRoundsMax = 30

/** A peer never unchoked is that much likelier to be the optimistic one: it has nothing to give yet (BEP 3). */
const newPeerWeight = 3

/** A choked peer must be faster than an unchoked one by this factor to take its slot: equals must not alternate. */
const incumbentFactor = 1.1

/**
 * Peers that may be unchoked beside the slots at once. What these may take is soon seen, but until then each may have as much read for
 * it as a slot gives (`limits.uploadWindowBytes`).
 */
export const sparesMax = 50

/**
 * Why `chokeRound` gives a peer a slot: `rate`, it is among those that give most; `turn`; `optimistic`; `free_slot`, no peer had
 * it, or made use of it; and why it is unchoked without one: `spare`. And why it gives none: `not_interested`; `takes_nothing`, it
 * had its chance; `anti_snubbed`; `outranked`, others give more, or were drawn by lot; `turn_over`, another waits; `waiting`, others wait
 * longer, or have their turn.
 */
export type ChokeReason =
  | Exclude<ChokeSlot, 'none'>
  | 'free_slot'
  | 'not_interested'
  | 'takes_nothing'
  | 'anti_snubbed'
  | 'outranked'
  | 'turn_over'
  | 'waiting'

/**
 * The choking of BEP 3, as a torrent does it unless told otherwise.
 *
 * Leeching, all slots but one go to the interested peers that give most, except those that deliver nothing for a minute and those that
 * give nothing (`score`: bytes a second, raised by a tenth for those that hold such a slot). The last one, and those that no peer has
 * earned, go to interested peers by lot, for 30 s each.
 *
 * Seeding, the slots go round (`score`: milliseconds waited, 0 with a slot). A turn lasts until the peer was sent 20 pieces and a minute
 * has passed, but no longer than five minutes. That of a peer that takes little (`nibbles`) lasts two rounds, unless all do: then our line
 * is slow, not they. Then the peer that has waited longest comes, if any waits: of n interested peers none waits longer than
 * `turnRoundsMax * Math.ceil(n / slots)` rounds. There is no optimistic unchoke, as every newcomer gets its turn.
 *
 * Between rounds a slot that is free goes at once to an interested peer: to the one that gives most, or by lot, while leeching; to the one
 * that has waited longest while seeding.
 *
 * Slots are for peers that take (appetite.ts). A peer that takes nothing loses its slot at once to any that waits, and comes last, until it
 * has taken something. As long as a slot may be held for nothing (`mayBeUnused`), peers that were never unchoked are so too, beside the slots
 * (`spare`), which costs nothing until they ask. After `firstBlockMs` one that takes gets a slot that is free, or held by a peer that
 * stalls or, if it took enough to fill one, by a peer that takes little; otherwise it is choked. So a crowd that wants no blocks keeps no
 * other waiting, and those that take are no more than there are slots but for these seconds.
 *
 * BEP 3 also unchokes faster peers that are not interested. Not here, as in libtorrent and Transmission: they take nothing, and a peer that
 * becomes interested while a slot is free gets it at once.
 *
 * Throws a TypeError where it is not given what a torrent gives its choker: a list of candidates and the situation.
 */
export const chokeRound = ((candidates, situation) => {
  requireCandidates(candidates)
  requireObject('the situation of a choke round', situation)
  requireFunction('random, in the situation of a choke round,', situation.random)
  if (situation.occasion === 'free_slot') return fillSlots(candidates, situation)
  return situation.mode === 'seeding' ? takeTurns(candidates, situation) : reciprocate(candidates, situation)
}) satisfies ChokeAlgorithm

function requireCandidates(candidates: readonly unknown[]): void {
  if (!Array.isArray(candidates) || !candidates.every(isObject)) {
    throw new TypeError('the candidates of a choke round are a list of what is known of each peer')
  }
}

type Decided = ChokeDecision & { readonly reason: ChokeReason }

function reciprocate(candidates: readonly ChokeCandidate[], situation: ChokeSituation): Decided[] {
  const { slots, random } = situation
  const earned = byLot(candidates, random)
    .filter(gives)
    .sort((a, b) => rateScore(b) - rateScore(a) || Number(isIncumbent(b)) - Number(isIncumbent(a)))
  const best = new Set(earned.filter(isWilling).slice(0, Math.max(0, slots - 1)))
  const others = candidates.filter((candidate) => candidate.interested && !best.has(candidate))
  const lucky = new Set(inOptimisticOrder(others, situation).slice(0, Math.max(0, slots - best.size)))
  const spare = spares(candidates, new Set([...best, ...lucky]), situation)
  return decide(candidates, situation, spare, (candidate) => {
    if (best.has(candidate)) return { slot: 'rate', reason: 'rate' }
    return lucky.has(candidate) ? { slot: 'optimistic', reason: 'optimistic' } : undefined
  })
}

function takeTurns(candidates: readonly ChokeCandidate[], situation: ChokeSituation): Decided[] {
  const holders = candidates.filter((one) => one.interested && holdsSlot(one)).sort((a, b) => b.since - a.since)
  const willing = holders.filter(isWilling)
  const lineHasRoom = candidates.some((one) => fillsSlot(one, situation))
  const over = willing.filter((one) => isTurnOver(one, situation) || (lineHasRoom && one.appetite === 'nibbles'))
  const waiting = longestWaiting(candidates, situation.random)
  const inOrder = [
    ...willing.filter((holder) => !over.includes(holder)),
    ...provenSpares(candidates),
    ...waiting.filter(isWilling),
    ...over,
    ...pausingSpares(candidates),
    ...waiting.filter(isUnwilling),
    ...holders.filter(isUnwilling),
  ]
  const served = new Set(inOrder.slice(0, Math.max(0, situation.slots)))
  const spare = spares(candidates, served, situation)
  return decide(candidates, situation, spare, (candidate) =>
    served.has(candidate) ? { slot: 'turn', reason: 'turn' } : undefined,
  )
}

function fillSlots(candidates: readonly ChokeCandidate[], situation: ChokeSituation): Decided[] {
  const { mode, random, slots } = situation
  const seeding = mode === 'seeding'
  const waiting = seeding
    ? longestWaiting(candidates, random)
    : byLot(candidates.filter(isWaiting), random).sort(
        (a, b) => Number(a.antiSnubbed) - Number(b.antiSnubbed) || rateOf(b) - rateOf(a),
      )
  const kept = withoutIdlers(candidates, situation)
  const inOrder = [
    ...provenSpares(candidates),
    ...waiting.filter(isWilling),
    ...pausingSpares(candidates),
    ...candidates.filter((one) => holdsSlot(one) && isUnwilling(one)),
    ...waiting.filter(isUnwilling),
  ]
  const served = new Set([...kept, ...inOrder.slice(0, Math.max(0, slots - kept.length))])
  const spare = spares(candidates, served, situation)
  return decide(candidates, situation, spare, (candidate) => {
    const { slot } = candidate
    if (!served.has(candidate)) return undefined
    if (slot !== 'none' && slot !== 'spare') return { slot, reason: slot }
    return { slot: seeding ? 'turn' : 'optimistic', reason: 'free_slot' }
  })
}

type Verdict = Pick<Decided, 'slot' | 'reason'>

/** What becomes of each candidate: the slot it is given, else a place beside the slots, else none, and why not. */
function decide(
  candidates: readonly ChokeCandidate[],
  situation: ChokeSituation,
  spare: ReadonlySet<ChokeCandidate>,
  slotOf: (candidate: ChokeCandidate) => Verdict | undefined,
): Decided[] {
  const seeding = situation.mode === 'seeding'
  return candidates.map((candidate) => {
    const beside: Verdict = spare.has(candidate)
      ? { slot: 'spare', reason: 'spare' }
      : { slot: 'none', reason: seeding ? whyNotSeeding(candidate) : whyNotLeeching(candidate) }
    const score = seeding ? waitScore(candidate, situation) : rateScore(candidate)
    return { peer: candidate.peer, score, ...(slotOf(candidate) ?? beside) }
  })
}

/**
 * Which peers keep their slot between rounds: all but those that take nothing, those that stall while a peer beside the slots takes, and
 * those that take little while a peer beside the slots takes as much as fills one.
 */
function withoutIdlers(candidates: readonly ChokeCandidate[], situation: ChokeSituation): ChokeCandidate[] {
  const kept = candidates.filter(keepsSlot)
  const proven = provenSpares(candidates).filter((one) => !isOnTrial(one, situation))
  const room = situation.slots - kept.length
  const stalling = kept.filter(({ appetite }) => appetite === 'stalls').slice(0, Math.max(0, proven.length - room))
  const nibbling = kept
    .filter(({ appetite }) => appetite === 'nibbles')
    .slice(0, Math.max(0, proven.filter((one) => fillsSlot(one, situation)).length - room - stalling.length))
  const yielding = new Set([...stalling, ...nibbling])
  return kept.filter((one) => !yielding.has(one))
}

/** Unchoked beside the slots, they take: the next slot is theirs. */
const provenSpares = (candidates: readonly ChokeCandidate[]): ChokeCandidate[] =>
  candidates
    .filter(({ appetite, interested, slot }) => slot === 'spare' && interested && appetite === 'takes')
    .sort((a, b) => a.since - b.since)

/** They were unchoked beside the slots, and have taken nothing yet. */
const pausingSpares = (candidates: readonly ChokeCandidate[]): ChokeCandidate[] =>
  candidates.filter(({ appetite, interested, slot }) => slot === 'spare' && interested && appetite === 'pauses')

/**
 * Which peers are unchoked beside the slots: those that are so no longer than `firstBlockMs`, and those never unchoked, while a slot may be
 * held for nothing.
 */
function spares(
  candidates: readonly ChokeCandidate[],
  served: ReadonlySet<ChokeCandidate>,
  situation: ChokeSituation,
): ReadonlySet<ChokeCandidate> {
  const others = candidates.filter((one) => one.interested && !served.has(one))
  const onTrial = others.filter((one) => one.slot === 'spare' && isOnTrial(one, situation))
  const appetites = (of: readonly ChokeCandidate[]) => of.map(({ appetite }) => appetite)
  const untried = mayBeUnused(appetites([...served]), { others: appetites(candidates.filter((one) => one.interested)) })
    ? others.filter((one) => one.slot === 'none' && one.isNew && isWilling(one))
    : []
  return new Set([...onTrial, ...untried].slice(0, sparesMax))
}

/** It has taken as much as fills a slot: our line carries that beside what the others take. */
const fillsSlot = ({ since, slot, uploadedInSlot }: ChokeCandidate, { at }: ChokeSituation): boolean =>
  slot !== 'none' && uploadedInSlot * 1_000 >= fillingBytesPerSecond * Math.max(firstBlockMs, at - since)

/** It was unchoked so lately that it need not have asked yet. */
const isOnTrial = ({ since }: ChokeCandidate, { at }: ChokeSituation): boolean => at - since < firstBlockMs

const isWaiting = ({ interested, slot }: ChokeCandidate): boolean => interested && slot === 'none'
const isUnwilling = ({ appetite }: ChokeCandidate): boolean => appetite === 'takes_nothing'
const isWilling = (candidate: ChokeCandidate): boolean => !isUnwilling(candidate)

/** It holds a slot that was not given by luck. */
const isIncumbent = ({ slot }: ChokeCandidate): boolean => slot === 'rate' || slot === 'turn'

const rateOf = ({ downloadBytesPerSecond }: ChokeCandidate): number => downloadBytesPerSecond
const rateScore = (candidate: ChokeCandidate): number =>
  rateOf(candidate) * (isIncumbent(candidate) ? incumbentFactor : 1)
const waitScore = (candidate: ChokeCandidate, { at }: ChokeSituation): number =>
  isWaiting(candidate) ? at - candidate.since : 0

/** It has earned something: a peer that gives nothing must not hold a slot against others that give nothing. */
const gives = (candidate: ChokeCandidate): boolean =>
  candidate.interested && !candidate.antiSnubbed && rateOf(candidate) > 0

/** Whole rounds for which a peer has had its slot: between rounds, time is told by the second alone. */
const roundsHeld = ({ since }: ChokeCandidate, { at }: ChokeSituation): number =>
  Math.round((at - since) / chokeRoundMs)

function isTurnOver(holder: ChokeCandidate, situation: ChokeSituation): boolean {
  const rounds = roundsHeld(holder, situation)
  const hasQuota = holder.uploadedInSlot >= turnPieces * situation.pieceLength
  return rounds >= turnRoundsMax || (rounds >= turnRoundsMin && hasQuota)
}

/**
 * Those with an optimistic unchoke that goes on, the last that began first; those that were unchoked beside the slots and take; then others
 * by lot; then those with a time that is over; last those that take nothing, which had a slot behind the others.
 */
function inOptimisticOrder(candidates: readonly ChokeCandidate[], situation: ChokeSituation): ChokeCandidate[] {
  const drawn = byLot(candidates, situation.random)
  const willing = drawn.filter(isWilling)
  const holders = willing.filter(({ slot }) => slot === 'optimistic')
  const isDue = (holder: ChokeCandidate) => roundsHeld(holder, situation) >= optimisticRounds
  return [
    ...holders.filter((holder) => !isDue(holder)).sort((a, b) => b.since - a.since),
    ...provenSpares(willing),
    ...willing.filter((one) => one.slot !== 'optimistic' && one.slot !== 'spare'),
    ...holders.filter(isDue),
    ...pausingSpares(willing),
    ...drawn.filter((one) => isUnwilling(one) && one.slot === 'none'),
    ...drawn.filter((one) => isUnwilling(one) && one.slot !== 'none'),
  ]
}

function longestWaiting(candidates: readonly ChokeCandidate[], random: () => number): ChokeCandidate[] {
  return byLot(candidates.filter(isWaiting), random).sort((a, b) => a.since - b.since)
}

/** In random order, weighted: the key u^(1/w) of Efraimidis and Spirakis puts each in front with the chance its weight gives. */
function byLot(candidates: readonly ChokeCandidate[], random: () => number): ChokeCandidate[] {
  return candidates
    .map((candidate) => ({ candidate, key: random() ** (1 / (candidate.isNew ? newPeerWeight : 1)) }))
    .sort((a, b) => b.key - a.key)
    .map(({ candidate }) => candidate)
}

function whyNotLeeching(candidate: ChokeCandidate): ChokeReason {
  if (!candidate.interested) return 'not_interested'
  if (isUnwilling(candidate)) return 'takes_nothing'
  return candidate.antiSnubbed ? 'anti_snubbed' : 'outranked'
}

function whyNotSeeding(candidate: ChokeCandidate): ChokeReason {
  if (!candidate.interested) return 'not_interested'
  if (isUnwilling(candidate)) return 'takes_nothing'
  return holdsSlot(candidate) ? 'turn_over' : 'waiting'
}
