import { describe, expect, test } from 'vitest'
import {
  type ChokeAlgorithm,
  type ChokeCandidate,
  type ChokeDecision,
  type ChokeSituation,
  type ChokeSlot,
  decide,
} from '../../../../../machines/torrent/choking/algorithm/choke-algorithm.ts'

const candidate = (peer: number, slot: ChokeSlot = 'none'): ChokeCandidate => ({
  peer,
  address: { host: 'host', port: 6881 },
  interested: true,
  antiSnubbed: false,
  slot,
  since: 0,
  isNew: false,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  asking: false,
  uploadedInSlot: 0,
  appetite: 'takes',
})

const round: ChokeSituation = {
  occasion: 'round',
  round: 0,
  at: 0,
  mode: 'leeching',
  slots: 2,
  pieceLength: 16_384,
  random: () => 0,
}

const decision = (peer: number, slot: ChokeSlot = 'rate', reason = 'mine'): ChokeDecision => ({
  peer,
  slot,
  score: 1,
  reason,
})

describe('in a round', () => {
  const three = [candidate(0, 'rate'), candidate(1), candidate(2)]

  test('decisions come in the order of the candidates, and a peer that is not named has no slot', () => {
    expect(decide(() => [decision(2), decision(1, 'none')], three, round)).toMatchObject([
      { peer: 0, slot: 'none', score: 0, reason: 'unnamed' },
      decision(1, 'none'),
      decision(2),
    ])
  })

  test('what becomes of a peer is told with its address, and with nothing an algorithm has added', () => {
    const [entry] = decide(() => [{ ...decision(0), mood: 'good' }], three, round)
    expect(entry).toEqual({ ...decision(0), address: { host: 'host', port: 6881 } })
  })

  test('an algorithm is told what there is to know', () => {
    const heard: unknown[] = []
    const listen: ChokeAlgorithm = (...told) => {
      heard.push(...told)
      return []
    }
    decide(listen, three, round)
    expect(heard).toEqual([three, round])
  })

  test.each<[string, unknown, string]>([
    ['more peers than slots', three.map(({ peer }) => decision(peer)), 'with 2 slots cannot unchoke 3 peers'],
    ['a peer that is no candidate', [decision(7)], 'cannot decide of 7'],
    ['one twice', [decision(0), decision(0)], 'decides of each peer once'],
    ['a slot there is not', [{ ...decision(0), slot: 'vip' }], 'vip is no slot'],
    ['no score', [{ peer: 0, slot: 'rate', reason: 'mine' }], 'peer 0 lacks its score'],
    ['no reason', [{ peer: 0, slot: 'rate', score: 1 }], 'peer 0 lacks its score'],
    ['a promise', Promise.resolve([]), 'returns a list'],
    ['nothing', undefined, 'returns a list'],
    ['a list of nothing', [undefined], 'undefined'],
  ])('%s is refused', (_, decisions, message) => {
    expect(() => decide(() => decisions as ChokeDecision[], three, round)).toThrow(message)
  })
})

describe('between rounds', () => {
  const between = { ...round, occasion: 'free_slot' } as const
  const slotsOf = (decisions: readonly ChokeDecision[]) => decisions.map(({ slot }) => slot)

  test('no peer loses a slot, nor gets another for it', () => {
    const holders = [candidate(0, 'rate'), candidate(1, 'optimistic')]
    expect(decide(() => [decision(1, 'rate')], holders, between)).toMatchObject([
      { peer: 0, slot: 'rate', score: 0, reason: 'kept' },
      { peer: 1, slot: 'optimistic', score: 1, reason: 'kept' },
    ])
    expect(decide(() => [decision(0), decision(1, 'optimistic')], holders, between)[0]).toMatchObject(decision(0))
  })

  test('the free slots are given in the order of the decisions until there are no more', () => {
    const peers = [candidate(0, 'turn'), candidate(1), candidate(2)]
    const decisions = decide(() => [decision(2, 'turn'), decision(1, 'turn')], peers, between)
    expect(slotsOf(decisions)).toEqual(['turn', 'none', 'turn'])
    expect(decisions[1]?.reason).toBe('no_slot')
  })

  test('with more holders than slots no peer is unchoked', () => {
    const peers = [candidate(0, 'turn'), candidate(1, 'turn'), candidate(2, 'turn'), candidate(3)]
    expect(slotsOf(decide(() => [decision(3)], peers, between))).toEqual(['turn', 'turn', 'turn', 'none'])
  })

  test('a peer that takes nothing loses its slot, also when it is not named', () => {
    const peers = [{ ...candidate(0, 'turn'), appetite: 'takes_nothing' as const }, candidate(1)]
    expect(slotsOf(decide(() => [decision(1)], peers, { ...between, slots: 1 }))).toEqual(['none', 'rate'])
  })

  test('a peer that stalls loses it when it is named without one', () => {
    const peers = [{ ...candidate(0, 'turn'), appetite: 'stalls' as const }, candidate(1)]
    const told = { ...between, slots: 1 }
    expect(slotsOf(decide(() => [decision(0, 'none'), decision(1)], peers, told))).toEqual(['none', 'rate'])
    expect(slotsOf(decide(() => [decision(1)], peers, told))).toEqual(['turn', 'none'])
  })
})

test('beside the slots any number may be unchoked, in a round and between', () => {
  const peers = [candidate(0), candidate(1, 'spare'), candidate(2, 'spare')]
  const decisions = [decision(0, 'spare'), decision(1, 'spare'), decision(2)]
  for (const occasion of ['round', 'free_slot'] as const) {
    expect(decide(() => decisions, peers, { ...round, slots: 1, occasion }).map(({ slot }) => slot)).toEqual([
      'spare',
      'spare',
      'rate',
    ])
  }
})
