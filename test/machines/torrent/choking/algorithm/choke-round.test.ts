import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Appetite,
  fillingBytesPerSecond,
  firstBlockMs,
} from '../../../../../machines/torrent/choking/algorithm/appetite.ts'
import {
  type ChokeCandidate,
  type ChokeDecision,
  type ChokeSituation,
  type ChokeSlot,
  decide,
  holdsSlot,
} from '../../../../../machines/torrent/choking/algorithm/choke-algorithm.ts'
import {
  chokeRound,
  chokeRoundMs,
  sparesMax,
  turnPieces,
  turnRoundsMax,
  turnRoundsMin,
} from '../../../../../machines/torrent/choking/algorithm/choke-round.ts'
import { runs } from '../../../../in-full.ts'
import { seededRandom } from '../../random.ts'

const pieceLength = 1_000

function candidate(peer: number, facts: Partial<ChokeCandidate> = {}): ChokeCandidate {
  return {
    peer,
    address: { host: `10.0.0.${peer}`, port: 6881 },
    interested: true,
    antiSnubbed: false,
    slot: 'none',
    since: 0,
    isNew: false,
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    asking: false,
    uploadedInSlot: 0,
    appetite: 'takes',
    ...facts,
  }
}

function situation(facts: Partial<ChokeSituation> = {}): ChokeSituation {
  const round = facts.round ?? 1
  return {
    occasion: 'round',
    round,
    at: round * chokeRoundMs,
    mode: 'leeching',
    slots: 4,
    pieceLength,
    random: seededRandom(1),
    ...facts,
  }
}

const withSlot = (decisions: readonly ChokeDecision[], ...slots: ChokeSlot[]): number[] =>
  decisions.filter(({ slot }) => slots.includes(slot)).map(({ peer }) => peer)

const unchoked = (decisions: readonly ChokeDecision[]): number[] => withSlot(decisions, 'rate', 'turn', 'optimistic')

/** The candidates as they stand after the decisions are carried out, at a time. */
function carriedOut(
  candidates: readonly ChokeCandidate[],
  decisions: readonly ChokeDecision[],
  at: number,
): ChokeCandidate[] {
  return candidates.map((one, i) => {
    const slot = decisions[i]?.slot ?? 'none'
    return slot === one.slot ? one : { ...one, slot, since: at, isNew: one.isNew && slot === 'none', uploadedInSlot: 0 }
  })
}

/** Runs rounds after one another, and shows each decision; `between` moves the candidates on by a round. */
function rounds(
  candidates: readonly ChokeCandidate[],
  count: number,
  facts: Partial<ChokeSituation>,
  between: (candidates: readonly ChokeCandidate[], round: number) => readonly ChokeCandidate[] = (same) => same,
): ChokeDecision[][] {
  const random = facts.random ?? seededRandom(3)
  let now = candidates
  return Array.from({ length: count }, (_, round) => {
    const decisions = chokeRound(now, situation({ ...facts, round, random }))
    now = between(carriedOut(now, decisions, round * chokeRoundMs), round)
    return decisions
  })
}

/** By peer, how often it got a slot that it did not have the round before. */
const changes = (history: readonly ChokeDecision[][]): number =>
  history.slice(1).reduce((sum, decisions, i) => {
    const before = unchoked(history[i] ?? [])
    return sum + unchoked(decisions).filter((peer) => !before.includes(peer)).length
  }, 0)

