import type { ChokeAlgorithm, ChokeCandidate, ChokeDecision, ChokeSituation, ChokeSlot } from './choke-algorithm.ts'

/** A choke round, in milliseconds: long enough for TCP to show what an unchoked peer can do (BEP 3). */
export const chokeRoundMs = 10_000

/** An optimistic unchoke lasts so many rounds, 30 s: time for a peer to give something back (BEP 3). */
export const optimisticRounds = 3

/** Peers unchoked at once, the optimistic one among them (BEP 3). */
export const defaultSlots = 4

/** A peer that delivers nothing for so long, in milliseconds, though it owes us blocks, is snubbed (BEP 3). */
export const snubbedMs = 60_000

/** What a seeder sends a peer before its turn is over, in pieces (libtorrent's `seeding_piece_quota`). */
export const turnPieces = 20

/** A turn is not over before so many rounds: a minute, as in libtorrent. */
export const turnRoundsMin = 6

/**
 * Nor does it last longer than so many rounds, five minutes, however little the peer takes. libtorrent has no such bound: there a
 * few peers that read slowly can hold every slot of a seeder.
 */
export const turnRoundsMax = 30

/** A peer that takes nothing and asks for nothing for so many rounds holds its slot for nothing: its turn is over. */
export const idleRounds = 2

/** A peer never unchoked is that much likelier to be the optimistic one: it has nothing to give yet (BEP 3). */
const newPeerWeight = 3

/** A choked peer must be faster than an unchoked one by this factor to take its slot: equals must not alternate. */
const incumbentFactor = 1.1

/**
 * Why `chokeRound` gives a peer a slot: `rate`, it is among those that give most; `turn`; `optimistic`; `free_slot`, nobody had
 * it. And why it gives none: `not_interested`; `snubbed`; `outranked`, others give more, or had the luck; `turn_over`, somebody
 * waits; `waiting`, others wait longer, or have their turn.
 */
export type ChokeReason =
  | Exclude<ChokeSlot, 'none'>
  | 'free_slot'
  | 'not_interested'
  | 'snubbed'
  | 'outranked'
  | 'turn_over'
  | 'waiting'

/**
 * The choking of BEP 3, as a torrent does it unless told otherwise.
 *
 * Leeching, all slots but one go to the interested peers that give most, snubbed ones and those that give nothing aside
 * (`score`: bytes a second, raised by a tenth for those who hold such a slot). The last one, and those nobody has earned, go to
 * interested peers by lot, for 30 s each.
 *
 * Seeding, the slots go round (`score`: milliseconds waited, 0 with a slot). A turn lasts until the peer was sent 20 pieces and a
 * minute has passed, but no longer than five minutes, and ends early for one that asks for nothing. Then whoever has waited longest
 * comes, if anybody waits: of n interested peers nobody waits longer than `turnRoundsMax * Math.ceil(n / slots)` rounds. There is
 * no optimistic unchoke, as every newcomer gets its turn.
 *
 * Between rounds a slot that is free goes at once to an interested peer: to the one that gives most, or by lot, while leeching;
 * to the one that has waited longest while seeding.
 *
 * BEP 3 also unchokes faster peers that are not interested. Not here, as in libtorrent and Transmission: they take nothing, and
 * whoever becomes interested while a slot is free gets it at once.
 */
export const chokeRound = ((candidates, situation) => {
  if (situation.occasion === 'free_slot') return fillSlots(candidates, situation)
  return situation.mode === 'seeding' ? takeTurns(candidates, situation) : reciprocate(candidates, situation)
}) satisfies ChokeAlgorithm

type Decided = ChokeDecision & { readonly reason: ChokeReason }

function reciprocate(candidates: readonly ChokeCandidate[], situation: ChokeSituation): Decided[] {
  const { slots, random } = situation
  const earned = byLot(candidates, random)
    .filter(gives)
    .sort((a, b) => rateScore(b) - rateScore(a) || Number(isIncumbent(b)) - Number(isIncumbent(a)))
  const best = new Set(earned.slice(0, Math.max(0, slots - 1)))
  const others = candidates.filter((candidate) => candidate.interested && !best.has(candidate))
  const lucky = new Set(inOptimisticOrder(others, situation).slice(0, Math.max(0, slots - best.size)))
  return candidates.map((candidate) => {
    const score = rateScore(candidate)
    if (best.has(candidate)) return decided(candidate, 'rate', score, 'rate')
    if (lucky.has(candidate)) return decided(candidate, 'optimistic', score, 'optimistic')
    return decided(candidate, 'none', score, whyNotLeeching(candidate))
  })
}

