import { describe, expect, test, vi } from 'vitest'
import { blockBytes, Layout } from '../../../../machines/layout.ts'
import { PieceSet } from '../../../../machines/piece-set.ts'
import { requestersMax } from '../../../../machines/torrent/picking/asking-again.ts'
import type { PickFilter } from '../../../../machines/torrent/picking/picker-peer.ts'
import { PiecePicker } from '../../../../machines/torrent/picking/piece-picker.ts'
import { seededRandom } from '../random.ts'

const blocks = 4

/** 50 pieces of four blocks; peer 1 owes a piece, 2 delivers, and 3 has delivered nothing. */
function situation({ pieces = 50, owes = blocks } = {}) {
  const layout = new Layout({ pieceLength: blocks * blockBytes, length: pieces * blocks * blockBytes })
  const picker = new PiecePicker({ layout, have: PieceSet.none(pieces), random: seededRandom(1) })
  for (const peer of [1, 2, 3]) picker.addPeer(peer, PieceSet.all(pieces))
  const owed = picker.pick(1, owes)
  const rateOf = (peer: number) => (peer === 2 || peer > 3 ? 50_000 : 0)
  const pick = (peer: number, count: number, filter: PickFilter = {}) => picker.pick(peer, count, { ...filter, rateOf })
  return { picker, owed, pick }
}

describe('what a late peer owes', () => {
  test('is asked of a peer that delivers before anything else, and of one', () => {
    const { picker, owed, pick } = situation()
    picker.late(1)
    const picked = pick(2, 6)
    expect(picked.slice(0, blocks)).toEqual(owed)
    expect(picked.slice(blocks).filter(({ index }) => index === owed[0]?.index)).toEqual([])
    picker.addPeer(4, PieceSet.all(50))
    expect(pick(4, blocks).filter(({ index }) => index === owed[0]?.index)).toEqual([])
    expect(picker.receive(2, owed[0]?.index ?? -1, 0, blockBytes)).toMatchObject({ accepted: true, others: [1] })
  })

  test.each<[string, (picking: ReturnType<typeof situation>) => unknown[]]>([
    ['before it is late', ({ pick }) => pick(2, 4)],
    [
      'when it has delivered since',
      ({ picker, owed, pick }) => {
        picker.late(1)
        picker.receive(1, owed[0]?.index ?? -1, 0, blockBytes)
        return pick(2, 4)
      },
    ],
    [
      'of a peer that has delivered nothing',
      ({ picker, pick }) => {
        picker.late(1)
        return pick(3, 4)
      },
    ],
    [
      'of one that is late itself',
      ({ picker, pick }) => {
        for (const peer of [1, 2]) picker.late(peer)
        return pick(2, 4)
      },
    ],
    [
      'of one that refuses it',
      ({ picker, owed, pick }) => {
        picker.late(1)
        return pick(2, 4, { refused: (index) => index === owed[0]?.index })
      },
    ],
  ])('is not asked of another %s', (_, picked) => {
    const all = situation()
    const [first] = all.owed
    expect(picked(all)).not.toContainEqual(expect.objectContaining({ index: first?.index }))
  })

  test('is asked of yet another when the peer that took it over is late too, and of four at most', () => {
    const { picker, owed, pick } = situation({ owes: 1 })
    const helpers = [2, 4, 5, 6, 7, 8]
    for (const peer of helpers.slice(1)) picker.addPeer(peer, PieceSet.all(50))
    picker.late(1)
    for (const peer of helpers) {
      expect(pick(peer, 1)).toEqual(owed)
      picker.late(peer)
    }
    expect([1, ...helpers].filter((peer) => picker.requested(peer) > 0)).toHaveLength(requestersMax)
    expect(picker.receive(8, owed[0]?.index ?? -1, 0, blockBytes).others).toHaveLength(requestersMax - 1)
  })

  test('is asked of another again when the peer that took it over goes', () => {
    const { picker, owed, pick } = situation({ owes: 1 })
    picker.addPeer(4, PieceSet.all(50))
    picker.late(1)
    pick(2, 1)
    picker.removePeer(2)
    expect(pick(4, 1)).toEqual(owed)
  })

  test('is free when it is given back, and asked of no peer twice', () => {
    const { picker, owed, pick } = situation()
    picker.late(1)
    picker.release(1, owed, { timedOut: true })
    expect([picker.partials, picker.requested(1)]).toEqual([[], 0])
    const asked = pick(2, 200).map(({ index, begin }) => `${index}/${begin}`)
    expect(new Set(asked).size).toBe(200)
  })
})

describe('a late peer', () => {
  test('is asked for one block at a time, which one that delivers is asked for too', () => {
    const { picker, owed, pick } = situation()
    picker.release(1, owed, { timedOut: true })
    const [tried, ...more] = pick(1, 10)
    expect([more, pick(1, 10)]).toEqual([[], []])
    expect(pick(2, 1)).toEqual([tried])
    picker.receive(1, tried?.index ?? -1, tried?.begin ?? -1, blockBytes)
    expect(pick(1, 10)).toHaveLength(10)
  })
})

test('a pick costs the same however many blocks are late that the peer does not have', () => {
  const { picker, pick } = situation({ pieces: 2_000, owes: 4_000 })
  picker.addPeer(4, PieceSet.none(2_000).with(1_999))
  picker.late(1)
  const has = vi.spyOn(PieceSet.prototype, 'has')
  pick(4, 1)
  expect(has.mock.calls.length).toBeLessThan(300)
  has.mockRestore()
})