describe('leeching', () => {
  const ten = Array.from({ length: 10 }, (_, peer) =>
    candidate(peer, { downloadBytesPerSecond: peer * 1000, uploadBytesPerSecond: (10 - peer) * 1000 }),
  )

  it('unchokes the three that give most and one optimistically (BEP 3)', () => {
    const decisions = chokeRound(ten, situation())
    expect(withSlot(decisions, 'rate')).toEqual([7, 8, 9])
    expect(withSlot(decisions, 'optimistic')).toHaveLength(1)
    expect(unchoked(decisions)).toHaveLength(4)
  })

  it('says for each peer in order its slot, what it was ranked by, and why', () => {
    const held = ten.map((one) => (one.peer === 9 ? { ...one, slot: 'rate' as const } : one))
    const decisions = chokeRound([...held, candidate(10, { interested: false })], situation())
    expect(decisions.map(({ peer }) => peer)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(decisions[8]).toEqual({ peer: 8, slot: 'rate', score: 8000, reason: 'rate' })
    expect(decisions[9]).toEqual({ peer: 9, slot: 'rate', score: 9000 * 1.1, reason: 'rate' })
    expect(decisions[10]).toEqual({ peer: 10, slot: 'none', score: 0, reason: 'not_interested' })
    const lucky = withSlot(decisions, 'optimistic')[0] ?? -1
    expect(decisions[lucky]?.reason).toBe('optimistic')
    expect(decisions.filter(({ reason }) => reason === 'outranked')).toHaveLength(6)
  })

  it('leaves peers choked that are not interested, however much they give', () => {
    const idle = candidate(20, { interested: false, slot: 'rate', downloadBytesPerSecond: 1e6 })
    expect(chokeRound([...ten, idle], situation()).at(-1)).toMatchObject({ slot: 'none', reason: 'not_interested' })
  })

  it('unchokes every interested peer while there are slots', () => {
    expect(unchoked(chokeRound(ten.slice(0, 4), situation()))).toEqual([0, 1, 2, 3])
  })

  it('unchokes a snubbed peer only optimistically (BEP 3)', () => {
    const snubbed = candidate(20, { antiSnubbed: true, slot: 'rate', downloadBytesPerSecond: 1e6 })
    expect(chokeRound([...ten, snubbed], situation({ slots: 11 })).at(-1)).toMatchObject({ slot: 'optimistic' })
    const holder = candidate(21, { slot: 'optimistic' })
    expect(chokeRound([...ten, snubbed, holder], situation()).at(-2)).toMatchObject({
      slot: 'none',
      reason: 'anti_snubbed',
    })
  })

  it('gives the slots that no peer has earned to more than one optimistic unchoke (BEP 3)', () => {
    const snubbed = Array.from({ length: 10 }, (_, peer) =>
      candidate(peer, { antiSnubbed: true, downloadBytesPerSecond: 10 }),
    )
    expect(withSlot(chokeRound(snubbed, situation()), 'optimistic')).toHaveLength(4)
    const takers = Array.from({ length: 10 }, (_, peer) => candidate(peer))
    expect(
      withSlot(chokeRound([...takers, candidate(20, { downloadBytesPerSecond: 1 })], situation()), 'rate'),
    ).toEqual([20])
  })

  it('gives no peer a slot for good that gives nothing: all take turns', () => {
    const takers = Array.from({ length: 8 }, (_, peer) => candidate(peer))
    const served = new Set(rounds(takers, 12, { slots: 4 }).flatMap(unchoked))
    expect(served.size).toBe(8)
  })

  it('keeps an optimistic unchoke for three rounds, then moves it on (BEP 3)', () => {
    const holders = rounds(ten, 9, {}).flatMap((decisions) => withSlot(decisions, 'optimistic'))
    const [a, , , b, , , c] = holders
    expect(holders).toEqual([a, a, a, b, b, b, c, c, c])
    expect(a).not.toBe(b)
    expect(b).not.toBe(c)
  })

  it('leaves an optimistic unchoke where it is when no other waits', () => {
    expect(changes(rounds(ten.slice(0, 4), 12, {}))).toBe(0)
  })

  it('makes a new peer three times as likely to be the optimistic one (BEP 3)', () => {
    const random = seededRandom(5)
    const pool = [candidate(0), candidate(1, { isNew: true })]
    let chosen = 0
    for (let run = 0; run < 4000; run++) {
      if (unchoked(chokeRound(pool, situation({ slots: 1, random })))[0] === 1) chosen++
    }
    expect(chosen / 4000).toBeGreaterThan(0.72)
    expect(chosen / 4000).toBeLessThan(0.78)
  })

  it('chokes no peer for a rate that is about the same', () => {
    const holder = candidate(0, { slot: 'rate', downloadBytesPerSecond: 1000 })
    const optimist = candidate(1, { slot: 'optimistic', since: 10_000 })
    const round = (rate: number) =>
      chokeRound([holder, optimist, candidate(2, { downloadBytesPerSecond: rate })], situation({ slots: 2 }))
    expect(unchoked(round(1050))).toEqual([0, 1])
    expect(unchoked(round(1200))).toEqual([1, 2])
  })

  it('changes nothing while no optimistic unchoke is over and no rate changes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }), fc.nat(8), fc.nat(), (rates, slots, seed) => {
        const peers = rates.map((rate, peer) => candidate(peer, { downloadBytesPerSecond: rate * 100 }))
        const history = rounds(peers, 3, { slots, random: seededRandom(seed) })
        expect(unchoked(history[0] ?? [])).toHaveLength(Math.min(slots, rates.length))
        expect(changes(history)).toBe(0)
      }),
    )
  })

  it('gives one slot to luck, and more only when they are not earned', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { maxLength: 20 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(),
        (rates, slots, seed) => {
          const peers = rates.map((rate, peer) => candidate(peer, { downloadBytesPerSecond: rate * 100 }))
          const earned = Math.min(slots - 1, rates.filter((rate) => rate > 0).length)
          for (const decisions of rounds(peers, 5, { slots, random: seededRandom(seed) })) {
            expect(withSlot(decisions, 'rate')).toHaveLength(earned)
            expect(withSlot(decisions, 'optimistic')).toHaveLength(Math.min(slots, peers.length) - earned)
          }
        },
      ),
    )
  })
})

