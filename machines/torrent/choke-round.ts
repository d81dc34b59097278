/** A choke round, in milliseconds: long enough for TCP to show what an unchoked peer can do (BEP 3). */
export const chokeRoundMs = 10_000

/** The optimistic unchoke moves on each third round, 30 s: time for a peer to give something back (BEP 3). */
export const optimisticRounds = 3

/** Peers unchoked at once, the optimistic one among them (BEP 3). */
export const defaultSlots = 4

/** A peer never unchoked is that much likelier to be the optimistic one: it has nothing to give yet (BEP 3). */
const newPeerWeight = 3

/** A choked peer must be faster than an unchoked one by this factor to take its slot: equals must not alternate. */
const incumbentFactor = 1.1

/** What a choke round needs to know of a peer. */
export interface ChokeCandidate {
  readonly peer: number
  /** It wants something of us. */
  readonly interested: boolean
  /** It owes us blocks and has delivered none for a minute. */
  readonly snubbed: boolean
  /** We do not choke it now, and whether that is as the optimistic one. */
  readonly unchoked: boolean
  readonly optimistic: boolean
  /** We have not unchoked it yet. */
  readonly isNew: boolean
  /** From it to us, and from us to it. */
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
}

/** What holds for all peers of the torrent. */
export interface ChokeSettings {
  readonly slots: number
  /** Nothing is left to download: the peers that take most count, not those that give most. */
  readonly seeding: boolean
  /** Counts up by one a round, from 0; the optimistic unchoke moves on in multiples of `optimisticRounds`. */
  readonly round: number
}

/**
 * Why a peer is unchoked (`rate`: among the best; `optimistic`) or choked (`not_interested`; `snubbed`; `outranked`: others
 * are better).
 */
export type ChokeReason = 'rate' | 'optimistic' | 'not_interested' | 'snubbed' | 'outranked'

/** What becomes of a peer, in the order of the candidates. */
export interface ChokeDecision {
  readonly peer: number
  readonly unchoke: boolean
  /** It is not so already: there is a message to send. */
  readonly changed: boolean
  readonly optimistic: boolean
  /** What it is ranked by: its rate, the unchoked ones' raised a little. */
  readonly score: number
  readonly reason: ChokeReason
}

/**
 * Who is unchoked for the next ten seconds (BEP 3). All slots but one go to the interested peers with the best rate, snubbed ones
 * aside; the last, and those left over, to interested peers at random (`random`: at least 0, below 1), which stay until the
 * optimistic unchoke moves on or their rate earns them a slot.
 *
 * BEP 3 also unchokes faster peers that are not interested. Not here, as in libtorrent and Transmission: they take nothing, and
 * whoever becomes interested while a slot is free gets it at once (`hasFreeSlot`).
 */
export function chokeRound(
  candidates: readonly ChokeCandidate[],
  { slots, seeding, round }: ChokeSettings,
  random: () => number,
): ChokeDecision[] {
  const scores = new Map(candidates.map((candidate) => [candidate, score(candidate, seeding)]))
  const salts = new Map(candidates.map((candidate) => [candidate, random()]))
  const ranked = candidates
    .filter(({ interested, snubbed }) => interested && !snubbed)
    .sort(
      (a, b) =>
        (scores.get(b) ?? 0) - (scores.get(a) ?? 0) ||
        Number(isIncumbent(b)) - Number(isIncumbent(a)) ||
        (salts.get(a) ?? 0) - (salts.get(b) ?? 0),
    )
  const best = new Set(ranked.slice(0, Math.max(0, slots - 1)))
  const others = candidates.filter((candidate) => candidate.interested && !best.has(candidate))
  const optimistic = optimists(others, slots - best.size, round % optimisticRounds === 0, random)

  return candidates.map((candidate) => {
    const unchoke = best.has(candidate) || optimistic.has(candidate)
    return {
      peer: candidate.peer,
      unchoke,
      changed: unchoke !== candidate.unchoked,
      optimistic: optimistic.has(candidate),
      score: scores.get(candidate) ?? 0,
      reason: reasonFor(candidate, best.has(candidate), optimistic.has(candidate)),
    }
  })
}

/**
 * Whether a peer that becomes interested between rounds can be unchoked at once: fewer than `slots` are unchoked. One that lost
 * interest keeps its slot until the next round; otherwise peers that come and go in turn would all be unchoked.
 */
export function hasFreeSlot(candidates: readonly Pick<ChokeCandidate, 'unchoked'>[], slots: number): boolean {
  return candidates.filter(({ unchoked }) => unchoked).length < slots
}

function score(candidate: ChokeCandidate, seeding: boolean): number {
  const rate = seeding ? candidate.uploadBytesPerSecond : candidate.downloadBytesPerSecond
  return isIncumbent(candidate) ? rate * incumbentFactor : rate
}

function isIncumbent({ unchoked, optimistic }: ChokeCandidate): boolean {
  return unchoked && !optimistic
}

/** Those that hold an optimistic unchoke while it stays, then others by lot; when it moves on, those that held it come last. */
function optimists(
  candidates: readonly ChokeCandidate[],
  count: number,
  movesOn: boolean,
  random: () => number,
): Set<ChokeCandidate> {
  const holders = candidates.filter(({ optimistic }) => optimistic)
  const waiting = candidates.filter(({ optimistic }) => !optimistic)
  const inTurn = movesOn ? [...byLot(waiting, random), ...holders] : [...holders, ...byLot(waiting, random)]
  return new Set(inTurn.slice(0, Math.max(0, count)))
}

/** In random order, weighted: the key u^(1/w) of Efraimidis and Spirakis puts each in front with the chance its weight gives. */
function byLot(candidates: readonly ChokeCandidate[], random: () => number): ChokeCandidate[] {
  return candidates
    .map((candidate) => ({ candidate, key: random() ** (1 / (candidate.isNew ? newPeerWeight : 1)) }))
    .sort((a, b) => b.key - a.key)
    .map(({ candidate }) => candidate)
}

function reasonFor(candidate: ChokeCandidate, isBest: boolean, isOptimistic: boolean): ChokeReason {
  if (isBest) return 'rate'
  if (isOptimistic) return 'optimistic'
  if (!candidate.interested) return 'not_interested'
  return candidate.snubbed ? 'snubbed' : 'outranked'
}
