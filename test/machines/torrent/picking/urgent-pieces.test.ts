import { describe, expect, test, vi } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { PartialPiece } from '../../../../machines/torrent/picking/partial-piece.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import type { BlockRequest } from '../../../../transport/wire/messages.ts'
import { seededRandom } from '../random.ts'

/** 40 pieces of 4 blocks, all of which each of so many peers has; a pick tells the picker what each gives. */
function aSwarm(rates: readonly number[]) {
  const layout = new Layout({ pieceLength: 4 * blockBytes, length: 160 * blockBytes })
  const picker = new PiecePicker({ layout, have: PieceSet.none(40), random: seededRandom(1) })
  for (const peer of rates.keys()) picker.addPeer(peer, PieceSet.all(40))
  const rateOf = (peer: number) => rates[peer] ?? 0
  const pick = (peer: number, count: number) => picker.pick(peer, count, { rateOf })
  // Each has been picked for, as it unchoked us.
  for (const peer of rates.keys()) picker.release(peer, pick(peer, 1))
  return { layout, picker, pick }
}

const placesOf = (requests: readonly BlockRequest[]) =>
  requests.map(({ index, begin }) => index * 4 + begin / blockBytes)
const range = (from: number, to: number, step = 1) =>
  Array.from({ length: (to - from) / step }, (_, nth) => from + nth * step)

describe('pieces that somebody waits to read', () => {
  test('come before all others, in their order, of the one peer that has them', () => {
    const { picker, pick } = aSwarm([1_000])
    picker.hurry([7, 5, 30])
    expect(placesOf(pick(0, 12))).toEqual([...range(28, 32), ...range(20, 24), ...range(120, 124)])
    expect([7, 5, 30]).not.toContain(pick(0, 1)[0]?.index)
  })

  test('are shared among peers by what they give: each block is asked of the peer that brings it first', () => {
    const { picker, pick } = aSwarm([1_000_000, 1_000_000, 2_000_000])
    picker.hurry(range(0, 10))
    expect(placesOf(pick(0, 3))).toEqual([1, 5, 9])
    expect(placesOf(pick(2, 4))).toEqual([0, 2, 4, 6])
    expect(placesOf(pick(1, 3))).toEqual([3, 7, 10])
  })

  test('leave no block that is due first to a peer that was asked for many others before', () => {
    const { picker, pick } = aSwarm([100_000, 1_000_000])
    picker.hurry(range(30, 40))
    pick(0, 16)
    picker.hurry(range(0, 10))
    // What the slow one brings next comes behind sixteen others, which take it as long as 160 take the fast one.
    expect(placesOf(pick(0, 1))).toEqual([36])
    expect(placesOf(pick(1, 8))).toEqual(range(0, 8))
  })

  test('are shared equally among peers that have given nothing yet', () => {
    const { picker, pick } = aSwarm([0, 0])
    picker.hurry(range(0, 10))
    expect(placesOf(pick(0, 4))).toEqual(range(0, 8, 2))
    expect(placesOf(pick(1, 4))).toEqual(range(1, 9, 2))
  })

  test('are all asked for before others, though their peers give little: what is due last of the slow ones', () => {
    const { picker, pick } = aSwarm([10, 10_000])
    picker.hurry([3, 4])
    expect(placesOf(pick(0, 3))).toEqual([16, 17, 18])
    expect(placesOf(pick(1, 8)).sort()).toEqual(range(12, 20))
  })

  test('that are due first, and lie with a slow peer, are asked of a faster one too, of two at most', () => {
    const { picker, pick } = aSwarm([1_000, 1_000_000, 1_000_000])
    picker.hurry([3])
    expect(placesOf(pick(0, 4))).toEqual([12, 13, 14, 15])
    expect(placesOf(pick(1, 4))).toEqual([12, 13, 14, 15])
    expect(pick(2, 4).map(({ index }) => index)).not.toContain(3)
  })

  test('are not asked of a second peer that would bring them hardly sooner', () => {
    const { picker, pick } = aSwarm([1_000_000, 2_000_000])
    picker.hurry([3])
    pick(0, 4)
    expect(pick(1, 4).map(({ index }) => index)).not.toContain(3)
  })

  test('have what peers were asked for besides put behind them, at once', () => {
    const { picker, pick } = aSwarm([1_000])
    const before = pick(0, 20)
    const kept = before[19]?.index ?? -1
    const next = range(0, 40).find((index) => before.every((one) => one.index !== index)) ?? -1
    picker.hurry([kept, next])
    const others = before.filter(({ index }) => index !== kept)
    expect(picker.makeWay(0)).toEqual(others)
    expect(picker.requestsOf(0)).toEqual(before.filter(({ index }) => index === kept))
    expect(pick(0, 4).at(-1)?.index).toBe(next)
  })

  test('are passed over by a peer that has none of them, and when they are there', () => {
    const { picker, pick } = aSwarm([1_000])
    picker.addPeer(9, PieceSet.none(40).with(20))
    picker.hurry([3, 4])
    expect(picker.pick(9, 4)).toHaveLength(4)
    for (const { index, begin, length } of pick(0, 4)) picker.receive(0, index, begin, length)
    picker.verified(3)
    expect(placesOf(pick(0, 4))).toEqual([16, 17, 18, 19])
  })

  test('are not gone through by a peer so slow that others bring all of them before it brings one', () => {
    const { layout, picker, pick } = aSwarm([1, ...Array<number>(50).fill(1_000_000)])
    picker.hurry(range(0, 40))
    const looks = vi.spyOn(layout, 'blocksIn')
    // The last one, as there is no other to be asked for.
    expect(placesOf(pick(0, 1))).toEqual([156])
    expect(looks.mock.calls.length).toBeLessThan(10)
  })

  test('are passed over one piece at a time by a peer that others leave the last ones to', () => {
    const { picker, pick } = aSwarm([10_000, 1_000_000])
    picker.hurry(range(0, 40))
    pick(1, 80)
    const looks = vi.spyOn(PartialPiece.prototype, 'requesters')
    // The fast one brings a hundred blocks in the time, of which eighty were asked for.
    expect(placesOf(pick(0, 1))).toEqual([99])
    expect(looks.mock.calls.length).toBeLessThan(30)
    looks.mockRestore()
  })

  test('count no more once nobody waits', () => {
    const { picker, pick } = aSwarm([1_000])
    picker.hurry([38, 39])
    picker.hurry([])
    expect(picker.hurried).toEqual([])
    expect(pick(0, 4).every(({ index }) => index > 37)).toBe(false)
  })
})

describe('pieces in order', () => {
  test('are asked for from the first on, of each peer what it has', () => {
    const { picker, pick } = aSwarm([1_000, 1_000])
    picker.inOrder = true
    picker.addPeer(9, PieceSet.none(40).with(20).with(30))
    expect(placesOf(pick(0, 6))).toEqual(range(0, 6))
    expect(placesOf(pick(1, 6))).toEqual(range(6, 12))
    expect(placesOf(picker.pick(9, 6))).toEqual([...range(80, 84), 120, 121])
  })

  test('wait for those of a suggestion no more than for others', () => {
    const { picker } = aSwarm([1_000])
    picker.inOrder = true
    expect(placesOf(picker.pick(0, 1, { preferred: [33] }))).toEqual([0])
  })
})