describe('seeding', () => {
  const seeding = { mode: 'seeding' } as const
  const quota = turnPieces * pieceLength
  const turn = (rounds: number, facts: Partial<ChokeCandidate> = {}): Partial<ChokeCandidate> => ({
    slot: 'turn',
    since: 1_000_000 - rounds * chokeRoundMs,
    uploadBytesPerSecond: 1,
    ...facts,
  })
  /** Whether a peer with one slot has to leave it to another that waits. */
  const leaves = (facts: Partial<ChokeCandidate>) => {
    const decisions = chokeRound(
      [candidate(0, facts), candidate(1)],
      situation({ ...seeding, slots: 1, at: 1_000_000 }),
    )
    expect(unchoked(decisions)).toHaveLength(1)
    return ['turn_over', 'takes_nothing'].includes(decisions[0]?.reason ?? '')
  }

  it('lets a turn last until the peer has had its pieces and its minute (libtorrent)', () => {
    expect(leaves(turn(turnRoundsMin, { uploadedInSlot: quota }))).toBe(true)
    expect(leaves(turn(turnRoundsMin, { uploadedInSlot: quota - 1 }))).toBe(false)
    expect(leaves(turn(turnRoundsMin - 1, { uploadedInSlot: quota }))).toBe(false)
  })

  it('lets no turn last longer than five minutes, however slowly the peer takes', () => {
    expect(leaves(turn(turnRoundsMax - 1, { uploadedInSlot: 1 }))).toBe(false)
    expect(leaves(turn(turnRoundsMax, { uploadedInSlot: 1 }))).toBe(true)
  })

  it('ends the turn of a peer that takes nothing, but not of one that stalls or has only just been unchoked', () => {
    const whether = (['takes', 'pauses', 'stalls', 'takes_nothing'] as const).map((appetite) =>
      leaves(turn(1, { appetite })),
    )
    expect(whether).toEqual([false, false, false, true])
  })

  it('counts rounds, not the second more or less that a free slot was given in', () => {
    expect(leaves(turn(turnRoundsMin, { uploadedInSlot: quota, since: 1_000_000 - 59_000 }))).toBe(true)
  })

  it('leaves the slot with a peer whose turn is over as long as none waits', () => {
    const decisions = chokeRound(
      [candidate(0, turn(100, { uploadedInSlot: quota }))],
      situation({ ...seeding, at: 1_000_000 }),
    )
    expect(decisions).toEqual([{ peer: 0, slot: 'turn', score: 0, reason: 'turn' }])
  })

  it('unchokes those that have waited longest, and says how long', () => {
    const decisions = chokeRound(
      [5, 3, 9, 1].map((waited, peer) => candidate(peer, { since: 1_000_000 - waited * 1000 })),
      situation({ ...seeding, slots: 2, at: 1_000_000 }),
    )
    expect(decisions).toEqual([
      { peer: 0, slot: 'turn', score: 5000, reason: 'turn' },
      { peer: 1, slot: 'none', score: 3000, reason: 'waiting' },
      { peer: 2, slot: 'turn', score: 9000, reason: 'turn' },
      { peer: 3, slot: 'none', score: 1000, reason: 'waiting' },
    ])
  })

  it('goes by rates no more: the peer that takes or gives most waits like the others', () => {
    const fast = candidate(1, { since: 1, downloadBytesPerSecond: 1e6, antiSnubbed: true })
    expect(unchoked(chokeRound([candidate(0), fast], situation({ ...seeding, slots: 1 })))).toEqual([0])
  })

  it('with fewer slots chokes those with the turns that began first', () => {
    const holders = [3, 1, 2].map((rounds, peer) => candidate(peer, turn(rounds)))
    expect(unchoked(chokeRound(holders, situation({ ...seeding, slots: 1, at: 1_000_000 })))).toEqual([1])
  })

  /** By peer, what it takes of us in a round; by round, which peers are interested. */
  const crowd = fc.record({
    takes: fc.array(fc.constantFrom(0, 1, 500, 5_000, 50_000), { minLength: 1, maxLength: 15 }),
    slots: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(),
  })
  const served = (takes: readonly number[]) => (candidates: readonly ChokeCandidate[]) =>
    candidates.map((one) => {
      const took = one.slot === 'none' ? 0 : (takes[one.peer] ?? 0)
      return { ...one, uploadBytesPerSecond: took / 10, uploadedInSlot: one.uploadedInSlot + took }
    })

  it('serves every interested peer within the stated number of rounds', () => {
    fc.assert(
      fc.property(crowd, ({ takes, slots, seed }) => {
        const bound = turnRoundsMax * Math.ceil(takes.length / slots)
        const peers = takes.map((_, peer) => candidate(peer))
        const history = rounds(peers, 2 * bound, { ...seeding, slots, random: seededRandom(seed) }, served(takes))
        for (const peer of takes.keys()) {
          const turns = history.flatMap((decisions, round) => (unchoked(decisions).includes(peer) ? [round] : []))
          const waits = [-1, ...turns].map((round, i, all) => (all[i + 1] ?? history.length) - round)
          expect(Math.max(...waits)).toBeLessThanOrEqual(bound)
        }
      }),
      { numRuns: runs(12, 50) },
    )
  })

  it('gives every peer that takes alike as many rounds as the others', () => {
    const takes = new Array<number>(8).fill(quota)
    const history = rounds(
      takes.map((_, peer) => candidate(peer)),
      10 * turnRoundsMin,
      seeding,
      served(takes),
    )
    const counts = takes.map((_, peer) => history.filter((decisions) => unchoked(decisions).includes(peer)).length)
    expect(counts).toEqual(new Array(8).fill((10 * turnRoundsMin) / 2))
  })

  it('does not let peers alternate: one that was given a turn keeps it for its minute', () => {
    fc.assert(
      fc.property(crowd, ({ takes, slots, seed }) => {
        const taking = takes.map((taken) => Math.max(1, taken))
        const peers = taking.map((_, peer) => candidate(peer))
        const history = rounds(peers, 60, { ...seeding, slots, random: seededRandom(seed) }, served(taking))
        for (const peer of taking.keys()) {
          const pattern = history.map((decisions) => (unchoked(decisions).includes(peer) ? 'u' : '.')).join('')
          for (const [run] of pattern.slice(0, -turnRoundsMin).matchAll(/u+(?=\.)/g)) {
            expect(run.length).toBeGreaterThanOrEqual(turnRoundsMin)
          }
        }
      }),
      { numRuns: runs(12, 50) },
    )
  })
})

