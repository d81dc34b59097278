import { describe, expect, test } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { type Displaced, outrankingFactor, requestersMax } from '../../../../machines/torrent/picking/asking-again.ts'
import type { PickFilter } from '../../../../machines/torrent/picking/picker-peer.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import { seededRandom } from '../random.ts'

/** A piece of one block, and a seeder for each rate, in bytes a second: number 0, 1 and so on. */
function endgame(rates: readonly number[]) {
  const layout = new Layout({ pieceLength: blockBytes, length: blockBytes })
  const picker = new PiecePicker({ layout, have: PieceSet.none(1), random: seededRandom(1) })
  for (const peer of rates.keys()) picker.addPeer(peer, PieceSet.all(1))
  const rateOf = (peer: number) => rates[peer] ?? 0
  const displaced: Displaced[] = []
  return {
    picker,
    displaced,
    /** Whether each gets a place when they are asked one after the other. */
    place: (...peers: readonly number[]) =>
      peers.map((peer) => picker.pick(peer, 1, { rateOf }, displaced).length === 1),
    /** The peers that have one. */
    placed: () => [...rates.keys()].filter((peer) => picker.requested(peer) > 0),
  }
}

describe('a block is asked of four peers at most', () => {
  test('of peers that are about as fast the first four', () => {
    const { place, placed, displaced } = endgame([10, 10, 10, 10, 10 * outrankingFactor])
    expect(place(0, 1, 2, 3, 4)).toEqual([true, true, true, true, false])
    expect([placed().length, displaced]).toEqual([requestersMax, []])
  })

  test('a much faster one takes the place of the slowest, which is told not to answer', () => {
    const { picker, place, placed, displaced } = endgame([10, 5, 10, 10, 5 * outrankingFactor + 1])
    expect(place(0, 1, 2, 3, 4)).toEqual([true, true, true, true, true])
    expect(placed()).toEqual([0, 2, 3, 4])
    expect(displaced).toEqual([{ peer: 1, request: { index: 0, begin: 0, length: blockBytes } }])
    expect([...picker.receive(4, 0, 0, blockBytes).others].sort()).toEqual([0, 2, 3])
  })

  test('late ones keep none from a peer that is in time, however fast they were', () => {
    const { picker, place, placed } = endgame([1e6, 1e6, 1e6, 1e6, 1e6, 0, 0, 0, 0, 0])
    place(0, 1, 2, 3)
    for (const peer of [0, 1, 2, 3, 4]) picker.late(peer)
    expect(place(4, 5, 6, 7, 8, 9)).toEqual([false, true, true, true, true, false])
    expect(placed()).toEqual([5, 6, 7, 8])
  })

  test('a late one gets a place that no other has', () => {
    const { picker, place } = endgame([0, 0, 0, 0, 0, 0])
    for (const peer of [0, 1, 2, 3, 4]) picker.late(peer)
    expect(place(0, 1, 2, 3, 4)).toEqual([true, true, true, true, false])
  })

  test('one that was displaced is not asked for it again, and what it sends all the same is taken', () => {
    const { picker, place, placed } = endgame([0, 0, 0, 0, 100, 0])
    place(0, 1, 2, 3, 4)
    expect(place(0, 5)).toEqual([false, false])
    expect(picker.receive(0, 0, 0, blockBytes)).toMatchObject({ accepted: true, complete: true })
    expect(placed()).toEqual([])
  })
})

test('however many drip and stall, the last blocks are asked of peers that deliver, and of four at most', () => {
  const rates = Array.from({ length: 200 }, (_, peer) => (peer % 3) * 1_000)
  const { picker, place } = endgame([...rates, 100_000])
  for (let peer = 0; peer < 200; peer += 7) picker.late(peer)
  for (let round = 0; round < 3; round++) place(...rates.keys())
  expect(place(200)).toEqual([true])
  expect(rates.filter((_, peer) => picker.requested(peer) > 0)).toHaveLength(requestersMax - 1)
})

describe('a block that another owes is not asked of a peer that', () => {
  test.each<[string, PickFilter, PieceSet]>([
    ['lacks the piece', {}, PieceSet.none(1)],
    ['allows other pieces', { allowed: new Set([7]) }, PieceSet.all(1)],
    ['refused it', { refused: () => true }, PieceSet.all(1)],
  ])('%s, be it late or in endgame', (_, filter, pieces) => {
    for (const isLate of [false, true]) {
      const { picker } = endgame([1])
      picker.addPeer(1, pieces)
      picker.pick(0, 1)
      if (isLate) picker.late(0)
      expect(picker.pick(1, 1, { ...filter, rateOf: () => 1 })).toEqual([])
    }
  })
})
