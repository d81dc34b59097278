import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChokeCandidate,
  type ChokeDecision,
  chokeRound,
  hasFreeSlot,
} from '../../../machines/torrent/choke-round.ts'
import { seededRandom } from './random.ts'

function candidate(peer: number, facts: Partial<ChokeCandidate> = {}): ChokeCandidate {
  return {
    peer,
    interested: true,
    snubbed: false,
    unchoked: false,
    optimistic: false,
    isNew: false,
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    ...facts,
  }
}

const leeching = { slots: 4, seeding: false, round: 1 }

function unchoked(decisions: readonly ChokeDecision[]): number[] {
  return decisions.filter(({ unchoke }) => unchoke).map(({ peer }) => peer)
}

function optimistic(decisions: readonly ChokeDecision[]): number[] {
  return decisions.filter((decision) => decision.optimistic).map(({ peer }) => peer)
}

/** The candidates as they stand after the decisions are carried out. */
function carriedOut(candidates: readonly ChokeCandidate[], decisions: readonly ChokeDecision[]): ChokeCandidate[] {
  return candidates.map((one, at) => ({
    ...one,
    unchoked: decisions[at]?.unchoke === true,
    optimistic: decisions[at]?.optimistic === true,
  }))
}

describe('a choke round', () => {
  const ten = Array.from({ length: 10 }, (_, peer) =>
    candidate(peer, { downloadBytesPerSecond: peer * 1000, uploadBytesPerSecond: (10 - peer) * 1000 }),
  )

  it('unchokes the three that give most and one optimistically (BEP 3)', () => {
    const decisions = chokeRound(ten, leeching, seededRandom(1))
    expect(decisions.filter(({ reason }) => reason === 'rate').map(({ peer }) => peer)).toEqual([7, 8, 9])
    expect(optimistic(decisions)).toHaveLength(1)
    expect(unchoked(decisions)).toHaveLength(4)
  })

  it('goes by what peers take while seeding (BEP 3)', () => {
    const decisions = chokeRound(ten, { ...leeching, seeding: true }, seededRandom(1))
    expect(decisions.filter(({ reason }) => reason === 'rate').map(({ peer }) => peer)).toEqual([0, 1, 2])
  })

  it('leaves peers choked that are not interested, and chokes those that no longer are', () => {
    const idle = candidate(20, { interested: false, unchoked: true, downloadBytesPerSecond: 1e6 })
    expect(chokeRound([...ten, idle], leeching, seededRandom(1)).at(-1)).toMatchObject({
      unchoke: false,
      changed: true,
      reason: 'not_interested',
    })
  })

  it('unchokes everybody interested while there are slots', () => {
    expect(unchoked(chokeRound(ten.slice(0, 4), leeching, seededRandom(1)))).toEqual([0, 1, 2, 3])
  })

  it('unchokes a snubbed peer only optimistically', () => {
    const snubbed = candidate(20, { snubbed: true, unchoked: true, downloadBytesPerSecond: 1e6 })
    const decision = chokeRound([...ten, snubbed], { ...leeching, slots: 1 + 10 }, seededRandom(1)).at(-1)
    expect(decision).toMatchObject({ unchoke: true, optimistic: true, reason: 'optimistic' })
    const holder = candidate(21, { unchoked: true, optimistic: true })
    expect(chokeRound([...ten, snubbed, holder], leeching, seededRandom(1)).at(-2)).toMatchObject({
      unchoke: false,
      reason: 'snubbed',
    })
  })

  it('gives the slots that snubbed peers leave to more than one optimistic unchoke', () => {
    const all = Array.from({ length: 10 }, (_, peer) => candidate(peer, { snubbed: true }))
    expect(optimistic(chokeRound(all, leeching, seededRandom(1)))).toHaveLength(4)
  })

  it('keeps the optimistic unchoke for three rounds, then moves it on (BEP 3)', () => {
    let candidates: ChokeCandidate[] = ten
    const random = seededRandom(3)
    const holders: number[] = []
    for (let round = 0; round < 9; round++) {
      const decisions = chokeRound(candidates, { ...leeching, round }, random)
      holders.push(...optimistic(decisions))
      candidates = carriedOut(candidates, decisions)
    }
    const [a, , , b, , , c] = holders
    expect(holders).toEqual([a, a, a, b, b, b, c, c, c])
    expect(a).not.toBe(b)
    expect(b).not.toBe(c)
  })

  it('makes a new peer three times as likely to be the optimistic one (BEP 3)', () => {
    const random = seededRandom(5)
    const pool = [candidate(0), candidate(1, { isNew: true })]
    let chosen = 0
    for (let run = 0; run < 4000; run++) {
      if (optimistic(chokeRound(pool, { ...leeching, slots: 1, round: 0 }, random))[0] === 1) chosen++
    }
    expect(chosen / 4000).toBeGreaterThan(0.72)
    expect(chosen / 4000).toBeLessThan(0.78)
  })

  it('chokes nobody for a rate that is about the same', () => {
    const holder = candidate(0, { unchoked: true, downloadBytesPerSecond: 1000 })
    const optimist = candidate(1, { unchoked: true, optimistic: true })
    const round = (rate: number) =>
      chokeRound(
        [holder, optimist, candidate(2, { downloadBytesPerSecond: rate })],
        { ...leeching, slots: 2 },
        seededRandom(1),
      )
    expect(unchoked(round(1050))).toEqual([0, 1])
    expect(unchoked(round(1200))).toEqual([1, 2])
  })

  it('changes nothing between optimistic rounds when no rate changes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }), fc.nat(8), fc.nat(), (rates, slots, seed) => {
        const random = seededRandom(seed)
        const first = rates.map((rate, peer) => candidate(peer, { downloadBytesPerSecond: rate * 100 }))
        const settled = carriedOut(first, chokeRound(first, { slots, seeding: false, round: 0 }, random))
        const again = carriedOut(settled, chokeRound(settled, { slots, seeding: false, round: 1 }, random))
        const decisions = chokeRound(again, { slots, seeding: false, round: 2 }, random)
        expect(unchoked(decisions)).toHaveLength(Math.min(slots, rates.length))
        expect(decisions.filter(({ changed }) => changed)).toEqual([])
      }),
    )
  })

  it('says for each peer in order whether anything changes, its score and why', () => {
    const decisions = chokeRound(carriedOut(ten, chokeRound(ten, leeching, seededRandom(1))), leeching, seededRandom(1))
    expect(decisions.map(({ peer }) => peer)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(decisions[9]).toEqual({
      peer: 9,
      unchoke: true,
      changed: false,
      optimistic: false,
      score: 9900,
      reason: 'rate',
    })
    expect(decisions[6]?.reason).toBe(decisions[6]?.unchoke ? 'optimistic' : 'outranked')
  })
})

describe('a free slot', () => {
  const taken = [candidate(0, { unchoked: true }), candidate(1, { unchoked: true }), candidate(2)]

  it('is there while fewer peers are unchoked than there are slots', () => {
    expect(hasFreeSlot(taken, 3)).toBe(true)
    expect(hasFreeSlot(taken, 2)).toBe(false)
  })

  it('stays taken by a peer that lost interest, until the next round: taking turns gives nobody more', () => {
    expect(hasFreeSlot([...taken, candidate(3, { unchoked: true, interested: false })], 3)).toBe(false)
  })
})