describe.each(['leeching', 'seeding'] as const)('whatever happens while %s', (mode) => {
  const anyCandidate = fc.record({
    interested: fc.boolean(),
    antiSnubbed: fc.boolean(),
    slot: fc.constantFrom<ChokeSlot>('none', 'rate', 'turn', 'optimistic'),
    since: fc.nat(1_000_000),
    isNew: fc.boolean(),
    downloadBytesPerSecond: fc.nat(100),
    uploadBytesPerSecond: fc.nat(100),
    uploadedInSlot: fc.nat(100_000),
  })
  const any = fc.tuple(fc.array(anyCandidate, { maxLength: 20 }), fc.nat(8), fc.nat())

  it('a round unchokes interested peers alone, as many as there are slots, and decides of each', () => {
    fc.assert(
      fc.property(any, ([facts, slots, seed]) => {
        const peers = facts.map((one, peer) => candidate(peer, one))
        const decisions = chokeRound(peers, situation({ mode, slots, at: 1_000_000, random: seededRandom(seed) }))
        expect(decisions.map(({ peer }) => peer)).toEqual(peers.map(({ peer }) => peer))
        const interested = peers.filter((one) => one.interested).length
        expect(unchoked(decisions)).toHaveLength(Math.min(slots, interested))
        expect(unchoked(decisions).every((peer) => peers[peer]?.interested)).toBe(true)
      }),
    )
  })

  it('between rounds the free slots alone are given, to interested peers', () => {
    fc.assert(
      fc.property(any, ([facts, slots, seed]) => {
        const peers = facts.map((one, peer) => candidate(peer, one))
        const random = seededRandom(seed)
        const decisions = chokeRound(peers, situation({ mode, slots, at: 1_000_000, random, occasion: 'free_slot' }))
        const given = decisions.filter(({ reason }) => reason === 'free_slot').map(({ peer }) => peer)
        const waiting = peers.filter((one) => one.interested && one.slot === 'none').map(({ peer }) => peer)
        const held = peers.filter(({ slot }) => slot !== 'none').length
        expect(waiting).toEqual(expect.arrayContaining(given))
        expect(given).toHaveLength(Math.min(waiting.length, Math.max(0, slots - held)))
        for (const [peer, decision] of decisions.entries()) {
          if (!given.includes(peer)) expect(decision.slot).toBe(peers[peer]?.slot)
        }
      }),
    )
  })
})