function takeTurns(candidates: readonly ChokeCandidate[], situation: ChokeSituation): Decided[] {
  const interested = candidates.filter((candidate) => candidate.interested)
  const newestFirst = interested.filter(holdsSlot).sort((a, b) => b.since - a.since)
  const over = newestFirst.filter((holder) => isTurnOver(holder, situation))
  const inOrder = [
    ...newestFirst.filter((holder) => !over.includes(holder)),
    ...longestWaiting(candidates, situation.random),
    ...over.filter((holder) => !isIdle(holder, situation)),
    ...over.filter((holder) => isIdle(holder, situation)),
  ]
  const served = new Set(inOrder.slice(0, Math.max(0, situation.slots)))
  return candidates.map((candidate) => {
    const score = waitScore(candidate, situation)
    return served.has(candidate)
      ? decided(candidate, 'turn', score, 'turn')
      : decided(candidate, 'none', score, whyNotSeeding(candidate))
  })
}

function fillSlots(candidates: readonly ChokeCandidate[], situation: ChokeSituation): Decided[] {
  const { mode, random, slots } = situation
  const seeding = mode === 'seeding'
  const waiting = seeding
    ? longestWaiting(candidates, random)
    : byLot(candidates.filter(isWaiting), random).sort(
        (a, b) => Number(a.snubbed) - Number(b.snubbed) || rateOf(b) - rateOf(a),
      )
  const held = candidates.filter(holdsSlot).length
  const served = new Set(waiting.slice(0, Math.max(0, slots - held)))
  return candidates.map((candidate) => {
    const score = seeding ? waitScore(candidate, situation) : rateScore(candidate)
    if (candidate.slot !== 'none') return decided(candidate, candidate.slot, score, candidate.slot)
    if (served.has(candidate)) return decided(candidate, seeding ? 'turn' : 'optimistic', score, 'free_slot')
    return decided(candidate, 'none', score, seeding ? whyNotSeeding(candidate) : whyNotLeeching(candidate))
  })
}

const decided = ({ peer }: ChokeCandidate, slot: ChokeSlot, score: number, reason: ChokeReason): Decided => ({
  peer,
  slot,
  score,
  reason,
})

const holdsSlot = ({ slot }: ChokeCandidate): boolean => slot !== 'none'
const isWaiting = ({ interested, slot }: ChokeCandidate): boolean => interested && slot === 'none'

/** It holds a slot that was not given by luck. */
const isIncumbent = ({ slot }: ChokeCandidate): boolean => slot === 'rate' || slot === 'turn'

const rateOf = ({ downloadBytesPerSecond }: ChokeCandidate): number => downloadBytesPerSecond
const rateScore = (candidate: ChokeCandidate): number =>
  rateOf(candidate) * (isIncumbent(candidate) ? incumbentFactor : 1)
const waitScore = (candidate: ChokeCandidate, { at }: ChokeSituation): number =>
  isWaiting(candidate) ? at - candidate.since : 0

/** It has earned something: who gives nothing must not hold a slot against others that give nothing. */
const gives = (candidate: ChokeCandidate): boolean =>
  candidate.interested && !candidate.snubbed && rateOf(candidate) > 0

/** Whole rounds for which a peer has had its slot: between rounds, time is told by the second alone. */
const roundsHeld = ({ since }: ChokeCandidate, { at }: ChokeSituation): number =>
  Math.round((at - since) / chokeRoundMs)

const isIdle = (holder: ChokeCandidate, situation: ChokeSituation): boolean =>
  !holder.asking && holder.uploadBytesPerSecond === 0 && roundsHeld(holder, situation) >= idleRounds

function isTurnOver(holder: ChokeCandidate, situation: ChokeSituation): boolean {
  const rounds = roundsHeld(holder, situation)
  const hasQuota = holder.uploadedInSlot >= turnPieces * situation.pieceLength
  return rounds >= turnRoundsMax || (rounds >= turnRoundsMin && hasQuota) || isIdle(holder, situation)
}

/** Whose optimistic unchoke goes on, the last that began first; then others by lot; last those whose time is over. */
function inOptimisticOrder(candidates: readonly ChokeCandidate[], situation: ChokeSituation): ChokeCandidate[] {
  const drawn = byLot(candidates, situation.random)
  const holders = drawn.filter(({ slot }) => slot === 'optimistic')
  const isDue = (holder: ChokeCandidate) => roundsHeld(holder, situation) >= optimisticRounds
  return [
    ...holders.filter((holder) => !isDue(holder)).sort((a, b) => b.since - a.since),
    ...drawn.filter(({ slot }) => slot !== 'optimistic'),
    ...holders.filter(isDue),
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

function whyNotLeeching({ interested, snubbed }: ChokeCandidate): ChokeReason {
  if (!interested) return 'not_interested'
  return snubbed ? 'snubbed' : 'outranked'
}

function whyNotSeeding(candidate: ChokeCandidate): ChokeReason {
  if (!candidate.interested) return 'not_interested'
  return holdsSlot(candidate) ? 'turn_over' : 'waiting'
}
