import { describe, expect, test } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import { seededRandom } from '../random.ts'

const blocks = 4

/** One piece of four blocks that peer 1 owes, and peer 2, which has it too and delivers. */
function situation() {
  const layout = new Layout({ pieceLength: blocks * blockBytes, length: blocks * blockBytes })
  const picker = new PiecePicker({ layout, have: PieceSet.none(1), random: seededRandom(1) })
  for (const peer of [1, 2]) picker.addPeer(peer, PieceSet.all(1))
  const owed = picker.pick(1, blocks)
  const help = (count: number) => picker.pick(2, count, { rateOf: () => 50_000 })
  return { picker, owed, help }
}

describe('a piece that is settled', () => {
  test('takes back what each peer was asked for of it, those asked in addition too', () => {
    const { picker, owed, help } = situation()
    expect(help(1)).toEqual([owed[3]])
    expect(picker.settle(0)).toEqual(
      new Map([
        [1, owed],
        [2, [owed[3]]],
      ]),
    )
    expect([1, 2].map((peer) => picker.requested(peer))).toEqual([0, 0])
  })

  test('and is wanted again is as new: what a late peer owed of it is free', () => {
    const { picker, owed, help } = situation()
    picker.late(1)
    picker.settle(0)
    picker.want(0)
    expect(picker.pick(1, 1)).toEqual([owed[0]])
    picker.receive(1, 0, 0, blockBytes)
    const picked = help(blocks)
    expect(picked).toEqual(owed.slice(1))
    expect(picker.partials).toMatchObject([{ requested: 3, received: 1 }])
    for (const { index, begin, length } of picked) picker.receive(2, index, begin, length)
    expect(() => picker.verified(0)).not.toThrow()
    expect(picker.isComplete).toBe(true)
  })
})

describe('blocks that are released', () => {
  test('are free for others at once; those the peer was not asked for are passed over', () => {
    const { picker, owed, help } = situation()
    picker.release(2, owed)
    expect(help(0)).toEqual([])
    expect(picker.requested(1)).toBe(4)
    picker.release(1, owed.slice(1, 3))
    expect(picker.requestsOf(1)).toEqual([owed[0], owed[3]])
    expect(help(blocks)).toEqual(owed.slice(1, 3))
  })

  test('with all others of their piece leave it idle', () => {
    const { picker } = situation()
    picker.releaseAll(1)
    expect([picker.partials, picker.requested(1)]).toEqual([[], 0])
  })
})