describe('a free slot', () => {
  const free = { occasion: 'free_slot', slots: 1, at: 100_000 } as const

  it('goes to the one that gives most while leeching, and is not earned before a round', () => {
    const peers = [candidate(0), candidate(1, { downloadBytesPerSecond: 1 }), candidate(2, { isNew: true })]
    expect(chokeRound(peers, situation(free))).toEqual([
      { peer: 0, slot: 'none', score: 0, reason: 'outranked' },
      { peer: 1, slot: 'optimistic', score: 1, reason: 'free_slot' },
      { peer: 2, slot: 'none', score: 0, reason: 'outranked' },
    ])
  })

  it('goes to a snubbed peer last', () => {
    const peers = [candidate(0, { antiSnubbed: true, downloadBytesPerSecond: 9 }), candidate(1)]
    expect(unchoked(chokeRound(peers, situation(free)))).toEqual([1])
  })

  it('goes to the one that has waited longest while seeding, and is its turn', () => {
    const peers = [candidate(0, { since: 50_000 }), candidate(1, { since: 40_000, downloadBytesPerSecond: 1 })]
    expect(chokeRound(peers, situation({ ...free, mode: 'seeding' }))).toEqual([
      { peer: 0, slot: 'none', score: 50_000, reason: 'waiting' },
      { peer: 1, slot: 'turn', score: 60_000, reason: 'free_slot' },
    ])
  })

  it('is none while a peer that lost interest holds it: taking turns gives no peer more', () => {
    const peers = [candidate(0, { slot: 'rate', interested: false }), candidate(1)]
    expect(chokeRound(peers, situation(free)).map(({ slot }) => slot)).toEqual(['rate', 'none'])
  })
})

describe('slots are for peers that take:', () => {
  const at = 1_000_000
  const since = at - 60_000
  const slotsOf = (decisions: readonly ChokeDecision[]) => decisions.map(({ slot, reason }) => `${slot} ${reason}`)
  const between = (mode: 'leeching' | 'seeding', slots: number) => situation({ mode, slots, at, occasion: 'free_slot' })
  const refrains = { appetite: 'takes_nothing', slot: 'turn', since } as const

  it('a peer that takes nothing loses its slot between rounds to the one that has waited longest', () => {
    const peers = [candidate(0, refrains), candidate(1, { since: 2 }), candidate(2, { since: 1 })]
    expect(slotsOf(chokeRound(peers, between('seeding', 1)))).toEqual([
      'none takes_nothing',
      'none waiting',
      'turn free_slot',
    ])
  })

  it('an optimistic slot too is passed on', () => {
    const peers = [candidate(0, { ...refrains, slot: 'optimistic' }), candidate(1)]
    for (const told of [between('leeching', 1), situation({ slots: 1, at })]) {
      expect(unchoked(chokeRound(peers, told))).toEqual([1])
    }
  })

  it('it keeps the slot while none waits but others of its kind, which have turns by the round', () => {
    const peers = [candidate(0, refrains), candidate(1, { ...refrains, slot: 'none' })]
    expect(unchoked(chokeRound(peers, between('seeding', 1)))).toEqual([0])
    expect(unchoked(chokeRound(peers, situation({ mode: 'seeding', slots: 1, at })))).toEqual([1])
  })

  it('it comes behind all others until it has taken something', () => {
    const peers = [candidate(0, { appetite: 'takes_nothing', since: 1 }), candidate(1, { since: 2 })]
    for (const mode of ['leeching', 'seeding'] as const) {
      expect(unchoked(chokeRound(peers, situation({ mode, slots: 1, at })))).toEqual([1])
      expect(unchoked(chokeRound(peers, between(mode, 1)))).toEqual([1])
    }
  })

  it('a turn in which little is taken ends with the round if another waits, and another shows that our line carries more', () => {
    const slow = candidate(0, { slot: 'turn', since: at - 20_000, appetite: 'nibbles' })
    const fast = candidate(1, { ...slow, peer: 1, appetite: 'takes', uploadedInSlot: 20 * fillingBytesPerSecond })
    const round = situation({ mode: 'seeding', slots: 2, at })
    expect(slotsOf(chokeRound([slow, fast, candidate(2)], round))).toEqual(['none turn_over', 'turn turn', 'turn turn'])
    expect(unchoked(chokeRound([slow, fast], round))).toEqual([0, 1])
    const slowToo = { ...fast, uploadedInSlot: fast.uploadedInSlot - 1 }
    expect(unchoked(chokeRound([slow, slowToo, candidate(2)], round))).toEqual([0, 1])
  })

  describe('beside the slots', () => {
    const fresh = { isNew: true, appetite: 'pauses' } as const
    const spare = { slot: 'spare', since, appetite: 'takes' } as const

    it('those never unchoked are tried while a holder stalls, or has still to ask and others have not', () => {
      const tried = (holder: Partial<ChokeCandidate>, ...others: ChokeCandidate[]) =>
        withSlot(
          chokeRound(
            [candidate(0, { slot: 'turn', ...holder }), candidate(1, fresh), ...others],
            between('seeding', 1),
          ),
          'spare',
        )
      expect(tried({ appetite: 'stalls' }, candidate(2))).toEqual([1])
      expect(tried({ appetite: 'pauses' }, candidate(2, { appetite: 'takes_nothing' }))).toEqual([1])
      expect(tried({ appetite: 'pauses' }, candidate(2))).toEqual([])
      expect(tried({ appetite: 'takes' }, candidate(2, { appetite: 'takes_nothing' }))).toEqual([])
    })

    it('those never unchoked are tried while all holders rest, but not beside one that takes', () => {
      const tried = (...appetites: Appetite[]) => {
        const holders = appetites.map((appetite, i) => candidate(i + 1, { slot: 'turn', appetite }))
        return withSlot(chokeRound([candidate(0, fresh), ...holders], between('seeding', holders.length)), 'spare')
      }
      expect(tried('rests', 'rests')).toEqual([0])
      expect(tried('rests', 'takes')).toEqual([])
      expect(tried('rests', 'pauses')).toEqual([])
    })

    it('are no more than a bounded number', () => {
      const crowd = Array.from({ length: 200 }, (_, i) => candidate(i + 1, fresh))
      const decisions = chokeRound(
        [candidate(0, { slot: 'turn', appetite: 'stalls' }), ...crowd],
        between('seeding', 1),
      )
      expect(withSlot(decisions, 'spare')).toHaveLength(sparesMax)
    })

    it('each has the time of a first block, and then a slot if it takes and one is free or held by one that stalls', () => {
      const fate = (one: Partial<ChokeCandidate>, holder: Partial<ChokeCandidate>) =>
        slotsOf(
          chokeRound(
            [candidate(0, { ...spare, ...one }), candidate(1, { slot: 'turn', ...holder })],
            between('seeding', 1),
          ),
        )[0]
      const lately = at - firstBlockMs + 1
      expect(fate({ since: lately }, { appetite: 'stalls' })).toBe('spare spare')
      expect(fate({}, { appetite: 'stalls' })).toBe('turn free_slot')
      expect(fate({}, { appetite: 'takes_nothing' })).toBe('turn free_slot')
      expect(fate({}, { appetite: 'takes' })).toBe('none waiting')
      expect(fate({}, { appetite: 'pauses' })).toBe('none waiting')
      expect(fate({ appetite: 'stalls' }, { appetite: 'stalls' })).toBe('none waiting')
      expect(fate({ appetite: 'takes_nothing' }, { appetite: 'takes' })).toBe('none takes_nothing')
    })

    it('one that takes comes before those that wait, also in a round', () => {
      const peers = [candidate(0, spare), candidate(1, { since: 0 })]
      for (const mode of ['leeching', 'seeding'] as const) {
        expect(unchoked(chokeRound(peers, situation({ mode, slots: 1, at })))).toEqual([0])
      }
    })
  })

  it('whatever they do, those with a slot are never more than there are', () => {
    const anybody = fc.record({
      interested: fc.boolean(),
      slot: fc.constantFrom<ChokeSlot>('none', 'rate', 'turn', 'optimistic', 'spare'),
      since: fc.integer({ min: at - 20_000, max: at }),
      isNew: fc.boolean(),
      downloadBytesPerSecond: fc.nat(3),
      appetite: fc.constantFrom<Appetite>('takes', 'pauses', 'stalls', 'takes_nothing'),
    })
    const all = fc.record({
      facts: fc.array(anybody, { maxLength: 20 }),
      slots: fc.integer({ min: 1, max: 8 }),
      mode: fc.constantFrom('leeching', 'seeding'),
      occasion: fc.constantFrom('round', 'free_slot'),
    })
    fc.assert(
      fc.property(all, ({ facts, slots, mode, occasion }) => {
        const peers = facts.map((one, peer) => candidate(peer, one))
        const told = situation({ mode, slots, at, occasion } as Partial<ChokeSituation>)
        const entries = decide(chokeRound, peers, told)
        const held = peers.filter((one) => holdsSlot(one) && one.appetite !== 'takes_nothing').length
        const bound = occasion === 'round' ? slots : Math.max(slots, held)
        expect(entries.filter(holdsSlot).length).toBeLessThanOrEqual(bound)
        for (const { peer, slot } of entries) if (slot === 'spare') expect(peers[peer]?.interested).toBe(true)
      }),
    )
  })
})
